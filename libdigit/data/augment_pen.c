/* Grey morphology: the largest or smallest level under a cross, mixed with the level itself, so
 * that strokes change by parts of a pixel. */
#include "base/number.h"
#include "data/augment_parts.h"

#include <stdbool.h>

#define SIDE DG_FIELD_SIDE

/* How far stroke width changes, at full strength, in crosses: 1 widens a stroke by a pixel on each
 * side. */
#define THIN 0.55f
#define THICK 2.00f

#define SHARE 0.7f /* of samples that change */
#define OUTLINE_SHARE 0.06f
#define RIDGE_SHARE 0.08f

#define INK 128.0f

typedef float (*choose)(float, float);

/* out[i] = the best of in[i-1], in[i], in[i+1]; beyond the ends is paper. */
static inline void choose_in_row(const float in[SIDE], choose better, float out[SIDE])
{
    out[0] = better(better(0, in[0]), in[1]);
    for (int x = 1; x < SIDE - 1; x++)
        out[x] = better(better(in[x - 1], in[x]), in[x + 1]);
    out[SIDE - 1] = better(better(in[SIDE - 2], in[SIDE - 1]), 0);
}

static inline void mix_with_cross(dg_field *field, float part, choose better)
{
    static const float paper[SIDE];
    const dg_field old = *field;
    for (int y = 0; y < SIDE; y++) {
        const float *above = y > 0 ? old.at[y - 1] : paper;
        const float *below = y < SIDE - 1 ? old.at[y + 1] : paper;
        float row[SIDE];
        choose_in_row(old.at[y], better, row);
        for (int x = 0; x < SIDE; x++) {
            const float best = better(row[x], better(above[x], below[x]));
            field->at[y][x] = old.at[y][x] + (best - old.at[y][x]) * part;
        }
    }
}

void dg_augment_outline(dg_field *field)
{
    dg_field ink;
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++)
            ink.at[y][x] = field->at[y][x] >= INK ? 255 : 0;
    *field = ink;
    mix_with_cross(field, 1, dg_max_f32);
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++)
            field->at[y][x] -= ink.at[y][x];
}

/* Ridges are pixels that are, once smoothed, a maximum between their two horizontal or their two
 * vertical neighbours. */
void dg_augment_ridge(dg_field *field)
{
    const dg_field old = *field;
    dg_field smooth = {{{0}}};
    for (int y = 1; y < SIDE - 1; y++)
        for (int x = 1; x < SIDE - 1; x++)
            smooth.at[y][x] = 4 * old.at[y][x] + 2 * (old.at[y][x - 1] + old.at[y][x + 1]) +
                              2 * (old.at[y - 1][x] + old.at[y + 1][x]) + old.at[y - 1][x - 1] +
                              old.at[y - 1][x + 1] + old.at[y + 1][x - 1] + old.at[y + 1][x + 1];
    *field = (dg_field){{{0}}};
    for (int y = 1; y < SIDE - 1; y++)
        for (int x = 1; x < SIDE - 1; x++) {
            const float level = smooth.at[y][x];
            const bool horizontal = level >= smooth.at[y][x - 1] && level > smooth.at[y][x + 1];
            const bool vertical = level >= smooth.at[y - 1][x] && level > smooth.at[y + 1][x];
            if (old.at[y][x] >= INK && (horizontal || vertical))
                field->at[y][x] = 255;
        }
}

void dg_augment_width(float change, dg_field *field)
{
    if (change < 0)
        mix_with_cross(field, -change, dg_min_f32);
    for (; change > 0; change -= 1)
        mix_with_cross(field, dg_min_f32(change, 1), dg_max_f32);
}

void dg_augment_pen(dg_rng *rng, float strength, dg_field *field)
{
    if (dg_rng_unit(rng) < SHARE * strength)
        dg_augment_width(dg_rng_between(rng, -THIN, THICK) * strength, field);
    if (dg_rng_unit(rng) < RIDGE_SHARE * strength)
        dg_augment_ridge(field);
    if (dg_rng_unit(rng) < OUTLINE_SHARE * strength) {
        dg_augment_outline(field);
        if (dg_rng_u32(rng) & 1)
            dg_field_frame(field); /* as whoever prepares the picture would */
    }
}
