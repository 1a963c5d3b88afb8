/* field.h - a sample in grey levels with fractions, to draw on and to bend. */
#ifndef DG_DATA_FIELD_H
#define DG_DATA_FIELD_H

#include "base/number.h"

#include <digit/digit.h>

#define DG_FIELD_SIDE DIGIT_SAMPLE_SIDE

typedef struct dg_field {
    float at[DG_FIELD_SIDE][DG_FIELD_SIDE]; /* [row][column]: 0 paper .. 255 ink */
} dg_field;

/* With a border of paper: interpolation near the edge needs no special case. */
typedef struct dg_bordered_field {
    float at[DG_FIELD_SIDE + 3][DG_FIELD_SIDE + 3];
} dg_bordered_field;

void dg_field_from_bytes(const uint8_t in[DIGIT_SAMPLE_BYTES], dg_field *field);

/* Rounded; levels must be in 0 .. 255. */
void dg_field_to_bytes(const dg_field *field, uint8_t out[DIGIT_SAMPLE_BYTES]);

void dg_field_border(const dg_field *in, dg_bordered_field *out);

/* The level at (x, y) by bilinear interpolation; pixel centres are whole numbers. */
static inline float dg_field_interpolate(const dg_bordered_field *in, float x, float y)
{
    const float right = dg_clamp_f32(x, -1, DG_FIELD_SIDE) + 1;
    const float down = dg_clamp_f32(y, -1, DG_FIELD_SIDE) + 1;
    const int column = (int)right, row = (int)down;
    const float x_part = right - (float)column, y_part = down - (float)row;
    const float *upper = &in->at[row][column], *lower = &in->at[row + 1][column];
    const float top = upper[0] + (upper[1] - upper[0]) * x_part;
    const float low = lower[0] + (lower[1] - lower[0]) * x_part;
    return top + (low - top) * y_part;
}

static inline float dg_level_clamp(float level)
{
    return dg_clamp_f32(level, 0, 255);
}

/* Where there is ink already, the darker stays. */
static inline void dg_level_darken(float *at, float level)
{
    *at = dg_max_f32(level, *at);
}

/* `digit` as large as `scale` says, its centre at (x, y); where ink is there already, the darker
 * stays. */
void dg_field_lay(const uint8_t digit[DIGIT_SAMPLE_BYTES], float scale, float x, float y,
                  dg_field *field);

/* From the middle of a sample to the end of its ink on a `side` (-1 left, 1 right), in pixels. */
float dg_sample_reach(const uint8_t digit[DIGIT_SAMPLE_BYTES], float side);

/* Ink as MNIST places it: the longer side of its box 20 pixels, its centre of mass in the
 * middle. Without any ink nothing happens. */
void dg_field_frame(dg_field *field);

#endif
