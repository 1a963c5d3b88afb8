#include "base/number.h"
#include "data/augment_parts.h"
#include "data/jpeg_block.h"

#include <math.h>

#define SIDE  DG_FIELD_SIDE
#define BLOCK DG_JPEG_SIDE

/* Shares of samples, at full strength. */
#define BLUR_SHARE 0.35f
#define COARSE_SHARE 0.12f
#define CONTRAST_SHARE 0.40f
#define MOTION_SHARE 0.06f
#define JPEG_SHARE 0.10f

#define COARSE_CELLS_LEAST 11
#define COARSE_CELLS_MOST 20
#define MOTION_MOST 9 /* pixels */

/* ---- Sharpness -------------------------------------------------------- */

/* [side, 1 - 2 side, side], along rows and columns; beyond the edge is paper. */
static void blur(dg_field *field, float side)
{
    const dg_field old = *field;
    dg_field rows;
    for (int y = 0; y < SIDE; y++) {
        const float *in = old.at[y];
        rows.at[y][0] = in[0] + side * (in[1] - 2 * in[0]);
        for (int x = 1; x < SIDE - 1; x++)
            rows.at[y][x] = in[x] + side * (in[x - 1] + in[x + 1] - 2 * in[x]);
        rows.at[y][SIDE - 1] = in[SIDE - 1] + side * (in[SIDE - 2] - 2 * in[SIDE - 1]);
    }
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++) {
            const float above = y > 0 ? rows.at[y - 1][x] : 0;
            const float below = y < SIDE - 1 ? rows.at[y + 1][x] : 0;
            field->at[y][x] = rows.at[y][x] + side * (above + below - 2 * rows.at[y][x]);
        }
}

/* How much of pixel `pixel` the cell from `from` to `to` covers. */
static float covered(int pixel, float from, float to)
{
    const float first = dg_max_f32(from, (float)pixel), end = dg_min_f32(to, (float)(pixel + 1));
    return dg_max_f32(end - first, 0);
}

/* line[SIDE] seen by `cells` cells side by side, and drawn again between their centres. */
static void coarsen_line(int cells, const float in[SIDE], float out[SIDE])
{
    const float size = (float)SIDE / (float)cells;
    float means[COARSE_CELLS_MOST];
    for (int c = 0; c < cells; c++) {
        const float from = (float)c * size, to = from + size;
        means[c] = 0;
        for (int x = (int)from; x < SIDE && (float)x < to; x++)
            means[c] += in[x] * covered(x, from, to) / size;
    }
    for (int x = 0; x < SIDE; x++) {
        const float place = ((float)x + 0.5f) / size - 0.5f;
        const float inside = dg_clamp_f32(place, 0, (float)(cells - 1));
        const int first = (int)inside, second = first + 1 < cells ? first + 1 : first;
        out[x] = means[first] + (means[second] - means[first]) * (inside - (float)first);
    }
}

static void coarsen(dg_field *field, int cells)
{
    for (int y = 0; y < SIDE; y++) {
        float line[SIDE];
        coarsen_line(cells, field->at[y], line);
        for (int x = 0; x < SIDE; x++)
            field->at[y][x] = line[x];
    }
    for (int x = 0; x < SIDE; x++) {
        float line[SIDE], column[SIDE];
        for (int y = 0; y < SIDE; y++)
            column[y] = field->at[y][x];
        coarsen_line(cells, column, line);
        for (int y = 0; y < SIDE; y++)
            field->at[y][x] = line[y];
    }
}

/* Motion blur along a line, weaker towards its end, as when the shutter closes slowly. */
static void blur_by_motion(dg_rng *rng, dg_field *field)
{
    const float angle = dg_rng_unit(rng) * 6.2831853f;
    const float x_step = cosf(angle), y_step = sinf(angle);
    const float length = dg_rng_between(rng, 2, MOTION_MOST);
    dg_bordered_field source;
    dg_field sum = {{{0}}};
    float total = 0;
    dg_field_border(field, &source);
    for (int step = 0; (float)step < length; step++) {
        const float part = (float)step / length, weight = 1 - part * part;
        total += weight;
        for (int y = 0; y < SIDE; y++)
            for (int x = 0; x < SIDE; x++)
                sum.at[y][x] +=
                    weight * dg_field_interpolate(&source, (float)x + (float)step * x_step,
                                                  (float)y + (float)step * y_step);
    }
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++)
            field->at[y][x] = sum.at[y][x] / total;
}

/* ---- Levels ----------------------------------------------------------- */

/* Paler or stronger, and the middle greys darker or lighter. */
static void change_contrast(dg_field *field, float gain, float middle)
{
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++) {
            const float v = field->at[y][x] / 255;
            field->at[y][x] = dg_level_clamp(255 * gain * (v + middle * v * (1 - v)));
        }
}

/* ---- Compression ------------------------------------------------------ */

/* One block; it may reach beyond the field, where paper is. */
static void compress_block(dg_field *field, int top, int left, float coarseness)
{
    dg_jpeg_block pixels;
    for (int y = 0; y < BLOCK; y++)
        for (int x = 0; x < BLOCK; x++)
            pixels[y][x] =
                top + y < SIDE && left + x < SIDE ? field->at[top + y][left + x] - 128 : -128;
    dg_jpeg_round(pixels, coarseness);
    for (int y = 0; y < BLOCK && top + y < SIDE; y++)
        for (int x = 0; x < BLOCK && left + x < SIDE; x++)
            field->at[top + y][left + x] = dg_level_clamp(pixels[y][x] + 128);
}

static void compress(dg_field *field, float coarseness)
{
    for (int top = 0; top < SIDE; top += BLOCK)
        for (int left = 0; left < SIDE; left += BLOCK)
            compress_block(field, top, left, coarseness);
}

/* ---- All of it -------------------------------------------------------- */

void dg_augment_camera(dg_rng *rng, float strength, dg_field *field)
{
    if (dg_rng_unit(rng) < BLUR_SHARE * strength)
        blur(field, dg_rng_between(rng, 0, 0.25f));
    if (dg_rng_unit(rng) < MOTION_SHARE * strength)
        blur_by_motion(rng, field);
    if (dg_rng_unit(rng) < COARSE_SHARE * strength)
        coarsen(field, COARSE_CELLS_LEAST +
                           (int)dg_rng_below(rng, COARSE_CELLS_MOST - COARSE_CELLS_LEAST + 1));
    if (dg_rng_unit(rng) < CONTRAST_SHARE * strength) {
        const float gain = dg_rng_between(rng, 0.45f, 1.3f);
        change_contrast(field, gain, dg_rng_around(rng, 0.8f));
    }
    if (dg_rng_unit(rng) < JPEG_SHARE * strength)
        compress(field, dg_rng_between(rng, 1, 3));
}
