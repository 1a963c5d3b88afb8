#include "vision/rules_parts.h"

/* Where the line is thinner than this part of what it is, or so many pixels and a quarter of
 * its thickness aside, it is something else. */
#define THINNEST 0.4
#define BESIDE   1.0

bool dg_rule_slice(const dg_view *v, const dg_rule *rule, int32_t along, double reach,
                   int32_t most, int32_t *first, int32_t *last)
{
    const int32_t centre = (int32_t)floor(dg_rule_middle(rule, along) + 0.5);
    if (!dg_view_nearest(v, along, centre, (int32_t)reach, first))
        return false;
    *last = *first;
    while (*last - *first < most && dg_view_ink(v, along, *first - 1))
        (*first)--;
    while (*last - *first < most && dg_view_ink(v, along, *last + 1))
        (*last)++;
    return true;
}

dg_look dg_rule_look(const dg_view *v, const dg_rule *rule, int32_t along)
{
    const int32_t most = (int32_t)(2 * rule->thick) + 2;
    const double middle = dg_rule_middle(rule, along);
    int32_t first, last;
    if (!dg_rule_slice(v, rule, along, rule->thick / 2 + 1, most, &first, &last))
        return DG_LOOK_GAP;
    const double aside = fabs((first + last) / 2.0 - middle);
    if (last - first < most && aside <= BESIDE + rule->thick / 4)
        return last - first + 1 >= THINNEST * rule->thick ? DG_LOOK_LINE : DG_LOOK_GAP;
    return first <= middle + 0.5 && last >= middle - 0.5 ? DG_LOOK_STROKE : DG_LOOK_GAP;
}
