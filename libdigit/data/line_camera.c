/* As augment_camera.c and augment_noise.c do to one digit: to a strip. */
#include "data/jpeg_block.h"
#include "data/line_parts.h"

#include <math.h>

/* Percent of strips at full strength. */
#define BLUR_PERCENT     40.0f
#define MOTION_PERCENT   5.0f
#define COARSE_PERCENT   15.0f
#define CONTRAST_PERCENT 40.0f
#define JPEG_PERCENT     8.0f
#define GRAIN_PERCENT    25.0f
#define SHOT_PERCENT     4.0f
#define IMPULSE_PERCENT  4.0f

#define BLUR_MOST    0.25f /* of a pixel's level goes to each neighbour */
#define MOTION_MOST  6.0f  /* pixels */
#define CELL_LEAST   1.15f /* pixels: digits 22 rows high become 10 to 19 */
#define CELL_MOST    2.2f
#define GRAIN_MOST   32.0f /* standard deviation, grey levels */
#define IMPULSE_MOST 0.06f /* of the pixels */

static float *spare_row(const dg_line_canvas *canvas, int row)
{
    return canvas->spare + (size_t)row * (size_t)canvas->columns;
}

/* ---- Sharpness -------------------------------------------------------- */

/* [side, 1 - 2 side, side], along rows and columns; beyond the ends all goes on as there. */
static void blur(const dg_line_canvas *canvas, float side)
{
    const int last = canvas->columns - 1;
    for (int y = 0; y < DG_LINE_ROWS; y++) {
        const float *in = dg_line_row(canvas, y);
        float *out = spare_row(canvas, y);
        out[0] = in[0] + side * (in[1] - in[0]);
        for (int x = 1; x < last; x++)
            out[x] = in[x] + side * (in[x - 1] + in[x + 1] - 2 * in[x]);
        out[last] = in[last] + side * (in[last - 1] - in[last]);
    }
    for (int y = 0; y < DG_LINE_ROWS; y++) {
        const float *in = spare_row(canvas, y), *above = spare_row(canvas, dg_max_i32(y - 1, 0));
        const float *below = spare_row(canvas, dg_min_i32(y + 1, DG_LINE_ROWS - 1));
        float *out = dg_line_row(canvas, y);
        for (int x = 0; x <= last; x++)
            out[x] = in[x] + side * (above[x] + below[x] - 2 * in[x]);
    }
}

/* spare += weight * canvas, moved by whole pixels. */
static void add_moved(const dg_line_canvas *canvas, int right, int down, float weight)
{
    const int first = dg_max_i32(right, 0);
    const int end = dg_min_i32(canvas->columns + right, canvas->columns);
    for (int y = 0; y < DG_LINE_ROWS; y++) {
        if (y - down < 0 || y - down >= DG_LINE_ROWS)
            continue;
        const float *in = dg_line_row(canvas, y - down);
        float *out = spare_row(canvas, y);
        for (int x = first; x < end; x++)
            out[x] += weight * in[x - right];
    }
}

/* Along a line, weaker towards its end, as when the shutter closes slowly. */
static void blur_by_motion(dg_rng *rng, const dg_line_canvas *canvas)
{
    const float angle = dg_rng_unit(rng) * 6.2831853f;
    const float x_step = cosf(angle), y_step = sinf(angle);
    const float length = dg_rng_between(rng, 2, MOTION_MOST);
    float total = 0;
    for (size_t i = 0; i < dg_line_pixels(canvas); i++)
        canvas->spare[i] = 0;
    for (int step = 0; (float)step < length; step++) {
        const float part = (float)step / length, weight = 1 - part * part;
        total += weight;
        add_moved(canvas, (int)lrintf((float)step * x_step), (int)lrintf((float)step * y_step),
                  weight);
    }
    for (size_t i = 0; i < dg_line_pixels(canvas); i++)
        canvas->at[i] = canvas->spare[i] / total;
}

/* ---- Resolution ------------------------------------------------------- */

/* How much of pixel `pixel` the cell from `from` to `to` covers. */
static float covered(int pixel, float from, float to)
{
    const float first = dg_max_f32(from, (float)pixel), end = dg_min_f32(to, (float)(pixel + 1));
    return dg_max_f32(end - first, 0);
}

/* Where a pixel lies between the centres of `cells` cells of `size` pixels. */
static int find_cells(int pixel, float size, int cells, float *part)
{
    const float place = ((float)pixel + 0.5f) / size - 0.5f;
    const float inside = dg_clamp_f32(place, 0, (float)(cells - 1));
    const int first = dg_min_i32((int)inside, cells - 2);
    *part = inside - (float)first;
    return first;
}

/* line[count] seen by `cells` cells side by side, and drawn again between their centres. */
static void coarsen_row(float *line, int count, int cells, float *means)
{
    const float size = (float)count / (float)cells;
    for (int c = 0; c < cells; c++) {
        const float from = (float)c * size, to = from + size;
        means[c] = 0;
        for (int x = (int)from; x < count && (float)x < to; x++)
            means[c] += line[x] * covered(x, from, to) / size;
    }
    for (int x = 0; x < count; x++) {
        float part;
        const int first = find_cells(x, size, cells, &part);
        line[x] = means[first] + (means[first + 1] - means[first]) * part;
    }
}

/* canvas -> spare: rows of cells instead of rows of pixels. */
static void merge_rows(const dg_line_canvas *canvas, int cells)
{
    const float size = (float)DG_LINE_ROWS / (float)cells;
    for (int c = 0; c < cells; c++) {
        const float from = (float)c * size, to = from + size;
        float *out = spare_row(canvas, c);
        for (int x = 0; x < canvas->columns; x++)
            out[x] = 0;
        for (int y = (int)from; y < DG_LINE_ROWS && (float)y < to; y++) {
            const float weight = covered(y, from, to) / size, *in = dg_line_row(canvas, y);
            for (int x = 0; x < canvas->columns; x++)
                out[x] += weight * in[x];
        }
    }
}

/* spare -> canvas. */
static void part_rows(const dg_line_canvas *canvas, int cells)
{
    const float size = (float)DG_LINE_ROWS / (float)cells;
    for (int y = 0; y < DG_LINE_ROWS; y++) {
        float part;
        const int first = find_cells(y, size, cells, &part);
        const float *upper = spare_row(canvas, first), *lower = spare_row(canvas, first + 1);
        float *out = dg_line_row(canvas, y);
        for (int x = 0; x < canvas->columns; x++)
            out[x] = upper[x] + (lower[x] - upper[x]) * part;
    }
}

static void coarsen(const dg_line_canvas *canvas, float cell)
{
    float means[DG_LINE_COLUMNS_MOST];
    for (int y = 0; y < DG_LINE_ROWS; y++)
        coarsen_row(dg_line_row(canvas, y), canvas->columns,
                    (int)((float)canvas->columns / cell), means);
    merge_rows(canvas, (int)(DG_LINE_ROWS / cell));
    part_rows(canvas, (int)(DG_LINE_ROWS / cell));
}

/* ---- Levels ----------------------------------------------------------- */

/* Paler or stronger, and the middle greys darker or lighter. */
static void change_contrast(const dg_line_canvas *canvas, float gain, float middle)
{
    for (size_t i = 0; i < dg_line_pixels(canvas); i++) {
        const float v = canvas->at[i] / 255;
        canvas->at[i] = dg_level_clamp(255 * gain * (v + middle * v * (1 - v)));
    }
}

static void compress_block(const dg_line_canvas *canvas, int top, int left, float coarseness)
{
    dg_jpeg_block pixels;
    const int wide = dg_min_i32(DG_JPEG_SIDE, canvas->columns - left);
    for (int y = 0; y < DG_JPEG_SIDE; y++)
        for (int x = 0; x < DG_JPEG_SIDE; x++)
            pixels[y][x] = x < wide ? dg_line_row(canvas, top + y)[left + x] - 128 : -128;
    dg_jpeg_round(pixels, coarseness);
    for (int y = 0; y < DG_JPEG_SIDE; y++)
        for (int x = 0; x < wide; x++)
            dg_line_row(canvas, top + y)[left + x] = dg_level_clamp(pixels[y][x] + 128);
}

static void compress(const dg_line_canvas *canvas, float coarseness)
{
    for (int top = 0; top < DG_LINE_ROWS; top += DG_JPEG_SIDE)
        for (int left = 0; left < canvas->columns; left += DG_JPEG_SIDE)
            compress_block(canvas, top, left, coarseness);
}

/* ---- Noise ------------------------------------------------------------ */

/* The sum of a word's four bytes is near enough to a normal distribution. */
static float noise(dg_rng *rng)
{
    const uint32_t word = dg_rng_u32(rng);
    const uint32_t sum = (word & 255) + (word >> 8 & 255) + (word >> 16 & 255) + (word >> 24);
    return ((float)sum - 510) / 147.8f; /* to a deviation of 1 */
}

static void add_grain(dg_rng *rng, float deviation, const dg_line_canvas *canvas)
{
    for (size_t i = 0; i < dg_line_pixels(canvas); i++)
        canvas->at[i] = dg_level_clamp(canvas->at[i] + deviation * noise(rng));
}

/* Few photons: the more ink, the more it varies. */
static void add_shot(dg_rng *rng, const dg_line_canvas *canvas)
{
    const float photons = dg_rng_between(rng, 8, 30);
    for (size_t i = 0; i < dg_line_pixels(canvas); i++) {
        const float share = canvas->at[i] / 255;
        if (share > 0)
            canvas->at[i] = dg_level_clamp(255 * (share + sqrtf(share / photons) * noise(rng)));
    }
}

/* Salt and pepper. */
static void add_impulses(dg_rng *rng, const dg_line_canvas *canvas)
{
    const float share = dg_rng_between(rng, 0.002f, IMPULSE_MOST);
    for (size_t i = 0; i < dg_line_pixels(canvas); i++)
        if (dg_rng_unit(rng) < share)
            canvas->at[i] = dg_rng_u32(rng) & 1 ? 255 : 0;
}

static void add_noise(dg_rng *rng, float strength, const dg_line_canvas *canvas)
{
    if (dg_line_comes(rng, strength, SHOT_PERCENT))
        add_shot(rng, canvas);
    if (dg_line_comes(rng, strength, GRAIN_PERCENT))
        add_grain(rng, dg_rng_between(rng, 0, GRAIN_MOST * strength), canvas);
    if (dg_line_comes(rng, strength, IMPULSE_PERCENT))
        add_impulses(rng, canvas);
}

/* ------------------------------------------------------------------------ */

void dg_line_camera(dg_rng *rng, float strength, const dg_line_canvas *canvas)
{
    if (dg_line_comes(rng, strength, BLUR_PERCENT))
        blur(canvas, dg_rng_between(rng, 0, BLUR_MOST));
    if (dg_line_comes(rng, strength, MOTION_PERCENT))
        blur_by_motion(rng, canvas);
    if (dg_line_comes(rng, strength, COARSE_PERCENT))
        coarsen(canvas, dg_rng_between(rng, CELL_LEAST, CELL_MOST));
    if (dg_line_comes(rng, strength, CONTRAST_PERCENT)) {
        const float gain = dg_rng_between(rng, 0.65f, 1.3f);
        change_contrast(canvas, gain, dg_rng_around(rng, 0.7f));
    }
    add_noise(rng, strength, canvas);
    if (dg_line_comes(rng, strength, JPEG_PERCENT))
        compress(canvas, dg_rng_between(rng, 0.7f, 2.5f));
}
