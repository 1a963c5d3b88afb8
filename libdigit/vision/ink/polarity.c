#include "vision/ink/polarity.h"

#include "base/error.h"
#include "base/mem.h"

#include <math.h>

/* Most of the border lies on one background if this share of its cells lies within this
 * part of the ink's contrast. */
#define BORDER_SHARE 0.6
#define BORDER_NEAR  0.25f

/* Surroundings: a square of a digit's neighbours; this part of the longer side. */
#define SURROUNDINGS 4

/* Of the differences d between pixels and their background. */
typedef struct moments {
    double second, third; /* sums of d^2 and d^3 */
    double third_size;    /* sum of |d|^3 */
} moments;

/* The background along one row: at pixel x it is at + x * (step + x * bend). */
typedef struct parabola {
    float at, step, bend;
} parabola;

static inline float difference(uint8_t level, const parabola *background, size_t x)
{
    const float place = (float)x;
    const float centred = 2.0f * (float)level - 255.0f;
    return centred - (background->at + place * (background->step + place * background->bend));
}

/* Add one row, in eight lanes that compilers can vectorise. */
static void moments_add_row(moments *m, const uint8_t *row, size_t width,
                            const parabola *background)
{
    float second[8] = {0}, third[8] = {0}, size[8] = {0};
    for (size_t x = 0; x + 8 <= width; x += 8)
        for (size_t lane = 0; lane < 8; lane++) {
            const float d = difference(row[x + lane], background, x + lane);
            second[lane] += d * d;
            third[lane] += d * d * d;
            size[lane] += d * d * fabsf(d);
        }
    for (size_t x = width - width % 8; x < width; x++) {
        const float d = difference(row[x], background, x);
        second[0] += d * d;
        third[0] += d * d * d;
        size[0] += d * d * fabsf(d);
    }
    for (size_t lane = 0; lane < 8; lane++) {
        m->second += (double)second[lane];
        m->third += (double)third[lane];
        m->third_size += (double)size[lane];
    }
}

/* The surface in row `y`, with x in pixels: -1..1 becomes (2 x + 1) / width - 1. */
static parabola surface_row(const dg_surface *surface, const dg_plane *grey, size_t y)
{
    const float *t = surface->terms;
    const float v = dg_levels_place(y, grey->height);
    const float scale = 2 / (float)grey->width, first = dg_levels_place(0, grey->width);
    const float slope = t[1] + t[4] * v;
    return (parabola){
        .at = dg_surface_at(surface, first, v),
        .step = (slope + 2 * t[3] * first) * scale,
        .bend = t[3] * scale * scale,
    };
}

static moments moments_about(const dg_plane *grey, const dg_surface *surface)
{
    moments m = {0, 0, 0};
    for (size_t y = 0; y < grey->height; y++) {
        const parabola background = surface_row(surface, grey, y);
        moments_add_row(&m, grey->pixels + y * grey->width, grey->width, &background);
    }
    return m;
}

/* Does most of the border lie on the surface, compared with what stands out? */
static bool border_agrees(const dg_levels *grid, const dg_surface *surface, const moments *m)
{
    const float contrast = m->second > 0 ? (float)(m->third_size / m->second) : 0;
    size_t cells = 0, near = 0;
    for (size_t row = 0; row < grid->rows; row++) {
        const bool edge = row == 0 || row == grid->rows - 1;
        const float y = dg_levels_place(row, grid->rows);
        for (size_t column = 0; column < grid->columns; column++) {
            if (!edge && column != 0 && column != grid->columns - 1)
                continue;
            const float x = dg_levels_place(column, grid->columns);
            const float off = grid->level[row][column] - dg_surface_at(surface, x, y);
            near += fabsf(off) <= BORDER_NEAR * contrast;
            cells++;
        }
    }
    return (double)near >= BORDER_SHARE * (double)cells;
}

/* An even background at the mean of all pixels: exactly the other sign for the
 * negative, as the sum is one of integers. */
static dg_surface mean_background(const dg_plane *grey)
{
    const size_t count = grey->width * grey->height;
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += grey->pixels[i];
    const int64_t centred = 2 * (int64_t)sum - 255 * (int64_t)count;
    return (dg_surface){{(float)((double)centred / (double)count)}};
}

static dg_polarity polarity_of(const dg_plane *grey, double third, double size, bool one_background)
{
    return (dg_polarity){
        /* A tie has no rarer side: call the corner background, for the negative too. */
        .light = third != 0 ? third > 0 : grey->pixels[0] < 128,
        .one_background = one_background,
        .clear = size > 0 ? fabs(third) / size : 0,
    };
}

dg_polarity dg_polarity_judge(const dg_plane *grey, const dg_levels *grid,
                              const dg_surface *surface)
{
    moments m = moments_about(grey, surface);
    const bool one_background = border_agrees(grid, surface, &m);
    if (!one_background) {
        const dg_surface mean = mean_background(grey);
        m = moments_about(grey, &mean);
    }
    return polarity_of(grey, m.third, m.third_size, one_background);
}

/* ---- Against the surroundings ---------------------------------------------- */

/* sums[height + 1][width + 1]: of all pixels above and to the left. */
static uint32_t *sum_table(const dg_plane *grey)
{
    const size_t stride = grey->width + 1;
    uint32_t *sums = dg_alloc_zero(stride * (grey->height + 1), sizeof *sums);
    if (!sums)
        return NULL;
    for (size_t y = 0; y < grey->height; y++) {
        uint32_t row = 0;
        for (size_t x = 0; x < grey->width; x++) {
            row += grey->pixels[y * grey->width + x];
            sums[(y + 1) * stride + x + 1] = sums[y * stride + x + 1] + row;
        }
    }
    return sums;
}

/* Add the third moments of a row about the means around its pixels, of squares with `half`
 * pixels on each side. */
static void add_local_moments(moments *m, const dg_plane *grey, const uint32_t *sums, size_t y,
                              size_t half)
{
    const size_t stride = grey->width + 1;
    const uint32_t *above = sums + (y > half ? y - half : 0) * stride;
    const uint32_t *below =
        sums + (y + half < grey->height ? y + half + 1 : grey->height) * stride;
    const double rows = (double)((below - above) / (ptrdiff_t)stride);
    for (size_t x = 0; x < grey->width; x++) {
        const size_t left = x > half ? x - half : 0;
        const size_t right = x + half < grey->width ? x + half + 1 : grey->width;
        const uint32_t sum = below[right] - below[left] - above[right] + above[left];
        const double area = rows * (double)(right - left);
        /* Whole numbers, so that the negative's are theirs with the other sign. */
        const double off = (double)grey->pixels[y * grey->width + x] * area - (double)sum;
        const double third = off * off * off / (area * area * area);
        m->third += third;
        m->third_size += fabs(third);
    }
}

digit_status dg_polarity_judge_locally(const dg_plane *grey, dg_polarity *polarity)
{
    const size_t longer = grey->width > grey->height ? grey->width : grey->height;
    moments m = {0, 0, 0};
    uint32_t *sums = sum_table(grey);
    if (!sums)
        return dg_fail_memory("a picture", grey->width * grey->height * sizeof *sums);
    for (size_t y = 0; y < grey->height; y++)
        add_local_moments(&m, grey, sums, y, longer / (2 * SURROUNDINGS));
    *polarity = polarity_of(grey, m.third, m.third_size, false);
    dg_free(sums);
    return DIGIT_OK;
}
