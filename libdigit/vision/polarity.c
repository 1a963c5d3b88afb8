#include "vision/polarity.h"

#include <math.h>

/* A border speaks for one ground if this share of its cells lies within this
 * part of the ink's contrast. */
#define BORDER_SHARE 0.6
#define BORDER_NEAR  0.25f

/* Of the differences d between pixels and their ground. */
typedef struct moments {
    double second, third; /* sums of d^2 and d^3 */
    double third_size;    /* sum of |d|^3 */
} moments;

/* The ground along one row: at pixel x it is at + x * (step + x * bend). */
typedef struct parabola {
    float at, step, bend;
} parabola;

static inline float difference(uint8_t level, const parabola *ground, size_t x)
{
    const float place = (float)x;
    const float centred = 2.0f * (float)level - 255.0f;
    return centred - (ground->at + place * (ground->step + place * ground->bend));
}

/* Add one row, in eight lanes that compilers can vectorise. */
static void moments_add_row(moments *m, const uint8_t *row, size_t width, const parabola *ground)
{
    float second[8] = {0}, third[8] = {0}, size[8] = {0};
    for (size_t x = 0; x + 8 <= width; x += 8)
        for (size_t lane = 0; lane < 8; lane++) {
            const float d = difference(row[x + lane], ground, x + lane);
            second[lane] += d * d;
            third[lane] += d * d * d;
            size[lane] += d * d * fabsf(d);
        }
    for (size_t x = width - width % 8; x < width; x++) {
        const float d = difference(row[x], ground, x);
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
        const parabola ground = surface_row(surface, grey, y);
        moments_add_row(&m, grey->pixels + y * grey->width, grey->width, &ground);
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

/* A level ground at the mean of all pixels: exactly the other sign for the
 * negative, as the sum is one of integers. */
static dg_surface mean_ground(const dg_plane *grey)
{
    const size_t count = grey->width * grey->height;
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += grey->pixels[i];
    const int64_t centred = 2 * (int64_t)sum - 255 * (int64_t)count;
    return (dg_surface){{(float)((double)centred / (double)count)}};
}

dg_polarity dg_polarity_judge(const dg_plane *grey, const dg_levels *grid,
                              const dg_surface *surface)
{
    moments m = moments_about(grey, surface);
    const bool one_ground = border_agrees(grid, surface, &m);
    if (!one_ground) {
        const dg_surface mean = mean_ground(grey);
        m = moments_about(grey, &mean);
    }
    /* A tie has no rarer side: call the corner ground, for the negative too. */
    const bool light = m.third != 0 ? m.third > 0 : grey->pixels[0] < 128;
    return (dg_polarity){light, one_ground};
}
