#include "vision/rules/rules_parts.h"

/* Where the line is thinner than this part of what it is, or so many pixels and a quarter of
 * its thickness aside, it is something else. */
#define THINNEST 0.4
#define BESIDE   1.0

/* How far from the picture's edge, in pixels, a line that it cuts off may end, and the part of the
 * line's mean density that is there. */
#define EDGE_MISS 1
#define EDGE_INK  0.75

/* floor(), which is a call where the instruction set is the oldest one. */
static int32_t whole_part(double x)
{
    const int32_t whole = (int32_t)x;
    return whole - (x < whole);
}

bool dg_rule_slice(const dg_view *v, const dg_rule *rule, int32_t along, double reach,
                   int32_t most, int32_t *first, int32_t *last)
{
    const int32_t centre = whole_part(dg_rule_middle(rule, along) + 0.5);
    int32_t from, to;
    if (!dg_view_nearest(v, along, centre, (int32_t)reach, &from))
        return false;
    const uint8_t *above = dg_view_pixel(v, along, from), *below = above;
    for (to = from; to - from < most && from > 0 && *(above -= v->across) >= v->least; from--)
        ;
    for (; to - from < most && to + 1 < v->size && *(below += v->across) >= v->least; to++)
        ;
    *first = from;
    *last = to;
    return true;
}

dg_look dg_rule_look(const dg_view *v, const dg_rule *rule, int32_t along)
{
    const int32_t most = dg_rule_thickest(rule);
    const double middle = dg_rule_middle(rule, along);
    int32_t first, last;
    if (!dg_rule_slice(v, rule, along, rule->thick / 2 + 1, most, &first, &last))
        return DG_LOOK_GAP;
    const double aside = fabs((first + last) / 2.0 - middle);
    if (last - first < most && aside <= BESIDE + rule->thick / 4)
        return last - first + 1 >= THINNEST * rule->thick ? DG_LOOK_LINE : DG_LOOK_GAP;
    return first <= middle + 0.5 && last >= middle - 0.5 ? DG_LOOK_STROKE : DG_LOOK_GAP;
}

/* The densest pixel across a rule. */
static uint8_t density_at(const dg_view *v, const dg_rule *rule, int32_t along)
{
    const int32_t reach = (int32_t)(rule->thick / 2 + 1);
    const int32_t centre = whole_part(dg_rule_middle(rule, along) + 0.5);
    uint8_t most = 0;
    for (int32_t across = centre - reach; across <= centre + reach; across++)
        if (dg_view_ink(v, along, across) && *dg_view_pixel(v, along, across) > most)
            most = *dg_view_pixel(v, along, across);
    return most;
}

bool dg_rule_is_cut_off(const dg_view *v, const dg_rule *rule)
{
    double sum = 0;
    if (rule->from > EDGE_MISS || rule->to + 1 + EDGE_MISS < v->length)
        return false;
    for (int32_t at = rule->from; at <= rule->to; at++)
        sum += density_at(v, rule, at);
    const double least = EDGE_INK * sum / dg_rule_length(rule);
    return density_at(v, rule, 0) >= least && density_at(v, rule, v->length - 1) >= least;
}
