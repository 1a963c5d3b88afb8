#include "base/error.h"
#include "base/mem.h"
#include "vision/rules/rules_parts.h"

#include <stdlib.h>

/* Two lines meet at a right angle, within so much, and so many pixels for short ones; ends may
 * miss by so many pixels. */
#define RIGHT_ANGLE 0.06
#define SLOPE_BLUR  1.5
#define MISS        1.5

/* An vertical line of a lattice has this part of the longest one's length: a 1 in a box has not. */
#define WALL_LEAST 0.75

/* The least distance of two lines, in pixels, and how far it may be off, as a part. */
#define PERIOD_LEAST 6.0
#define PERIOD_OFF   0.15

/* So many pixels aside of where it should be a line is looked for; of its length so much is
 * missing at most, and so much to be seen. */
#define ASIDE   2
#define MISSING 0.2
#define SEEN    0.25

dg_crossing dg_rules_cross(const dg_rule *level, const dg_rule *vertical)
{
    const double miss = MISS + (level->thick + vertical->thick) / 2;
    const double y = (level->offset + level->slope * vertical->offset) /
                     (1 - level->slope * vertical->slope);
    const double x = dg_rule_middle(vertical, y);
    const double blur = SLOPE_BLUR / fmin(dg_rule_length(level), dg_rule_length(vertical));
    if (fabs(level->slope + vertical->slope) > RIGHT_ANGLE + blur || x < level->from - miss ||
        x > level->to + miss || y < vertical->from - miss || y > vertical->to + miss)
        return (dg_crossing){.touch = false};
    return (dg_crossing){
        .touch = true,
        .level_from = x <= level->from + miss,
        .level_to = x >= level->to - miss,
        .vertical_from = y <= vertical->from + miss,
        .vertical_to = y >= vertical->to - miss,
    };
}

/* How many straight lines of the other direction this one meets. */
static size_t count_met(const dg_rules *rules, const dg_rule *rule)
{
    size_t count = 0;
    for (size_t i = 0; i < rules->count; i++) {
        const dg_rule *other = &rules->items[i];
        if (other->vertical != rule->vertical && dg_rule_straight(other))
            count += rule->vertical ? dg_rules_cross(other, rule).touch
                                    : dg_rules_cross(rule, other).touch;
    }
    return count;
}

digit_status dg_rules_grid(const dg_rules *candidates, dg_rules *lattice)
{
    double longest = 0;
    digit_status status = DIGIT_OK;
    for (size_t i = candidates->count; status == DIGIT_OK && i-- > 0;) { /* vertical ones first */
        const dg_rule *rule = &candidates->items[i];
        if (!dg_rule_straight(rule) || count_met(rule->vertical ? candidates : lattice, rule) < 2)
            continue;
        longest = rule->vertical ? fmax(longest, dg_rule_length(rule)) : longest;
        status = dg_rules_add(lattice, rule);
    }
    size_t kept = 0;
    for (size_t i = 0; i < lattice->count; i++)
        if (!lattice->items[i].vertical ||
            dg_rule_length(&lattice->items[i]) >= WALL_LEAST * longest)
            lattice->items[kept++] = lattice->items[i];
    lattice->count = kept;
    dg_rules_sort(lattice);
    return status;
}

/* ---- What digits hide -------------------------------------------------------- */

/* How far from one line the next one is, along the first. */
static double distance(const dg_rule *a, const dg_rule *b)
{
    const double middle = (a->from + a->to) / 2.0;
    return dg_rule_middle(b, middle) - dg_rule_middle(a, middle);
}

static double shortest_distance(const dg_rules *lattice)
{
    double least = INFINITY;
    for (size_t i = 1; i < lattice->count; i++) {
        const dg_rule *a = &lattice->items[i - 1], *b = &lattice->items[i];
        const double here = a->vertical == b->vertical ? distance(a, b) : 0;
        least = here >= PERIOD_LEAST && here < least ? here : least;
    }
    return least;
}

/* How well a rule is seen: places where it is; -1: it isn't there. */
static double probe(const dg_view *view, const dg_rule *rule)
{
    const double length = dg_rule_length(rule);
    double line = 0, gaps = 0;
    for (int32_t at = rule->from; at <= rule->to; at++) {
        const dg_look seen = dg_rule_look(view, rule, at);
        line += seen == DG_LOOK_LINE;
        gaps += seen == DG_LOOK_GAP;
    }
    return gaps <= MISSING * length && line >= SEEN * length ? line : -1;
}

/* What lies `part` of the way from one line to another, or beyond. */
static dg_rule between(const dg_rule *a, const dg_rule *b, double part)
{
    dg_rule rule = *a;
    rule.from += (int32_t)lround(part * (b->from - a->from));
    rule.to += (int32_t)lround(part * (b->to - a->to));
    rule.offset += part * (b->offset - a->offset);
    rule.slope += part * (b->slope - a->slope);
    return rule;
}

/* Add a line where it should be, if there is one. */
static digit_status add_at(const dg_view *view, const dg_rule *expected, dg_rules *added,
                           bool *found)
{
    double best = -1;
    dg_rule rule = *expected;
    *found = false;
    if (rule.from < 0 || rule.to >= view->length)
        return DIGIT_OK;
    for (int aside = -ASIDE; aside <= ASIDE; aside++) {
        dg_rule tried = *expected;
        tried.offset += aside;
        const double here = probe(view, &tried);
        if (here > best) {
            best = here;
            rule = tried;
        }
    }
    *found = best >= 0;
    return *found ? dg_rules_add(added, &rule) : DIGIT_OK;
}

/* Between two lines that are several periods apart. */
static digit_status fill_between(const dg_view *view, const dg_rule *a, const dg_rule *b,
                                 double period, dg_rules *added)
{
    const double apart = distance(a, b), steps = floor(apart / period + 0.5);
    digit_status status = DIGIT_OK;
    bool found;
    if (steps < 2 || fabs(apart / steps - period) > PERIOD_OFF * period)
        return DIGIT_OK;
    for (double i = 1; status == DIGIT_OK && i < steps; i++) {
        const dg_rule expected = between(a, b, i / steps);
        status = add_at(view, &expected, added, &found);
    }
    return status;
}

/* From the outermost line on to the picture's edge, while there is one. */
static digit_status fill_beyond(const dg_view *view, const dg_rule *last, const dg_rule *before,
                                double period, dg_rules *added)
{
    const double apart = fabs(distance(before, last));
    digit_status status = DIGIT_OK;
    bool found = apart >= PERIOD_LEAST;
    for (double i = 1; status == DIGIT_OK && found; i++) {
        const dg_rule expected = between(last, before, -i * period / apart);
        status = add_at(view, &expected, added, &found);
    }
    return status;
}

digit_status dg_rules_complete(const dg_plane *ink, uint8_t least, dg_rules *lattice)
{
    const double period = shortest_distance(lattice);
    const size_t count = lattice->count;
    dg_rules added = {0};
    digit_status status = DIGIT_OK;
    for (size_t i = 1; status == DIGIT_OK && period < INFINITY && i < count; i++) {
        const dg_rule *a = &lattice->items[i - 1], *b = &lattice->items[i];
        const dg_view view = dg_view_of(ink, b->vertical, least);
        if (a->vertical != b->vertical)
            continue;
        status = fill_between(&view, a, b, period, &added);
        if (status == DIGIT_OK && (i == 1 || a[-1].vertical != a->vertical))
            status = fill_beyond(&view, a, b, period, &added);
        if (status == DIGIT_OK && (i + 1 == count || b[1].vertical != b->vertical))
            status = fill_beyond(&view, b, a, period, &added);
    }
    for (size_t i = 0; status == DIGIT_OK && i < added.count; i++)
        status = dg_rules_add(lattice, &added.items[i]);
    dg_rules_free(&added);
    dg_rules_sort(lattice);
    return status;
}
