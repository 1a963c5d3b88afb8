#include "base/error.h"
#include "base/mem.h"
#include "vision/rules/rules_parts.h"

#include <string.h>

/* The side of a tile, in pixels: in a denser mesh than any printed one some dozens of lines pass
 * through a tile, and a line across a page passes some hundreds of tiles. */
#define TILE 32

/* The tile along one axis; `count` there are. */
static size_t tile_along(double place, size_t count)
{
    const size_t tile = place > 0 ? (size_t)(place / TILE) : 0;
    return tile < count ? tile : count - 1;
}

size_t dg_rule_map_tile(const dg_rule_map *map, double x, double y)
{
    return tile_along(y, map->rows) * map->columns + tile_along(x, map->columns);
}

/* As large as the rules need it. */
static void measure(const dg_rules *rules, dg_rule_map *map)
{
    double right = 0, bottom = 0;
    for (size_t i = 0; i < rules->count; i++) {
        const dg_rule *rule = &rules->items[i];
        const double across = fmax(dg_rule_middle(rule, rule->from),
                                   dg_rule_middle(rule, rule->to));
        right = fmax(right, rule->vertical ? across : rule->to);
        bottom = fmax(bottom, rule->vertical ? rule->to : across);
    }
    map->columns = (size_t)(right / TILE) + 1;
    map->rows = (size_t)(bottom / TILE) + 1;
}

/* Let `place` be called for each tile that a rule passes: it counts, or fills. */
typedef void (*place_fn)(dg_rule_map *map, size_t tile, uint32_t rule);

static void count_place(dg_rule_map *map, size_t tile, uint32_t rule)
{
    (void)rule;
    map->begin[tile + 1]++;
}

static void fill_place(dg_rule_map *map, size_t tile, uint32_t rule)
{
    map->items[map->begin[tile]++] = rule;
}

static void pass(dg_rule_map *map, const dg_rules *rules, uint32_t index, double beyond,
                 double aside, place_fn place)
{
    const dg_rule *rule = &rules->items[index];
    const size_t length = rule->vertical ? map->rows : map->columns;
    const size_t width = rule->vertical ? map->columns : map->rows;
    const double from = rule->from - beyond, to = rule->to + beyond;
    const size_t end = tile_along(to, length);
    for (size_t along = tile_along(from, length); along <= end; along++) {
        const double first = along == 0 ? from : fmax(from, (double)(along * TILE));
        const double last = along == length - 1 ? to : fmin(to, (double)((along + 1) * TILE));
        const double a = dg_rule_middle(rule, first), b = dg_rule_middle(rule, last);
        const size_t most = tile_along(fmax(a, b) + aside, width);
        for (size_t across = tile_along(fmin(a, b) - aside, width); across <= most; across++)
            place(map, rule->vertical ? along * map->columns + across
                                      : across * map->columns + along, index);
    }
}

static digit_status pass_all(const dg_rules *rules, double beyond, double aside, dg_pace *pace,
                             place_fn place, dg_rule_map *map)
{
    digit_status status = DIGIT_OK;
    for (size_t i = 0; status == DIGIT_OK && i < rules->count; i++) {
        pass(map, rules, (uint32_t)i, beyond, aside, place);
        status = dg_pace_step(pace, (size_t)dg_rule_length(&rules->items[i]) + TILE);
    }
    return status;
}

static digit_status make(const dg_rules *rules, double beyond, double aside, dg_pace *pace,
                         dg_rule_map *map)
{
    measure(rules, map);
    const size_t tiles = map->columns * map->rows;
    map->begin = dg_alloc_zero(tiles + 1, sizeof *map->begin);
    if (!map->begin)
        return dg_fail_memory("form lines", tiles * sizeof *map->begin);
    digit_status status = pass_all(rules, beyond, aside, pace, count_place, map);
    for (size_t tile = 0; tile < tiles; tile++)
        map->begin[tile + 1] += map->begin[tile];
    if (status != DIGIT_OK)
        return status;
    map->items = dg_alloc(map->begin[tiles], sizeof *map->items);
    if (!map->items)
        return dg_fail_memory("form lines", map->begin[tiles] * sizeof *map->items);
    status = pass_all(rules, beyond, aside, pace, fill_place, map);
    memmove(map->begin + 1, map->begin, tiles * sizeof *map->begin); /* ends, to beginnings */
    map->begin[0] = 0;
    return status;
}

/* To compare all pairs in a tile takes steps by the square of its rules. */
digit_status dg_rule_map_visit(const dg_rules *rules, double beyond, double aside, dg_pace *pace,
                               dg_rule_tile_fn visit, void *found)
{
    dg_rule_map map = {0};
    digit_status status = make(rules, beyond, aside, pace, &map);
    for (size_t tile = 0; status == DIGIT_OK && tile < map.columns * map.rows; tile++) {
        const size_t count = map.begin[tile + 1] - map.begin[tile];
        status = visit(rules, &map, tile, found);
        if (status == DIGIT_OK)
            status = dg_pace_step(pace, 4 * count * count + 1);
    }
    dg_free(map.items);
    dg_free(map.begin);
    return status;
}

double dg_rules_thickest(const dg_rules *rules)
{
    double most = 0;
    for (size_t i = 0; i < rules->count; i++)
        most = fmax(most, rules->items[i].thick);
    return most;
}
