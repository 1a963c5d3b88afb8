/* What a form has printed under, round and between its digits. */
#include "data/line_parts.h"

#include <math.h>

/* Percent of strips at full strength. */
#define FOOT_RULE_PERCENT 22.0f
#define HEAD_RULE_PERCENT 8.0f
#define DOTTED_PERCENT    18.0f /* of rules */
#define PALE_PERCENT      40.0f /* of rules: what vision has left of one */

#define LEVEL_PALEST 40.0f
#define LEVEL_PALE   140.0f
#define HALF_LEAST   0.4f  /* pixels: rules are 1 to 3 wide */
#define HALF_MOST    1.3f
#define TILT         0.012f
#define DASH_MOST    4 /* pixels */

/* In parts of a digit's size, from its foot or head, outwards. */
#define FOOT_LEAST (-0.12f)
#define FOOT_MOST  0.22f
#define HEAD_LEAST 0.02f
#define HEAD_MOST  0.3f
#define BOX_LEAST  0.04f
#define BOX_MOST   0.3f

static void ink(float *at, float level, float inside)
{
    if (inside > 0)
        dg_level_darken(at, level * dg_min_f32(inside, 1));
}

static bool between_dashes(const dg_line_rule *rule, int i)
{
    return rule->dash > 0 && i / rule->dash % 2;
}

void dg_line_rule_horizontal(const dg_line_rule *rule, const dg_line_canvas *canvas)
{
    const int first = (int)dg_max_f32(rule->from, 0);
    const int end = (int)dg_min_f32(rule->to + 1, (float)canvas->columns);
    for (int x = first; x < end; x++) {
        const float middle = rule->at + rule->tilt * ((float)x - rule->from);
        const int top = dg_max_i32((int)floorf(middle - rule->half), 0);
        const int low = dg_min_i32((int)ceilf(middle + rule->half), DG_LINE_ROWS - 1);
        for (int y = top; y <= low && !between_dashes(rule, x); y++)
            ink(dg_line_row(canvas, y) + x, rule->level,
                rule->half + 0.5f - fabsf((float)y - middle));
    }
}

void dg_line_rule_vertical(const dg_line_rule *rule, const dg_line_canvas *canvas)
{
    const int first = (int)dg_max_f32(rule->from, 0);
    const int end = (int)dg_min_f32(rule->to + 1, DG_LINE_ROWS);
    for (int y = first; y < end; y++) {
        const float middle = rule->at + rule->tilt * ((float)y - rule->from);
        const int left = dg_max_i32((int)floorf(middle - rule->half), 0);
        const int right = dg_min_i32((int)ceilf(middle + rule->half), canvas->columns - 1);
        for (int x = left; x <= right && !between_dashes(rule, y); x++)
            ink(dg_line_row(canvas, y) + x, rule->level,
                rule->half + 0.5f - fabsf((float)x - middle));
    }
}

void dg_line_rule_draw(dg_rng *rng, dg_line_rule *rule)
{
    const bool pale = dg_line_comes(rng, 1, PALE_PERCENT);
    const bool dotted = dg_line_comes(rng, 1, DOTTED_PERCENT);
    *rule = (dg_line_rule){
        .tilt = dg_rng_around(rng, TILT),
        .half = dg_rng_between(rng, HALF_LEAST, HALF_MOST),
        .level = pale ? dg_rng_between(rng, LEVEL_PALEST, LEVEL_PALE)
                      : dg_rng_between(rng, LEVEL_PALE, 255),
        .dash = dotted ? 1 + (int)dg_rng_below(rng, DASH_MOST) : 0,
    };
}

static dg_line_rule placed(const dg_line_rule *like, float at, float from, float to)
{
    dg_line_rule rule = *like;
    rule.at = at;
    rule.from = from;
    rule.to = to;
    return rule;
}

static void lay_horizontal(const dg_line_rule *like, float at, float from, float to,
                           const dg_line_canvas *canvas)
{
    const dg_line_rule rule = placed(like, at, from, to);
    dg_line_rule_horizontal(&rule, canvas);
}

static void lay_vertical(const dg_line_rule *like, float at, float from, float to,
                         const dg_line_canvas *canvas)
{
    const dg_line_rule rule = placed(like, at, from, to);
    dg_line_rule_vertical(&rule, canvas);
}

/* The top and the bottom of a box that stands where the hand writes. */
static void draw_heights(dg_rng *rng, const dg_line_hand *hand, float column, float *top,
                         float *bottom)
{
    const float base = dg_line_hand_base(hand, column, 0, hand->size);
    *top = base - hand->size - dg_rng_between(rng, BOX_LEAST, BOX_MOST) * hand->size;
    *bottom = base + dg_rng_between(rng, BOX_LEAST, BOX_MOST) * hand->size;
}

void dg_line_box(dg_rng *rng, const dg_line_hand *hand, float from, float to,
                 const dg_line_canvas *canvas)
{
    float top, bottom;
    dg_line_rule rule;
    dg_line_rule_draw(rng, &rule);
    draw_heights(rng, hand, (from + to) / 2, &top, &bottom);
    lay_horizontal(&rule, top, from, to, canvas);
    lay_horizontal(&rule, bottom, from, to, canvas);
    lay_vertical(&rule, from, top, bottom, canvas);
    lay_vertical(&rule, to, top, bottom, canvas);
}

/* Forms of combs: cells of a table, one box with walls, boxes apart, teeth on a rule. */
enum { COMB_CELLS, COMB_BOX, COMB_APART, COMB_TEETH, COMB_FORMS };

static void lay_comb(uint32_t form, const dg_line_rule *rule, float top, float bottom, float from,
                     float pitch, uint32_t cells, const dg_line_canvas *canvas)
{
    const float to = from + pitch * (float)cells, apart = form == COMB_APART ? 0.09f * pitch : 0;
    if (form == COMB_CELLS) {
        top = 0;
        bottom = DG_LINE_ROWS - 1;
    }
    for (uint32_t i = 0; i <= cells; i++) {
        const float at = from + pitch * (float)i;
        const float high = form == COMB_TEETH ? bottom - (bottom - top) * 0.4f : top;
        lay_vertical(rule, at - apart, high, bottom, canvas);
        if (apart > 0)
            lay_vertical(rule, at + apart, high, bottom, canvas);
        if (apart > 0 && i < cells) {
            lay_horizontal(rule, top, at + apart, at + pitch - apart, canvas);
            lay_horizontal(rule, bottom, at + apart, at + pitch - apart, canvas);
        }
    }
    if (form == COMB_BOX || form == COMB_TEETH)
        lay_horizontal(rule, bottom, from, to, canvas);
    if (form == COMB_BOX)
        lay_horizontal(rule, top, from, to, canvas);
}

void dg_line_comb(dg_rng *rng, const dg_line_hand *hand, float from, float pitch, uint32_t cells,
                  const dg_line_canvas *canvas)
{
    float top, bottom;
    dg_line_rule rule;
    dg_line_rule_draw(rng, &rule);
    draw_heights(rng, hand, from, &top, &bottom);
    lay_comb(dg_rng_below(rng, COMB_FORMS), &rule, top, bottom, from, pitch, cells, canvas);
}

void dg_line_wall(dg_rng *rng, float column, const dg_line_canvas *canvas)
{
    dg_line_rule rule;
    dg_line_rule_draw(rng, &rule);
    rule.tilt *= 4; /* a photograph is turned or seen from aside: a strip is short that way */
    lay_vertical(&rule, column, 0, DG_LINE_ROWS - 1, canvas);
}

void dg_line_rules(dg_rng *rng, const dg_line_hand *hand, const dg_line_canvas *canvas)
{
    const float base = dg_line_hand_base(hand, 0, 0, hand->size), end = (float)canvas->columns;
    dg_line_rule rule;
    if (dg_line_comes(rng, hand->strength, FOOT_RULE_PERCENT)) {
        dg_line_rule_draw(rng, &rule);
        rule.tilt = rule.tilt / 2 + hand->slope * dg_rng_unit(rng);
        lay_horizontal(&rule, base + dg_rng_between(rng, FOOT_LEAST, FOOT_MOST) * hand->size, 0,
                       end, canvas);
    }
    if (dg_line_comes(rng, hand->strength, HEAD_RULE_PERCENT)) {
        dg_line_rule_draw(rng, &rule);
        const float above = dg_rng_between(rng, HEAD_LEAST, HEAD_MOST) * hand->size;
        lay_horizontal(&rule, base - hand->size - above, 0, end, canvas);
    }
}
