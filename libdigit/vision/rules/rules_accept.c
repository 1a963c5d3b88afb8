#include "base/error.h"
#include "base/mem.h"
#include "vision/rules/rules_parts.h"

#include <stdlib.h>

/* In digits' heights: a line on its own; a vertical one that meets none; one that meets none and is
 * cut off by the picture's edges; a box's side. */
#define LONG    1.7
#define ALONE   3.0
#define CUT_OFF 1.2
#define BOX     1.1

/* Lines that meet, and walls of a comb, are as thick as each other, up to this part and a pixel. */
#define THICKER 0.3

/* The walls of a comb are lower than digits: 1s that stand on a line are not. */
#define SHORT 0.85

/* Walls of a comb, and sides of a box, are as long as each other, within this part and a pixel. */
#define ALIKE 0.15

/* What it takes to look at a line, or to compare it with another (dg_pace_step()). */
#define LOOK_STEPS    60
#define COMPARE_STEPS 2

/* How a vertical line meets accepted horizontal ones, or a horizontal one vertical ones. */
typedef struct meeting {
    uint32_t crossings; /* how many it crosses or reaches */
    bool from, to;      /* which of its ends lie on one */
    bool corner;        /* ... on an end of that one */
    bool twin;          /* another one is where the other side of its box would be */
    uint32_t alike;     /* walls like it, of those with an end on a line; 2: or more */
} meeting;

/* The walls on the ends of a horizontal line, as those of a comb: their rules, or NULL. */
typedef struct wall_pair {
    const dg_rule *from, *to;
} wall_pair;

/* A rule by one of its measures, to be sorted. */
typedef struct keyed {
    double key;
    uint32_t rule;
} keyed;

typedef struct form {
    dg_view view, upright; /* along horizontal lines, and vertical ones */
    const dg_rules *rules;
    const dg_crossings *crossings;
    dg_pace *pace;
    size_t horizontals; /* rules of this kind are first */
    bool *accepted;     /* [rules] */
    meeting *meetings;  /* [rules] */
    wall_pair *combs;   /* [horizontals] */
    keyed *order;       /* [rules]: scratch */
    double size;        /* of digits */
} form;

static size_t count_ends(const meeting *m)
{
    return (size_t)m->from + m->to;
}

static bool is_long(const dg_rule *rule, double size)
{
    return dg_rule_length(rule) >= size && dg_rule_length(rule) >= DG_RULE_THIN * rule->thick;
}

static int compare_keys(const void *a, const void *b)
{
    const keyed *p = a, *q = b;
    return p->key != q->key ? (p->key > q->key) - (p->key < q->key)
                            : (p->rule > q->rule) - (p->rule < q->rule);
}

/* f->order: rules first .. end-1 with an end on another line, by where they begin, or by their
 * length. Returns how many. */
static size_t order_rules(const form *f, size_t first, size_t end, bool by_length)
{
    size_t count = 0;
    for (size_t i = first; i < end; i++) {
        const dg_rule *rule = &f->rules->items[i];
        if (count_ends(&f->meetings[i]) > 0)
            f->order[count++] = (keyed){by_length ? dg_rule_length(rule) : rule->from,
                                        (uint32_t)i};
    }
    if (count > 0)
        qsort(f->order, count, sizeof *f->order, compare_keys);
    return count;
}

/* ---- Horizontal lines -------------------------------------------------------- */

/* Which ends of horizontal lines are corners: there a vertical line ends too. */
static void find_corners(form *f)
{
    const dg_rule *rules = f->rules->items;
    for (size_t i = 0; i < f->crossings->count; i++) {
        const dg_crossing *c = &f->crossings->items[i];
        if (!(c->vertical_from || c->vertical_to) ||
            !is_long(&rules[c->horizontal], BOX * f->size) ||
            !is_long(&rules[c->vertical], BOX * f->size))
            continue;
        f->meetings[c->horizontal].from |= c->horizontal_from;
        f->meetings[c->horizontal].to |= c->horizontal_to;
    }
}

/* The first of order[count] whose key is `least` or more. */
static size_t find_key(const keyed *order, size_t count, double least)
{
    size_t first = 0;
    while (count > 0) {
        const size_t half = count / 2;
        const bool before = order[first + half].key < least;
        first += before ? half + 1 : 0;
        count = before ? count - half - 1 : half;
    }
    return first;
}

/* Which lines have the other side of a box: as long, and where it is. */
static digit_status find_twins(form *f)
{
    const size_t count = order_rules(f, 0, f->horizontals, false);
    digit_status status = DIGIT_OK;
    for (size_t i = 0; status == DIGIT_OK && i < count; i++) {
        const uint32_t index = f->order[i].rule;
        const dg_rule *rule = &f->rules->items[index];
        const double miss = ALIKE * dg_rule_length(rule) + 1;
        const size_t first = find_key(f->order, count, rule->from - miss);
        size_t k = first;
        bool twin = false;
        for (; !twin && k < count && f->order[k].key <= rule->from + miss; k++)
            twin = k != i && abs(f->rules->items[f->order[k].rule].to - rule->to) <= miss;
        f->meetings[index].twin = twin;
        status = dg_pace_step(f->pace, COMPARE_STEPS * (k - first));
    }
    return status;
}

/* No side of a box, but long enough. */
static bool is_alone(const form *f, const dg_rule *rule)
{
    const double length = dg_rule_length(rule);
    return length >= LONG * f->size && length >= DG_RULE_THIN_ALONE * rule->thick &&
           !dg_rule_is_writing(&f->view, f->size, rule);
}

static digit_status accept_horizontals(form *f)
{
    find_corners(f);
    digit_status status = find_twins(f);
    for (size_t i = 0; status == DIGIT_OK && i < f->horizontals; i++) {
        const dg_rule *rule = &f->rules->items[i];
        const size_t corners = count_ends(&f->meetings[i]);
        f->accepted[i] = corners == 2 || (corners == 1 && f->meetings[i].twin) ||
                         is_alone(f, rule);
        status = dg_pace_step(f->pace, (size_t)(LOOK_STEPS * dg_rule_length(rule)));
    }
    return status;
}

/* ---- Vertical lines ---------------------------------------------------------- */

static void meet_horizontals(form *f)
{
    const dg_rule *rules = f->rules->items;
    for (size_t i = 0; i < f->crossings->count; i++) {
        const dg_crossing *c = &f->crossings->items[i];
        const dg_rule *horizontal = &rules[c->horizontal], *vertical = &rules[c->vertical];
        meeting *m = &f->meetings[c->vertical];
        if (!f->accepted[c->horizontal] ||
            vertical->thick > (1 + THICKER) * horizontal->thick + 1)
            continue;
        m->crossings++;
        m->from |= c->vertical_from;
        m->to |= c->vertical_to;
        m->corner |= (c->vertical_from || c->vertical_to) &&
                     (c->horizontal_from || c->horizontal_to);
    }
}

/* As the walls of a comb are. */
static bool are_alike(const dg_rule *wall, const dg_rule *other)
{
    const double length = dg_rule_length(wall);
    return fabs(dg_rule_length(other) - length) <= ALIKE * length + 1 &&
           fabs(other->slope - wall->slope) <= dg_rule_lean(length) &&
           fabs(other->thick - wall->thick) <= 1 + THICKER * wall->thick;
}

/* Count walls like order[index], up or down from it in order[count] by length: at most two. *steps
 * counts what was compared. */
static uint32_t count_alike(const form *f, size_t count, size_t index, bool up, size_t *steps)
{
    const dg_rule *wall = &f->rules->items[f->order[index].rule];
    const double miss = ALIKE * dg_rule_length(wall) + 1;
    uint32_t alike = 0;
    size_t away = 1;
    for (; alike < 2 && (up ? index + away < count : away <= index); away++) {
        const keyed *other = &f->order[up ? index + away : index - away];
        if (fabs(other->key - f->order[index].key) > miss)
            break;
        alike += are_alike(wall, &f->rules->items[other->rule]);
    }
    *steps += away;
    return alike;
}

static digit_status find_alike(form *f)
{
    const size_t count = order_rules(f, f->horizontals, f->rules->count, true);
    digit_status status = DIGIT_OK;
    for (size_t i = 0; status == DIGIT_OK && i < count; i++) {
        size_t steps = 0;
        meeting *m = &f->meetings[f->order[i].rule];
        m->alike = count_alike(f, count, i, true, &steps);
        if (m->alike < 2)
            m->alike += count_alike(f, count, i, false, &steps);
        status = dg_pace_step(f->pace, COMPARE_STEPS * steps);
    }
    return status;
}

static digit_status accept_verticals(form *f)
{
    meet_horizontals(f);
    const digit_status status = find_alike(f);
    for (size_t i = f->horizontals; status == DIGIT_OK && i < f->rules->count; i++) {
        const meeting *m = &f->meetings[i];
        const dg_rule *rule = &f->rules->items[i];
        const double length = dg_rule_length(rule);
        f->accepted[i] = length >= ALONE * f->size ||
                         (length >= CUT_OFF * f->size && dg_rule_is_cut_off(&f->upright, rule)) ||
                         (m->crossings > 0 && length >= LONG * f->size) ||
                         count_ends(m) > 1 || (m->corner && m->alike > 0) ||
                         (m->alike > 1 && length <= SHORT * f->size);
    }
    return status;
}

/* ---- Combs ------------------------------------------------------------------- */

/* The last wall on either end of each horizontal line. */
static void find_combs(form *f)
{
    const dg_rule *rules = f->rules->items;
    for (size_t i = 0; i < f->crossings->count; i++) {
        const dg_crossing *c = &f->crossings->items[i];
        const dg_rule *wall = &rules[c->vertical];
        wall_pair *comb = &f->combs[c->horizontal];
        if (!f->accepted[c->horizontal] || !f->accepted[c->vertical] ||
            !(c->vertical_from || c->vertical_to))
            continue;
        if (c->horizontal_from && (!comb->from || wall > comb->from))
            comb->from = wall;
        if (c->horizontal_to && (!comb->to || wall > comb->to))
            comb->to = wall;
    }
}

/* Does a wall stand on a line as the walls on both of the line's ends do? However high digits are,
 * for they may be judged by print beside the comb. */
static bool is_in_comb(const form *f, const dg_crossing *c)
{
    const wall_pair *ends = &f->combs[c->horizontal];
    const dg_rule *wall = &f->rules->items[c->vertical];
    return (c->vertical_from || c->vertical_to) && ends->from && ends->to &&
           ends->from != ends->to && are_alike(ends->from, wall) && are_alike(ends->to, wall);
}

static void accept_combs(form *f)
{
    find_combs(f);
    for (size_t i = 0; i < f->crossings->count; i++) {
        const dg_crossing *c = &f->crossings->items[i];
        f->accepted[c->vertical] |= count_ends(&f->meetings[c->vertical]) > 0 && is_in_comb(f, c);
    }
}

static digit_status accept(form *f)
{
    digit_status status = accept_horizontals(f);
    if (status == DIGIT_OK)
        status = accept_verticals(f);
    if (status == DIGIT_OK)
        accept_combs(f);
    return status;
}

digit_status dg_rules_accept(dg_rules_job *job, const dg_rules *candidates,
                             const dg_crossings *crossings, double size, dg_rules *rules)
{
    const size_t count = candidates->count;
    form f = {
        .view = dg_view_of(job->ink, false, job->least),
        .upright = dg_view_of(job->ink, true, job->least),
        .rules = candidates,
        .crossings = crossings,
        .pace = &job->pace,
        .size = size,
    };
    digit_status status;
    while (f.horizontals < count && !candidates->items[f.horizontals].vertical)
        f.horizontals++;
    f.accepted = dg_alloc_zero(count, sizeof *f.accepted);
    f.meetings = dg_alloc_zero(count, sizeof *f.meetings);
    f.combs = dg_alloc_zero(f.horizontals, sizeof *f.combs);
    f.order = dg_alloc(count, sizeof *f.order);
    if (!f.accepted || !f.meetings || !f.combs || !f.order) {
        status = dg_fail_memory("form lines", count * sizeof *f.meetings);
        goto done;
    }
    status = accept(&f);
    for (size_t i = 0; status == DIGIT_OK && i < count; i++)
        if (f.accepted[i])
            status = dg_rules_add(rules, &candidates->items[i]);
done:
    dg_free(f.order);
    dg_free(f.combs);
    dg_free(f.meetings);
    dg_free(f.accepted);
    return status;
}
