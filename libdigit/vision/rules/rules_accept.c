#include "base/error.h"
#include "base/mem.h"
#include "vision/rules/rules_parts.h"

#include <stdlib.h>

/* In digits' heights: a line on its own; an vertical one that meets none; a box's side. */
#define LONG  1.7
#define ALONE 3.0
#define BOX   1.1

/* Lines that meet are as thick as each other, up to this factor. */
#define THICKER 1.3

/* The walls of a comb are lower than digits: 1s that stand on a line are not. */
#define SHORT 0.85

/* Walls lean as each other does, within so much, and so many pixels for short ones. */
#define LEAN        0.06
#define LEAN_PIXELS 1.5

/* Walls of a comb are as long as each other, within this part. */
#define ALIKE 0.15

/* How an vertical line meets accepted level ones, or a level one vertical ones. */
typedef struct meeting {
    uint32_t crossings; /* how many it crosses or reaches */
    bool from, to;      /* which of its ends lie on one */
    bool corner;        /* ... on an end of that one */
} meeting;

/* The walls on the ends of a level line, as those of a comb: their rules, or NULL. */
typedef struct wall_pair {
    const dg_rule *from, *to;
} wall_pair;

typedef struct form {
    dg_view view; /* along level lines */
    const dg_rules *rules;
    size_t levels;     /* level rules are first */
    bool *accepted;    /* [rules] */
    meeting *meetings; /* [rules] */
    wall_pair *combs;  /* [levels] */
    double size;       /* of digits */
} form;

static size_t count_ends(const meeting *m)
{
    return (size_t)m->from + m->to;
}

static bool is_long(const dg_rule *rule, double size)
{
    return dg_rule_length(rule) >= size && dg_rule_length(rule) >= DG_RULE_THIN * rule->thick;
}

/* Which ends of level lines are corners: there an vertical line ends too. */
static void find_corners(form *f)
{
    const dg_rule *rules = f->rules->items;
    for (size_t u = f->levels; u < f->rules->count; u++) {
        if (!is_long(&rules[u], BOX * f->size))
            continue;
        for (size_t l = 0; l < f->levels; l++) {
            if (!is_long(&rules[l], BOX * f->size))
                continue;
            const dg_crossing c = dg_rules_cross(&rules[l], &rules[u]);
            const bool corner = c.vertical_from || c.vertical_to;
            f->meetings[l].from |= corner && c.level_from;
            f->meetings[l].to |= corner && c.level_to;
        }
    }
}

/* The other side of a box: as long, and where it is. */
static bool has_twin(const form *f, size_t level)
{
    const dg_rule *rule = &f->rules->items[level];
    const double miss = ALIKE * dg_rule_length(rule) + 1;
    for (size_t i = 0; i < f->levels; i++) {
        const dg_rule *other = &f->rules->items[i];
        if (i != level && count_ends(&f->meetings[i]) > 0 &&
            abs(other->from - rule->from) <= miss && abs(other->to - rule->to) <= miss)
            return true;
    }
    return false;
}

/* No side of a box, but long enough. */
static bool is_alone(const form *f, const dg_rule *rule)
{
    const double length = dg_rule_length(rule);
    return length >= LONG * f->size && length >= DG_RULE_THIN_ALONE * rule->thick &&
           !dg_rule_is_writing(&f->view, f->size, rule);
}

static void accept_levels(form *f)
{
    find_corners(f);
    for (size_t i = 0; i < f->levels; i++) {
        const dg_rule *rule = &f->rules->items[i];
        const size_t corners = count_ends(&f->meetings[i]);
        f->accepted[i] = corners == 2 || (corners == 1 && has_twin(f, i)) || is_alone(f, rule);
    }
}

static void meet_levels(form *f)
{
    const dg_rule *rules = f->rules->items;
    for (size_t l = 0; l < f->levels; l++) {
        if (!f->accepted[l])
            continue;
        for (size_t u = f->levels; u < f->rules->count; u++) {
            if (rules[u].thick > THICKER * rules[l].thick + 1)
                continue;
            const dg_crossing c = dg_rules_cross(&rules[l], &rules[u]);
            f->meetings[u].crossings += c.touch;
            f->meetings[u].from |= c.vertical_from;
            f->meetings[u].to |= c.vertical_to;
            f->meetings[u].corner |= (c.vertical_from || c.vertical_to) &&
                                     (c.level_from || c.level_to);
        }
    }
}

/* As the walls of a comb are. */
static bool are_alike(const dg_rule *wall, const dg_rule *other)
{
    const double length = dg_rule_length(wall);
    return fabs(dg_rule_length(other) - length) <= ALIKE * length + 1 &&
           fabs(other->slope - wall->slope) <= LEAN + LEAN_PIXELS / length &&
           fabs(other->thick - wall->thick) <= 1 + 0.3 * wall->thick;
}

static size_t count_alike(const form *f, const dg_rule *wall)
{
    size_t count = 0;
    for (size_t i = f->levels; i < f->rules->count; i++) {
        const dg_rule *other = &f->rules->items[i];
        count += other != wall && count_ends(&f->meetings[i]) > 0 && are_alike(wall, other);
    }
    return count;
}

static void accept_uprights(form *f)
{
    meet_levels(f);
    for (size_t i = f->levels; i < f->rules->count; i++) {
        const dg_rule *rule = &f->rules->items[i];
        const meeting *m = &f->meetings[i];
        const double length = dg_rule_length(rule);
        const size_t alike = count_ends(m) > 0 ? count_alike(f, rule) : 0;
        f->accepted[i] = length >= ALONE * f->size ||
                         (m->crossings > 0 && length >= LONG * f->size) ||
                         count_ends(m) > 1 || (m->corner && alike > 0) ||
                         (alike > 1 && length <= SHORT * f->size);
    }
}

static void find_combs(form *f)
{
    const dg_rule *rules = f->rules->items;
    for (size_t l = 0; l < f->levels; l++)
        for (size_t u = f->levels; f->accepted[l] && u < f->rules->count; u++) {
            const dg_crossing c = dg_rules_cross(&rules[l], &rules[u]);
            if (!f->accepted[u] || !(c.vertical_from || c.vertical_to))
                continue;
            f->combs[l].from = c.level_from ? &rules[u] : f->combs[l].from;
            f->combs[l].to = c.level_to ? &rules[u] : f->combs[l].to;
        }
}

/* Does it stand on a line as the walls on both of the line's ends do? However high digits are,
 * for they may be judged by print beside the comb. */
static bool is_in_comb(const form *f, const dg_rule *wall)
{
    for (size_t l = 0; l < f->levels; l++) {
        const wall_pair *ends = &f->combs[l];
        if (!ends->from || !ends->to || ends->from == ends->to ||
            !are_alike(ends->from, wall) || !are_alike(ends->to, wall))
            continue;
        const dg_crossing c = dg_rules_cross(&f->rules->items[l], wall);
        if (c.vertical_from || c.vertical_to)
            return true;
    }
    return false;
}

static void accept_combs(form *f)
{
    find_combs(f);
    for (size_t i = f->levels; i < f->rules->count; i++)
        f->accepted[i] |= count_ends(&f->meetings[i]) > 0 && is_in_comb(f, &f->rules->items[i]);
}

digit_status dg_rules_accept(const dg_plane *ink, uint8_t least, const dg_rules *candidates,
                             double size, dg_rules *rules)
{
    const size_t count = candidates->count;
    form f = {.view = dg_view_of(ink, false, least), .rules = candidates, .size = size};
    digit_status status = DIGIT_OK;
    while (f.levels < count && !candidates->items[f.levels].vertical)
        f.levels++;
    f.accepted = dg_alloc_zero(count, sizeof *f.accepted);
    f.meetings = dg_alloc_zero(count, sizeof *f.meetings);
    f.combs = dg_alloc_zero(f.levels, sizeof *f.combs);
    if (!f.accepted || !f.meetings || !f.combs) {
        status = dg_fail_memory("form lines", count * sizeof *f.meetings);
        goto done;
    }
    accept_levels(&f);
    accept_uprights(&f);
    accept_combs(&f);
    for (size_t i = 0; status == DIGIT_OK && i < count; i++)
        if (f.accepted[i])
            status = dg_rules_add(rules, &candidates->items[i]);
done:
    dg_free(f.combs);
    dg_free(f.meetings);
    dg_free(f.accepted);
    return status;
}
