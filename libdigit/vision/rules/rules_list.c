/* The list itself: added to, sorted, freed. */
#include "base/error.h"
#include "base/grow.h"
#include "base/mem.h"
#include "vision/rules/rules_parts.h"

#include <stdlib.h>

digit_status dg_rules_add(dg_rules *rules, const dg_rule *rule)
{
    dg_rule *items = dg_grow(rules->items, rules->count, &rules->room, 1, sizeof *items);
    if (!items)
        return dg_fail_memory("form lines", sizeof *items);
    rules->items = items;
    items[rules->count++] = *rule;
    return DIGIT_OK;
}

/* Where it begins, across. */
static double place(const dg_rule *rule)
{
    return dg_rule_middle(rule, rule->from);
}

static int compare_places(const void *a, const void *b)
{
    const dg_rule *p = a, *q = b;
    if (p->vertical != q->vertical)
        return p->vertical ? 1 : -1;
    const double x = place(p), y = place(q);
    if (x != y)
        return x > y ? 1 : -1;
    return p->from != q->from ? (p->from > q->from) - (p->from < q->from)
                              : (p->to > q->to) - (p->to < q->to);
}

/* How far apart, across, the middles of two rules may be that lie on each other. */
static double reach(const dg_rule *a, const dg_rule *b)
{
    return fmax(a->thick, b->thick) / 2 + 1;
}

/* Do both lie on each other, one along most of the other? */
static bool same_line(const dg_rule *a, const dg_rule *b)
{
    const dg_rule *shorter = dg_rule_length(a) < dg_rule_length(b) ? a : b;
    const int32_t from = a->from > b->from ? a->from : b->from;
    const int32_t to = a->to < b->to ? a->to : b->to;
    return a->vertical == b->vertical && to - from + 1 > dg_rule_length(shorter) / 2 &&
           fabs(dg_rule_middle(a, from) - dg_rule_middle(b, from)) <= reach(a, b) &&
           fabs(dg_rule_middle(a, to) - dg_rule_middle(b, to)) <= reach(a, b);
}

/* The tile in which two rules on each other are compared: where the first of both is when the other
 * begins. */
static size_t shared_tile(const dg_rule_map *map, const dg_rule *a, const dg_rule *b)
{
    const double from = a->from > b->from ? a->from : b->from, middle = dg_rule_middle(a, from);
    return a->vertical ? dg_rule_map_tile(map, middle, from)
                       : dg_rule_map_tile(map, from, middle);
}

/* Two rules that lie on each other, the first one first. */
typedef struct pair {
    uint32_t first, second;
} pair;

typedef struct pairs {
    pair *items; /* [count] */
    size_t count, room;
} pairs;

static int compare_pairs(const void *a, const void *b)
{
    const pair *p = a, *q = b;
    return p->first != q->first ? (p->first > q->first) - (p->first < q->first)
                                : (p->second > q->second) - (p->second < q->second);
}

static digit_status add_pair(pairs *found, pair added)
{
    pair *items = dg_grow(found->items, found->count, &found->room, 1, sizeof *items);
    if (!items)
        return dg_fail_memory("form lines", sizeof *items);
    found->items = items;
    items[found->count++] = added;
    return DIGIT_OK;
}

static digit_status find_pairs_in_tile(const dg_rules *rules, const dg_rule_map *map, size_t tile,
                                       void *found)
{
    digit_status status = DIGIT_OK;
    for (size_t i = map->begin[tile]; i < map->begin[tile + 1]; i++)
        for (size_t j = i + 1; status == DIGIT_OK && j < map->begin[tile + 1]; j++) {
            const pair p = {map->items[i], map->items[j]};
            const dg_rule *a = &rules->items[p.first], *b = &rules->items[p.second];
            if (same_line(a, b) && shared_tile(map, a, b) == tile)
                status = add_pair(found, p);
        }
    return status;
}

/* All pairs of rules that lie on each other, in order. */
static digit_status find_pairs(const dg_rules *rules, dg_pace *pace, pairs *found)
{
    const digit_status status = dg_rule_map_visit(rules, 0, dg_rules_thickest(rules) / 2 + 1.5,
                                                  pace, find_pairs_in_tile, found);
    if (found->count > 0)
        qsort(found->items, found->count, sizeof *found->items, compare_pairs);
    return status;
}

/* Mark those that a longer one lies on by an end before their beginning. */
static digit_status mark_doubles(dg_pace *pace, dg_rules *rules)
{
    pairs doubles = {0};
    const digit_status status = find_pairs(rules, pace, &doubles);
    for (size_t i = 0; status == DIGIT_OK && i < doubles.count; i++) {
        dg_rule *a = &rules->items[doubles.items[i].first];
        dg_rule *b = &rules->items[doubles.items[i].second];
        dg_rule *shorter = dg_rule_length(a) < dg_rule_length(b) ? a : b;
        if (a->to >= a->from && b->to >= b->from)
            shorter->to = shorter->from - 1;
    }
    dg_free(doubles.items);
    return status;
}

digit_status dg_rules_sort(dg_pace *pace, dg_rules *rules)
{
    size_t kept = 0;
    if (rules->count > 0)
        qsort(rules->items, rules->count, sizeof *rules->items, compare_places);
    const digit_status status = mark_doubles(pace, rules);
    if (status != DIGIT_OK)
        return status;
    for (size_t i = 0; i < rules->count; i++)
        if (rules->items[i].to >= rules->items[i].from)
            rules->items[kept++] = rules->items[i];
    rules->count = kept;
    return DIGIT_OK;
}

void dg_rules_free(dg_rules *rules)
{
    dg_free(rules->items);
    *rules = (dg_rules){0};
}
