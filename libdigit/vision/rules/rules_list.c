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
    return (x > y) - (x < y);
}

/* Do both lie on each other, one along most of the other? */
static bool same_line(const dg_rule *a, const dg_rule *b)
{
    const dg_rule *shorter = dg_rule_length(a) < dg_rule_length(b) ? a : b;
    const int32_t from = a->from > b->from ? a->from : b->from;
    const int32_t to = a->to < b->to ? a->to : b->to;
    const double reach = fmax(a->thick, b->thick) / 2 + 1;
    return to - from + 1 > dg_rule_length(shorter) / 2 &&
           fabs(dg_rule_middle(a, from) - dg_rule_middle(b, from)) <= reach &&
           fabs(dg_rule_middle(a, to) - dg_rule_middle(b, to)) <= reach;
}

static double longest(const dg_rules *rules)
{
    double most = 0;
    for (size_t i = 0; i < rules->count; i++)
        most = fmax(most, dg_rule_length(&rules->items[i]));
    return most;
}

/* Of rules sorted by place: mark those that a longer one lies on by an end before their
 * beginning. */
static void mark_doubles(dg_rules *rules)
{
    const double apart = DG_RULE_STEEP * longest(rules) + 1; /* beginnings of the same line */
    for (size_t i = 0; i < rules->count; i++)
        for (size_t j = i + 1; j < rules->count; j++) {
            dg_rule *a = &rules->items[i], *b = &rules->items[j];
            if (a->vertical != b->vertical || place(b) - place(a) > apart)
                break;
            if (a->to >= a->from && b->to >= b->from && same_line(a, b)) {
                dg_rule *shorter = dg_rule_length(a) < dg_rule_length(b) ? a : b;
                shorter->to = shorter->from - 1;
            }
        }
}

void dg_rules_sort(dg_rules *rules)
{
    size_t kept = 0;
    if (rules->count > 0)
        qsort(rules->items, rules->count, sizeof *rules->items, compare_places);
    mark_doubles(rules);
    for (size_t i = 0; i < rules->count; i++)
        if (rules->items[i].to >= rules->items[i].from)
            rules->items[kept++] = rules->items[i];
    rules->count = kept;
}

void dg_rules_free(dg_rules *rules)
{
    dg_free(rules->items);
    *rules = (dg_rules){0};
}
