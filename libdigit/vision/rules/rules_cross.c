/* Where horizontal and vertical lines cross: looked for tile by tile, for a page may have a hundred
 * thousand of either, and only those that share a tile can. */
#include "base/error.h"
#include "base/grow.h"
#include "base/mem.h"
#include "vision/rules/rules_parts.h"

/* Ends of lines that touch may miss by so many pixels. */
#define MISS 1.5

/* Do they touch? The place where their middles cross, and on which ends that is. */
static bool cross(const dg_rule *horizontal, const dg_rule *vertical, double *x, double *y,
                  dg_crossing *crossing)
{
    const double miss = MISS + (horizontal->thick + vertical->thick) / 2;
    const double shorter = fmin(dg_rule_length(horizontal), dg_rule_length(vertical));
    *y = (horizontal->offset + horizontal->slope * vertical->offset) /
         (1 - horizontal->slope * vertical->slope);
    *x = dg_rule_middle(vertical, *y);
    if (fabs(horizontal->slope + vertical->slope) > dg_rule_lean(shorter) ||
        *x < horizontal->from - miss || *x > horizontal->to + miss ||
        *y < vertical->from - miss || *y > vertical->to + miss)
        return false;
    crossing->horizontal_from = *x <= horizontal->from + miss;
    crossing->horizontal_to = *x >= horizontal->to - miss;
    crossing->vertical_from = *y <= vertical->from + miss;
    crossing->vertical_to = *y >= vertical->to - miss;
    return true;
}

static digit_status add(dg_crossings *found, const dg_crossing *crossing)
{
    dg_crossing *items = dg_grow(found->items, found->count, &found->room, 1, sizeof *items);
    if (!items)
        return dg_fail_memory("form lines", sizeof *items);
    found->items = items;
    items[found->count++] = *crossing;
    return DIGIT_OK;
}

/* Those in a tile; another tile's are left to it. */
static digit_status find_in_tile(const dg_rules *rules, const dg_rule_map *map, size_t tile,
                                 void *found)
{
    const uint32_t *items = map->items + map->begin[tile];
    const size_t count = map->begin[tile + 1] - map->begin[tile];
    digit_status status = DIGIT_OK;
    size_t horizontals = 0;
    while (horizontals < count && !rules->items[items[horizontals]].vertical)
        horizontals++;
    for (size_t h = 0; h < horizontals; h++)
        for (size_t v = horizontals; status == DIGIT_OK && v < count; v++) {
            dg_crossing crossing = {.horizontal = items[h], .vertical = items[v]};
            double x, y;
            if (cross(&rules->items[items[h]], &rules->items[items[v]], &x, &y, &crossing) &&
                dg_rule_map_tile(map, x, y) == tile)
                status = add(found, &crossing);
        }
    return status;
}

digit_status dg_crossings_find(const dg_rules *rules, dg_pace *pace, dg_crossings *found)
{
    *found = (dg_crossings){0};
    return dg_rule_map_visit(rules, MISS + dg_rules_thickest(rules), 0.5, pace, find_in_tile,
                             found);
}

void dg_crossings_free(dg_crossings *crossings)
{
    dg_free(crossings->items);
    *crossings = (dg_crossings){0};
}
