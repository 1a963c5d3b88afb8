#include "base/error.h"
#include "base/mem.h"
#include "vision/rules/rules_parts.h"

#include <stdlib.h>

/* A vertical line of a lattice has this part of the longest one's length: a 1 in a box has not. */
#define WALL_LEAST 0.75

/* The least distance of two lines, in pixels, and how far it may be off, as a part. */
#define PERIOD_LEAST 6.0
#define PERIOD_OFF   0.15

/* So many pixels aside of where it should be a line is looked for; of its length so much is
 * missing at most, and so much to be seen. */
#define ASIDE   2
#define MISSING 0.2
#define SEEN    0.25

/* Which rules are of a lattice: straight ones that meet two straight ones of the other direction;
 * the vertical ones any, the horizontal ones two of the lattice. members[rules]. */
static digit_status find_members(const dg_rules *rules, const dg_crossings *crossings,
                                 bool *members)
{
    uint32_t *met = dg_alloc_zero(rules->count, sizeof *met);
    if (!met)
        return dg_fail_memory("form lines", rules->count * sizeof *met);
    for (size_t i = 0; i < crossings->count; i++) {
        const dg_crossing *c = &crossings->items[i];
        met[c->vertical] += dg_rule_straight(&rules->items[c->horizontal]);
    }
    for (size_t i = 0; i < rules->count; i++)
        members[i] = rules->items[i].vertical && dg_rule_straight(&rules->items[i]) && met[i] > 1;
    for (size_t i = 0; i < crossings->count; i++) {
        const dg_crossing *c = &crossings->items[i];
        met[c->horizontal] += members[c->vertical];
    }
    for (size_t i = 0; i < rules->count; i++)
        members[i] |= !rules->items[i].vertical && dg_rule_straight(&rules->items[i]) &&
                      met[i] > 1;
    dg_free(met);
    return DIGIT_OK;
}

/* Vertical lines that are short beside the longest one go. */
static void drop_short_walls(dg_rules *lattice)
{
    double longest = 0;
    size_t kept = 0;
    for (size_t i = 0; i < lattice->count; i++)
        if (lattice->items[i].vertical)
            longest = fmax(longest, dg_rule_length(&lattice->items[i]));
    for (size_t i = 0; i < lattice->count; i++)
        if (!lattice->items[i].vertical ||
            dg_rule_length(&lattice->items[i]) >= WALL_LEAST * longest)
            lattice->items[kept++] = lattice->items[i];
    lattice->count = kept;
}

digit_status dg_rules_grid(const dg_rules *candidates, const dg_crossings *crossings,
                           dg_pace *pace, dg_rules *lattice)
{
    bool *members = dg_alloc_zero(candidates->count, sizeof *members);
    if (!members)
        return dg_fail_memory("form lines", candidates->count);
    digit_status status = find_members(candidates, crossings, members);
    for (size_t i = 0; status == DIGIT_OK && i < candidates->count; i++)
        if (members[i])
            status = dg_rules_add(lattice, &candidates->items[i]);
    dg_free(members);
    if (status != DIGIT_OK)
        return status;
    drop_short_walls(lattice);
    return dg_rules_sort(pace, lattice);
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

/* What it takes to look at a place of a line (dg_pace_step()). */
#define LOOK_STEPS 20

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
static digit_status add_at(const dg_view *view, const dg_rule *expected, dg_pace *pace,
                           dg_rules *added, bool *found)
{
    const size_t places = (2 * ASIDE + 1) * (size_t)dg_rule_length(expected);
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
    const digit_status status = *found ? dg_rules_add(added, &rule) : DIGIT_OK;
    return status == DIGIT_OK ? dg_pace_step(pace, LOOK_STEPS * places) : status;
}

/* Between two lines that are several periods apart. */
static digit_status fill_between(const dg_view *view, const dg_rule *a, const dg_rule *b,
                                 double period, dg_pace *pace, dg_rules *added)
{
    const double apart = distance(a, b), steps = floor(apart / period + 0.5);
    digit_status status = DIGIT_OK;
    bool found;
    if (steps < 2 || fabs(apart / steps - period) > PERIOD_OFF * period)
        return DIGIT_OK;
    for (double i = 1; status == DIGIT_OK && i < steps; i++) {
        const dg_rule expected = between(a, b, i / steps);
        status = add_at(view, &expected, pace, added, &found);
    }
    return status;
}

/* From the outermost line on to the picture's edge, while there is one. */
static digit_status fill_beyond(const dg_view *view, const dg_rule *last, const dg_rule *before,
                                double period, dg_pace *pace, dg_rules *added)
{
    const double apart = fabs(distance(before, last));
    digit_status status = DIGIT_OK;
    bool found = apart >= PERIOD_LEAST;
    for (double i = 1; status == DIGIT_OK && found; i++) {
        const dg_rule expected = between(last, before, -i * period / apart);
        status = add_at(view, &expected, pace, added, &found);
    }
    return status;
}

/* Between all neighbours, and beyond the outermost ones. */
static digit_status fill(dg_rules_job *job, const dg_rules *lattice, double period,
                         dg_rules *added)
{
    const size_t count = lattice->count;
    digit_status status = DIGIT_OK;
    for (size_t i = 1; status == DIGIT_OK && i < count; i++) {
        const dg_rule *a = &lattice->items[i - 1], *b = &lattice->items[i];
        const dg_view view = dg_view_of(job->ink, b->vertical, job->least);
        if (a->vertical != b->vertical)
            continue;
        status = fill_between(&view, a, b, period, &job->pace, added);
        if (status == DIGIT_OK && (i == 1 || a[-1].vertical != a->vertical))
            status = fill_beyond(&view, a, b, period, &job->pace, added);
        if (status == DIGIT_OK && (i + 1 == count || b[1].vertical != b->vertical))
            status = fill_beyond(&view, b, a, period, &job->pace, added);
    }
    return status;
}

digit_status dg_rules_complete(dg_rules_job *job, dg_rules *lattice)
{
    const double period = shortest_distance(lattice);
    dg_rules added = {0};
    digit_status status = DIGIT_OK;
    if (period < INFINITY)
        status = fill(job, lattice, period, &added);
    for (size_t i = 0; status == DIGIT_OK && i < added.count; i++)
        status = dg_rules_add(lattice, &added.items[i]);
    dg_rules_free(&added);
    return status == DIGIT_OK ? dg_rules_sort(&job->pace, lattice) : status;
}
