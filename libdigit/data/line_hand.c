#include "data/augment_parts.h"
#include "data/line_parts.h"

#include <math.h>

/* In rows. Vision scales a line so that its digits are USUAL high, and errs. */
#define SIZE_CLEAR        22.0f
#define SIZE_USUAL_LEAST  19.0f
#define SIZE_USUAL_MOST   25.0f
#define SIZE_LEAST        13.0f
#define SIZE_MOST         29.0f
#define SIZE_USUAL        65.0f /* percent */

#define OVERHANG_PERCENT 10.0f /* of lines are cut by the strip's edge */
#define OVERHANG_MOST    2.0f  /* rows */

/* Base lines: rows a column; rows; radians a column. */
#define SLOPE       0.02f
#define WAVE        1.0f
#define WAVE_SHARE  40.0f
#define WAVE_LEAST  0.02f
#define WAVE_MOST   0.12f

/* Tangents. Most hands are upright or lean a little to the right; ledgers of the nineteenth century
 * up to 40 degrees. */
#define LEAN          0.18f
#define LEAN_STEEP    0.84f
#define STEEP_PERCENT 12.0f

/* Percent of hands that write 0s as rings: amounts end in such. */
#define RINGS_PERCENT 22.0f

#define STRETCH 0.22f /* logarithm: narrow and wide hands */

/* Gaps between outlines in parts of a digit's size, and percent of groups. */
typedef struct spacing {
    float percent, least, most;
} spacing;

static const spacing spacings[] = {
    {22, 0.12f, 0.45f},   /* clear of each other: mostly the digit network reads these */
    {28, 0.03f, 0.12f},   /* tight */
    {26, -0.05f, 0.04f},  /* touching */
    {24, -0.16f, 0.0f},   /* overlapping */
};

/* Rings that share a stroke, or are linked like a chain's. */
#define LINKED_PERCENT 35.0f
static const spacing linked = {LINKED_PERCENT, -0.26f, -0.06f};

#define RINGS_FROM 35.0f /* percent of the table: most groups of rings touch */

#define CLEAR_LEAST 0.2f
#define CLEAR_MOST  0.3f

/* Ink density of a line, 0 .. 255, after vision has set most of the ink to 255. */
#define LEVEL_LEAST   170.0f
#define LEVEL_PALEST  90.0f
#define PALE_PERCENT  10.0f

#define RADIUS_LEAST 0.8f
#define RADIUS_MOST  1.9f

/* As in augment_pen.c; strokes twice as wide as THICKER makes them close the loops of small
 * digits. */
#define WIDTH_PERCENT   70.0f
#define THINNER         (-0.55f)
#define THICKER         1.3f
#define RIDGE_PERCENT   4.0f
#define OUTLINE_PERCENT 3.0f

#define OTHER_HAND 30.0f /* percent of groups after the first are by another hand */

static void draw_size(dg_rng *rng, dg_line_hand *hand)
{
    const bool usual = !dg_line_comes(rng, hand->strength, 100 - SIZE_USUAL);
    const float least = usual ? SIZE_USUAL_LEAST : SIZE_LEAST;
    const float most = usual ? SIZE_USUAL_MOST : SIZE_MOST;
    hand->size = SIZE_CLEAR + (dg_rng_between(rng, least, most) - SIZE_CLEAR) * hand->strength;
}

static void draw_base(dg_rng *rng, dg_line_hand *hand)
{
    const float s = hand->strength, room = DG_LINE_ROWS - hand->size;
    const bool cut = dg_line_comes(rng, s, OVERHANG_PERCENT);
    hand->overhang = cut ? OVERHANG_MOST : 0;
    hand->base = DG_LINE_ROWS - room / 2 + dg_rng_around(rng, s * (room / 2 + hand->overhang));
    hand->slope = dg_rng_around(rng, SLOPE * s);
    hand->wave = dg_line_comes(rng, s, WAVE_SHARE) ? dg_rng_between(rng, 0, WAVE) : 0;
    hand->wave_turn = dg_rng_between(rng, WAVE_LEAST, WAVE_MOST);
    hand->wave_start = dg_rng_between(rng, 0, 6.2831853f);
}

static void draw_spacing(dg_rng *rng, dg_line_hand *hand)
{
    /* Quick rings touch. */
    float percent = hand->rings ? dg_rng_between(rng, RINGS_FROM, 100) : 100 * dg_rng_unit(rng);
    const spacing *chosen = spacings;
    while (percent >= chosen->percent && chosen + 1 < spacings + sizeof spacings / sizeof *spacings)
        percent -= chosen++->percent;
    if (hand->rings && dg_line_comes(rng, hand->strength, LINKED_PERCENT))
        chosen = &linked;
    const float least = CLEAR_LEAST + (chosen->least - CLEAR_LEAST) * hand->strength;
    const float most = CLEAR_MOST + (chosen->most - CLEAR_MOST) * hand->strength;
    hand->gap_least = least * hand->size;
    hand->gap_most = (least + (most - least) * dg_rng_unit(rng)) * hand->size;
}

static void draw_look(dg_rng *rng, dg_line_hand *hand)
{
    const float look = 100 * dg_rng_unit(rng);
    const bool other = dg_line_comes(rng, hand->strength, WIDTH_PERCENT);
    hand->width = other ? dg_rng_between(rng, THINNER, THICKER) * hand->strength : 0;
    hand->look = look < RIDGE_PERCENT * hand->strength ? DG_LINE_RIDGES
                 : look > 100 - OUTLINE_PERCENT * hand->strength ? DG_LINE_OUTLINES
                                                                 : DG_LINE_STROKES;
}

/* What a writer keeps for a whole group. */
static void draw_writer(dg_rng *rng, dg_line_hand *hand)
{
    const float s = hand->strength;
    const bool steep = dg_line_comes(rng, s, STEEP_PERCENT);
    hand->lean = steep ? dg_rng_between(rng, 2 * LEAN, LEAN_STEEP)
                       : dg_rng_between(rng, -LEAN * s, 2 * LEAN * s);
    hand->stretch = expf(dg_rng_around(rng, STRETCH * s));
    hand->radius = dg_rng_between(rng, RADIUS_LEAST, RADIUS_MOST);
    hand->pen_seed = dg_rng_u32(rng);
    hand->pen_name = dg_rng_u32(rng);
    hand->rings = dg_line_comes(rng, s, RINGS_PERCENT);
    draw_look(rng, hand);
    const bool pale = dg_line_comes(rng, s, PALE_PERCENT);
    const float least = pale ? LEVEL_PALEST : LEVEL_LEAST, most = pale ? LEVEL_LEAST : 255;
    hand->level = 255 + (dg_rng_between(rng, least, most) - 255) * s;
}

void dg_line_hand_draw(dg_rng *rng, float strength, dg_line_hand *hand)
{
    hand->strength = strength;
    draw_size(rng, hand);
    draw_base(rng, hand);
    draw_writer(rng, hand);
    draw_spacing(rng, hand);
}

void dg_line_hand_go_on(dg_rng *rng, dg_line_hand *hand)
{
    if (dg_line_comes(rng, hand->strength, OTHER_HAND))
        draw_writer(rng, hand);
    draw_spacing(rng, hand);
}

void dg_line_hand_pen(const dg_line_hand *hand, dg_field *field)
{
    dg_augment_width(hand->width, field);
    if (hand->look == DG_LINE_RIDGES)
        dg_augment_ridge(field);
    else if (hand->look == DG_LINE_OUTLINES)
        dg_augment_outline(field);
}

float dg_line_hand_base(const dg_line_hand *hand, float column, float drop, float height)
{
    const float wave = hand->wave * sinf(hand->wave_start + hand->wave_turn * column);
    const float base = hand->base + hand->slope * column + wave + drop;
    const float least = height - hand->overhang, most = DG_LINE_ROWS - 1 + hand->overhang;
    return dg_min_f32(dg_max_f32(base, least), dg_max_f32(least, most));
}
