#include "data/line_canvas.h"

#include <math.h>

#define NO_INK (-10000)

/* Rows of the field interpolated at height y, with paper on both sides. */
static void mix_rows(const dg_bordered_field *source, float y, float line[DG_FIELD_SIDE + 3])
{
    const float down = dg_clamp_f32(y, -1, DG_FIELD_SIDE) + 1;
    const int row = (int)down;
    const float part = down - (float)row;
    for (int x = 0; x < DG_FIELD_SIDE + 3; x++)
        line[x] = source->at[row][x] + (source->at[row + 1][x] - source->at[row][x]) * part;
}

/* A row of the stamp: the line from `x` on, in steps of `step`; and its outline. */
static void stretch_row(const float line[DG_FIELD_SIDE + 3], float x, float step, int row,
                        dg_stamp *stamp)
{
    const int first = (int)dg_clamp_f32(ceilf((-1 - x) / step), 0, DG_STAMP_COLUMNS);
    const int end = (int)dg_clamp_f32(ceilf((DG_FIELD_SIDE - x) / step), 0, DG_STAMP_COLUMNS);
    float *out = stamp->at[row];
    int left = first, right = end - 1;
    for (int column = first; column < end; column++) {
        const float along = dg_clamp_f32(x + (float)column * step, -1, DG_FIELD_SIDE) + 1;
        const int from = (int)along;
        out[column] = line[from] + (line[from + 1] - line[from]) * (along - (float)from);
    }
    while (left < end && out[left] < DG_STAMP_INK)
        left++;
    while (right >= left && out[right] < DG_STAMP_INK)
        right--;
    stamp->left[row] = left;
    stamp->right[row] = right;
    if (left > right)
        return;
    stamp->first = dg_min_i32(stamp->first, left);
    stamp->last = dg_max_i32(stamp->last, right);
}

void dg_stamp_draw(const dg_field *field, const dg_line_place *place, float from, float to,
                   dg_stamp *stamp)
{
    dg_bordered_field source;
    float line[DG_FIELD_SIDE + 3];
    const float width = place->scale * place->stretch, half_way = place->base - place->height / 2;
    const float middle = DG_STAMP_MIDDLE + place->part;
    dg_field_border(field, &source);
    *stamp = (dg_stamp){
        .first = DG_STAMP_COLUMNS,
        .last = -1,
        .from = middle + (from - place->middle) * width,
        .to = middle + (to - place->middle) * width,
    };
    for (int row = 0; row < DG_LINE_ROWS; row++) {
        const float y = place->foot + ((float)row - place->base) / place->scale;
        const float zero = middle + place->lean * (half_way - (float)row);
        stamp->right[row] = -1;
        if (y <= -1 || y >= DG_FIELD_SIDE)
            continue;
        mix_rows(&source, y, line);
        stretch_row(line, place->middle - zero / width, 1 / width, row, stamp);
    }
}

float dg_stamp_shift(const dg_stamp *stamp, const int last[DG_LINE_ROWS], float gap, float none)
{
    float shift = NO_INK;
    for (int row = 0; row < DG_LINE_ROWS; row++) {
        const int end = dg_min_i32(row + 1, DG_LINE_ROWS - 1);
        if (stamp->left[row] > stamp->right[row])
            continue;
        for (int near = dg_max_i32(row - 1, 0); near <= end; near++)
            shift = dg_max_f32(shift, (float)(last[near] + 1 - stamp->left[row]));
    }
    return shift <= NO_INK / 2 ? none : shift + gap;
}

void dg_stamp_lay(const dg_stamp *stamp, int column, float level, const dg_line_canvas *canvas)
{
    const int first = dg_max_i32(0, -column);
    const int end = dg_min_i32(DG_STAMP_COLUMNS, canvas->columns - column);
    for (int row = 0; row < DG_LINE_ROWS; row++) {
        float *to = dg_line_row(canvas, row);
        for (int x = first; x < end; x++)
            dg_level_darken(&to[column + x], stamp->at[row][x] * (level / 255));
    }
}

#define KNOTS_MOST (DG_LINE_COLUMNS_MOST * 2 / 3 + 3) /* DG_CLOUD_APART_LEAST apart */

/* One row of knots, interpolated along the row. */
static void draw_knots(dg_rng *rng, float apart, int columns, float *row)
{
    float knots[KNOTS_MOST];
    const int count = (int)((float)columns / apart) + 2;
    for (int i = 0; i < count; i++)
        knots[i] = dg_rng_unit(rng);
    for (int x = 0; x < columns; x++) {
        const float right = (float)x / apart;
        const int from = (int)right;
        row[x] = knots[from] + (knots[from + 1] - knots[from]) * (right - (float)from);
    }
}

void dg_line_cloud(dg_rng *rng, float apart, const dg_line_canvas *canvas)
{
    float upper[DG_LINE_COLUMNS_MOST], lower[DG_LINE_COLUMNS_MOST];
    int drawn = -1; /* the row of knots in `upper` */
    draw_knots(rng, apart, canvas->columns, lower);
    for (int y = 0; y < DG_LINE_ROWS; y++) {
        const float down = (float)y / apart;
        const int row = (int)down;
        float *out = canvas->spare + (size_t)y * (size_t)canvas->columns;
        for (; drawn < row; drawn++) {
            for (int x = 0; x < canvas->columns; x++)
                upper[x] = lower[x];
            draw_knots(rng, apart, canvas->columns, lower);
        }
        for (int x = 0; x < canvas->columns; x++)
            out[x] = upper[x] + (lower[x] - upper[x]) * (down - (float)row);
    }
}
