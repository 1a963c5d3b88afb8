#include "base/error.h"
#include "base/mem.h"
#include "vision/rules_parts.h"

#include <stdlib.h>

/* In digits' heights: a line on its own; an upright one that meets none; a box's side. */
#define LONG  1.7
#define ALONE 3.0
#define BOX   1.1

/* Two lines meet at a right angle, within so much; ends may miss by so many pixels. */
#define RIGHT_ANGLE 0.06
#define MISS        1.5

/* ... and are as thick as each other, up to this factor. */
#define THICKER 1.8

/* An upright line of a lattice has this part of the longest one's length. */
#define WALL_LEAST 0.75

/* Walls of a comb are as long as each other, within this part. */
#define ALIKE 0.15

/* How an upright line meets accepted level ones, or a level one upright ones. */
typedef struct meeting {
    uint32_t crossings; /* how many it crosses or reaches */
    bool from, to;      /* which of its ends lie on one */
} meeting;

typedef struct form {
    const dg_rules *rules;
    size_t levels;     /* level rules are first */
    bool *accepted;    /* [rules] */
    meeting *meetings; /* [rules] */
    double size;       /* of digits */
} form;

dg_crossing dg_rules_cross(const dg_rule *level, const dg_rule *upright)
{
    const double miss = MISS + (level->thick + upright->thick) / 2;
    const double y = (level->offset + level->slope * upright->offset) /
                     (1 - level->slope * upright->slope);
    const double x = dg_rule_middle(upright, y);
    if (fabs(level->slope + upright->slope) > RIGHT_ANGLE || x < level->from - miss ||
        x > level->to + miss || y < upright->from - miss || y > upright->to + miss)
        return (dg_crossing){.touch = false};
    return (dg_crossing){
        .touch = true,
        .level_from = x <= level->from + miss,
        .level_to = x >= level->to - miss,
        .upright_from = y <= upright->from + miss,
        .upright_to = y >= upright->to - miss,
    };
}

static size_t count_ends(const meeting *m)
{
    return (size_t)m->from + m->to;
}

static bool is_long(const dg_rule *rule, double size)
{
    return dg_rule_length(rule) >= size && dg_rule_length(rule) >= DG_RULE_THIN * rule->thick;
}

/* Which ends of level lines are corners: there an upright line ends too. */
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
            const bool corner = c.upright_from || c.upright_to;
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

static bool is_straight(const dg_rule *rule)
{
    return dg_rule_length(rule) >= DG_RULE_THIN_ALONE * rule->thick;
}

/* How many straight lines of the other direction this one meets; of accepted ones only, if so
 * wanted. */
static size_t count_met(const form *f, size_t index, bool accepted)
{
    const dg_rule *rules = f->rules->items, *rule = &rules[index];
    const size_t from = rule->upright ? 0 : f->levels;
    const size_t end = rule->upright ? f->levels : f->rules->count;
    size_t count = 0;
    for (size_t i = from; i < end; i++)
        count += is_straight(&rules[i]) && (!accepted || f->accepted[i]) &&
                 (rule->upright ? dg_rules_cross(&rules[i], rule).touch
                                : dg_rules_cross(rule, &rules[i]).touch);
    return count;
}

/* Two level and two upright lines that cross are no digits, however high those are: squared
 * paper, boxes. A 1 between two lines is shorter than the others. */
static void accept_lattice(form *f)
{
    const dg_rule *rules = f->rules->items;
    double longest = 0;
    for (size_t i = f->levels; i < f->rules->count; i++) {
        f->accepted[i] = is_straight(&rules[i]) && count_met(f, i, false) >= 2;
        if (f->accepted[i])
            longest = fmax(longest, dg_rule_length(&rules[i]));
    }
    for (size_t i = f->levels; i < f->rules->count; i++)
        f->accepted[i] &= dg_rule_length(&rules[i]) >= WALL_LEAST * longest;
    for (size_t i = 0; i < f->levels; i++)
        f->accepted[i] = is_straight(&rules[i]) && count_met(f, i, true) >= 2;
}

static void accept_levels(form *f)
{
    find_corners(f);
    for (size_t i = 0; i < f->levels; i++) {
        const dg_rule *rule = &f->rules->items[i];
        const size_t corners = count_ends(&f->meetings[i]);
        const bool alone = dg_rule_length(rule) >= LONG * f->size &&
                           dg_rule_length(rule) >= DG_RULE_THIN_ALONE * rule->thick;
        f->accepted[i] |= alone || corners == 2 || (corners == 1 && has_twin(f, i));
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
            f->meetings[u].from |= c.upright_from;
            f->meetings[u].to |= c.upright_to;
        }
    }
}

/* Others like this one, as the walls of a comb are. */
static size_t count_alike(const form *f, const dg_rule *wall)
{
    const double length = dg_rule_length(wall);
    size_t count = 0;
    for (size_t i = f->levels; i < f->rules->count; i++) {
        const dg_rule *other = &f->rules->items[i];
        count += other != wall && count_ends(&f->meetings[i]) > 0 &&
                 fabs(dg_rule_length(other) - length) <= ALIKE * length + 1 &&
                 fabs(other->slope - wall->slope) <= RIGHT_ANGLE &&
                 fabs(other->thick - wall->thick) <= 1 + 0.3 * wall->thick;
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
        f->accepted[i] |= length >= ALONE * f->size ||
                         (m->crossings > 0 && length >= LONG * f->size) ||
                         count_ends(m) > 1 || (count_ends(m) > 0 && count_alike(f, rule) > 1);
    }
}

digit_status dg_rules_accept(double size, dg_rules *rules)
{
    form f = {.rules = rules, .size = size};
    while (f.levels < rules->count && !rules->items[f.levels].upright)
        f.levels++;
    f.accepted = dg_alloc_zero(rules->count, sizeof *f.accepted);
    f.meetings = dg_alloc_zero(rules->count, sizeof *f.meetings);
    if (!f.accepted || !f.meetings) {
        dg_free(f.meetings);
        dg_free(f.accepted);
        return dg_fail_memory("form lines", rules->count * sizeof *f.meetings);
    }
    accept_lattice(&f);
    accept_levels(&f);
    accept_uprights(&f);
    size_t kept = 0;
    for (size_t i = 0; i < rules->count; i++)
        if (f.accepted[i])
            rules->items[kept++] = rules->items[i];
    rules->count = kept;
    dg_free(f.meetings);
    dg_free(f.accepted);
    return DIGIT_OK;
}
