/* Ink that says nothing. */
#include "data/line_parts.h"

#include <math.h>

/* Percent of strips at full strength. */
#define PENCIL_PERCENT    10.0f
#define NEIGHBOUR_PERCENT 26.0f /* above; as many below */
#define SPECK_PERCENT     15.0f
#define SCRATCH_PERCENT   3.0f
#define STAIN_PERCENT     5.0f
#define SHADE_PERCENT     10.0f

/* Percent of a strip's ends. */
#define WALL_PERCENT 14.0f
#define CUT_PERCENT  8.0f
#define DARK_PERCENT 4.0f

#define NEIGHBOUR_LEAST 1.0f /* rows of it in view */
#define NEIGHBOUR_MOST  5.0f
#define NEIGHBOUR_DEEP  1.0f /* rows that it shares with the digits: deeper, it would be a comma */
#define CUT_LEAST       0.1f /* of a digit's width in view */
#define CUT_MOST        0.35f
#define CLEAR           3.0f /* pixels from there to the first glyph, at least */
#define DARK_LEAST      4.0f /* pixels */
#define DARK_MOST       36.0f
#define WALL_MOST       8.0f /* pixels from the end */
#define SPECKS_MOST     8
#define SHADE_MOST      70.0f /* grey levels */
#define STAIN_MOST      140.0f

void dg_line_pencil(dg_rng *rng, float strength, const dg_line_canvas *canvas)
{
    if (!dg_line_comes(rng, strength, PENCIL_PERCENT))
        return;
    const float depth = dg_rng_between(rng, 0.2f, 1.0f) * strength;
    dg_line_cloud(rng, dg_rng_between(rng, DG_CLOUD_APART_LEAST, 3), canvas);
    for (size_t i = 0; i < dg_line_pixels(canvas); i++)
        canvas->at[i] *= dg_max_f32(1 - depth * canvas->spare[i], 0);
}

/* ---- Ends ------------------------------------------------------------- */

/* `depth` pixels from the end on a side. */
static float from_end(const dg_line_canvas *canvas, int side, float depth)
{
    return side < 0 ? depth : (float)(canvas->columns - 1) - depth;
}

static float draw_wall(dg_rng *rng, int side, const dg_line_canvas *canvas)
{
    const float depth = dg_rng_between(rng, 0, WALL_MOST);
    dg_line_wall(rng, from_end(canvas, side, depth), canvas);
    return depth + CLEAR;
}

static float draw_cut_digit(dg_rng *rng, const dg_line_hand *hand, const digit_dataset *dataset,
                            int side, const dg_line_canvas *canvas)
{
    dg_stamp stamp;
    dg_line_digit(rng, hand, dataset, dg_dataset_any(dataset, rng),
                  from_end(canvas, side, 0), &stamp);
    if (stamp.first > stamp.last)
        return 0;
    const float part = dg_rng_between(rng, CUT_LEAST, CUT_MOST);
    const int shown = 1 + (int)(part * (float)(stamp.last - stamp.first));
    const int column = side < 0 ? shown - 1 - stamp.last : canvas->columns - shown - stamp.first;
    dg_stamp_lay(&stamp, column, hand->level, canvas);
    return (float)shown + CLEAR;
}

/* A table's edge, a shadow, a scanner's lid. */
static float draw_dark(dg_rng *rng, int side, const dg_line_canvas *canvas)
{
    const float most = dg_min_f32(DARK_MOST, (float)canvas->columns / 12);
    const float depth = dg_rng_between(rng, DARK_LEAST, most), soft = dg_rng_between(rng, 0.5f, 6);
    const float level = dg_rng_between(rng, 60, 255), tilt = dg_rng_around(rng, 0.1f);
    for (int row = 0; row < DG_LINE_ROWS; row++) {
        const float edge = depth + tilt * (float)(row - DG_LINE_ROWS / 2);
        for (int i = 0; i < canvas->columns && (float)i < edge + soft; i++) {
            const int x = side < 0 ? i : canvas->columns - 1 - i;
            const float inside = (edge + soft - (float)i) / (2 * soft);
            dg_level_darken(&dg_line_row(canvas, row)[x], level * dg_min_f32(inside, 1));
        }
    }
    return depth + soft + CLEAR;
}

float dg_line_end(dg_rng *rng, const dg_line_hand *hand, const digit_dataset *dataset, int side,
                  const dg_line_canvas *canvas)
{
    if (hand->strength <= 0)
        return 0;
    const float kind = 100 * dg_rng_unit(rng) / hand->strength;
    if (kind < WALL_PERCENT)
        return draw_wall(rng, side, canvas);
    if (kind < WALL_PERCENT + CUT_PERCENT)
        return draw_cut_digit(rng, hand, dataset, side, canvas);
    if (kind < WALL_PERCENT + CUT_PERCENT + DARK_PERCENT)
        return draw_dark(rng, side, canvas);
    return 0;
}

/* ---- Lines above and below -------------------------------------------- */

/* Digits whose feet, or heads, are so many rows in the strip. */
static void draw_row(dg_rng *rng, const dg_line_hand *like, const digit_dataset *dataset,
                     bool above, const dg_line_canvas *canvas)
{
    const float base = dg_line_hand_base(like, 0, 0, like->size);
    const float room = above ? base - like->size : DG_LINE_ROWS - 1 - base;
    const float most = dg_min_f32(NEIGHBOUR_MOST, room + NEIGHBOUR_DEEP);
    const float shown = dg_rng_between(rng, NEIGHBOUR_LEAST, dg_max_f32(most, NEIGHBOUR_LEAST));
    dg_line_hand hand = *like;
    dg_stamp stamp;
    hand.base = above ? shown - 1 : DG_LINE_ROWS + hand.size - shown;
    hand.overhang = 2 * DG_LINE_ROWS;
    const int end = (int)dg_rng_between(rng, 0, (float)canvas->columns * 1.3f);
    int column = (int)dg_rng_between(rng, -20, (float)canvas->columns);
    while (column < end && column < canvas->columns) {
        dg_line_digit(rng, &hand, dataset, dg_dataset_any(dataset, rng), (float)column, &stamp);
        dg_stamp_lay(&stamp, column - DG_STAMP_MIDDLE, hand.level, canvas);
        column += (int)dg_rng_between(rng, 0.6f * hand.size, 1.4f * hand.size);
    }
}

void dg_line_neighbours(dg_rng *rng, const dg_line_hand *hand, const digit_dataset *dataset,
                        const dg_line_canvas *canvas)
{
    if (dg_line_comes(rng, hand->strength, NEIGHBOUR_PERCENT))
        draw_row(rng, hand, dataset, true, canvas);
    if (dg_line_comes(rng, hand->strength, NEIGHBOUR_PERCENT))
        draw_row(rng, hand, dataset, false, canvas);
}

/* ---- Dirt ------------------------------------------------------------- */

/* One to three pixels: less than a point. */
static void draw_specks(dg_rng *rng, const dg_line_canvas *canvas)
{
    const uint32_t count = 1 + dg_rng_below(rng, SPECKS_MOST);
    for (uint32_t i = 0; i < count; i++) {
        const int row = (int)dg_rng_below(rng, DG_LINE_ROWS - 1);
        const int column = (int)dg_rng_below(rng, (uint32_t)canvas->columns - 1);
        const float level = dg_rng_between(rng, 40, 220);
        float *at = dg_line_row(canvas, row) + column;
        dg_level_darken(at, level);
        dg_level_darken(at + 1, level * dg_rng_unit(rng));
        dg_level_darken(at + canvas->columns, level * dg_rng_unit(rng));
    }
}

/* A hair, a fold, a stroke that slipped: long, thin and pale. */
static void draw_scratch(dg_rng *rng, const dg_line_canvas *canvas)
{
    const float from = dg_rng_between(rng, 0, (float)canvas->columns);
    const dg_line_rule rule = {
        .at = dg_rng_between(rng, 0, DG_LINE_ROWS),
        .tilt = dg_rng_around(rng, 0.4f),
        .from = from,
        .to = from + dg_rng_between(rng, 8, 60),
        .half = dg_rng_between(rng, 0.2f, 0.6f),
        .level = dg_rng_between(rng, 40, 130),
    };
    dg_line_rule_horizontal(&rule, canvas);
}

static void draw_stain(dg_rng *rng, const dg_line_canvas *canvas)
{
    const float x = dg_rng_between(rng, 0, (float)canvas->columns);
    const float y = dg_rng_between(rng, 0, DG_LINE_ROWS);
    const float wide = dg_rng_between(rng, 4, 40), high = dg_rng_between(rng, 4, 20);
    const float level = dg_rng_between(rng, 20, STAIN_MOST);
    for (int row = 0; row < DG_LINE_ROWS; row++)
        for (int column = 0; column < canvas->columns; column++) {
            const float right = ((float)column - x) / wide, down = ((float)row - y) / high;
            const float inside = 1 - right * right - down * down;
            float *at = dg_line_row(canvas, row) + column;
            if (inside > 0)
                *at = dg_level_clamp(*at + level * inside);
        }
}

/* What remains of light that falls unevenly. */
static void draw_shade(dg_rng *rng, float strength, const dg_line_canvas *canvas)
{
    const float most = dg_rng_between(rng, 0, SHADE_MOST) * strength;
    const float from = dg_rng_between(rng, 0.2f, 0.6f);
    dg_line_cloud(rng, dg_rng_between(rng, 4, 50), canvas);
    for (size_t i = 0; i < dg_line_pixels(canvas); i++)
        canvas->at[i] = dg_level_clamp(canvas->at[i] + most * (canvas->spare[i] - from));
}

void dg_line_dirt(dg_rng *rng, float strength, const dg_line_canvas *canvas)
{
    if (dg_line_comes(rng, strength, SPECK_PERCENT))
        draw_specks(rng, canvas);
    if (dg_line_comes(rng, strength, SCRATCH_PERCENT))
        draw_scratch(rng, canvas);
    if (dg_line_comes(rng, strength, STAIN_PERCENT))
        draw_stain(rng, canvas);
    if (dg_line_comes(rng, strength, SHADE_PERCENT))
        draw_shade(rng, strength, canvas);
}
