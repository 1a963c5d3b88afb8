/*
 * All sums are over centred levels 2 v - 255: the negative of a picture has the
 * same numbers with the other sign, and floating point treats both signs alike.
 * So what is decided for a picture is decided for its negative, the other way.
 */
#include "vision/polarity.h"

#include <math.h>
#include <stdlib.h>

/* Border samples a side, and rounds of fitting. */
#define SIDE_SAMPLES 64
#define RING_MAX     (4 * SIDE_SAMPLES)
#define FIT_ROUNDS   4

/* A border speaks for one ground if this share of it lies within this part of
 * the ink's contrast. */
#define RING_SHARE 0.6
#define RING_NEAR  0.25f

typedef struct ring {
    float x[RING_MAX], y[RING_MAX]; /* -1..1 over the picture */
    float level[RING_MAX];          /* 2 v - 255 */
    size_t count;
} ring;

/* A ground that may slope: level(x, y) = base + across * x + down * y. */
typedef struct slope {
    float base, across, down;
} slope;

typedef struct moments {
    double second, third; /* sums of |d|^2 and d^3 */
    double third_size;    /* sum of |d|^3 */
} moments;

static float centred(uint8_t level)
{
    return 2.0f * (float)level - 255.0f;
}

/* -1 at the first of `size` places, 1 at the last. */
static float unit_place(size_t place, size_t size)
{
    return size > 1 ? 2.0f * (float)place / (float)(size - 1) - 1.0f : 0.0f;
}

static void ring_add(ring *r, const dg_plane *grey, size_t x, size_t y)
{
    r->x[r->count] = unit_place(x, grey->width);
    r->y[r->count] = unit_place(y, grey->height);
    r->level[r->count] = centred(grey->pixels[y * grey->width + x]);
    r->count++;
}

/* Samples from a band along the border rather than its outermost line: a frame
 * of one pixel drawn around a canvas must not count as the ground. */
static void ring_collect(ring *r, const dg_plane *grey)
{
    const size_t width = grey->width, height = grey->height;
    const size_t least = width < height ? width : height;
    const size_t band = least / 16 + 1;
    r->count = 0;
    for (size_t i = 0; i < SIDE_SAMPLES && i < width; i++) {
        const size_t n = width < SIDE_SAMPLES ? width : SIDE_SAMPLES;
        const size_t x = n > 1 ? i * (width - 1) / (n - 1) : 0;
        ring_add(r, grey, x, i % band);
        ring_add(r, grey, x, height - 1 - i % band);
    }
    for (size_t i = 0; i < SIDE_SAMPLES && i < height; i++) {
        const size_t n = height < SIDE_SAMPLES ? height : SIDE_SAMPLES;
        const size_t y = n > 1 ? i * (height - 1) / (n - 1) : 0;
        ring_add(r, grey, i % band, y);
        ring_add(r, grey, width - 1 - i % band, y);
    }
}

static int compare_floats(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* The median, as the mean of the two middle values: alike for both signs. */
static float median(const float *values, size_t count)
{
    float sorted[RING_MAX];
    for (size_t i = 0; i < count; i++)
        sorted[i] = values[i];
    qsort(sorted, count, sizeof *sorted, compare_floats);
    return (sorted[(count - 1) / 2] + sorted[count / 2]) / 2;
}

static float slope_residual(const slope *s, const ring *r, size_t i)
{
    return r->level[i] - (s->base + s->across * r->x[i] + s->down * r->y[i]);
}

/* Solve the 3 x 3 system of a weighted least-squares plane by elimination. The
 * ridge keeps a picture of one row or column solvable. */
static slope slope_solve(double a[3][4])
{
    a[1][1] += 1e-3 * a[0][0];
    a[2][2] += 1e-3 * a[0][0];
    for (int k = 0; k < 3; k++)
        for (int row = k + 1; row < 3; row++) {
            const double factor = a[row][k] / a[k][k];
            for (int column = k; column < 4; column++)
                a[row][column] -= factor * a[k][column];
        }
    const double down = a[2][3] / a[2][2];
    const double across = (a[1][3] - a[1][2] * down) / a[1][1];
    const double base = (a[0][3] - a[0][1] * across - a[0][2] * down) / a[0][0];
    return (slope){(float)base, (float)across, (float)down};
}

/* A plane through most of the ring: samples far off (a digit that touches the
 * border) lose their weight from round to round. */
static slope slope_fit(const ring *r)
{
    slope s = {median(r->level, r->count), 0, 0};
    for (int round = 0; round < FIT_ROUNDS; round++) {
        float size[RING_MAX];
        for (size_t i = 0; i < r->count; i++)
            size[i] = fabsf(slope_residual(&s, r, i));
        const float scale = 1.5f * median(size, r->count) + 2.0f;
        double a[3][4] = {{0}};
        for (size_t i = 0; i < r->count; i++) {
            const double off = size[i] / scale;
            const double weight = 1 / (1 + off * off * off * off);
            const double terms[4] = {1, r->x[i], r->y[i], r->level[i]};
            for (int row = 0; row < 3; row++)
                for (int column = 0; column < 4; column++)
                    a[row][column] += weight * terms[row] * terms[column];
        }
        s = slope_solve(a);
    }
    return s;
}

/* Moments of one row about a line, in eight lanes that compilers can vectorise. */
static void moments_add_row(moments *m, const uint8_t *row, size_t width, float base, float step)
{
    float second[8] = {0}, third[8] = {0}, size[8] = {0};
    size_t x = 0;
    for (; x + 8 <= width; x += 8)
        for (size_t lane = 0; lane < 8; lane++) {
            const float d = centred(row[x + lane]) - (base + step * (float)(x + lane));
            second[lane] += d * d;
            third[lane] += d * d * d;
            size[lane] += fabsf(d * d * d);
        }
    for (; x < width; x++) {
        const float d = centred(row[x]) - (base + step * (float)x);
        second[0] += d * d;
        third[0] += d * d * d;
        size[0] += fabsf(d * d * d);
    }
    for (size_t lane = 0; lane < 8; lane++) {
        m->second += (double)second[lane];
        m->third += (double)third[lane];
        m->third_size += (double)size[lane];
    }
}

static moments moments_about(const dg_plane *grey, const slope *s)
{
    moments m = {0, 0, 0};
    const float step = grey->width > 1 ? 2 * s->across / (float)(grey->width - 1) : 0;
    const float left = grey->width > 1 ? s->across : 0;
    for (size_t y = 0; y < grey->height; y++) {
        const float base = s->base - left + s->down * unit_place(y, grey->height);
        moments_add_row(&m, grey->pixels + y * grey->width, grey->width, base, step);
    }
    return m;
}

/* Does most of the border lie on the ground `s`, compared with what stands out? */
static bool ring_agrees(const ring *r, const slope *s, const moments *m)
{
    const float contrast = m->second > 0 ? (float)(m->third_size / m->second) : 0;
    size_t near = 0;
    for (size_t i = 0; i < r->count; i++)
        near += fabsf(slope_residual(s, r, i)) <= RING_NEAR * contrast;
    return (double)near >= RING_SHARE * (double)r->count;
}

static slope mean_ground(const dg_plane *grey)
{
    const size_t count = grey->width * grey->height;
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += grey->pixels[i];
    /* Integers up to here: exactly the other sign for the negative. */
    const int64_t twice = 2 * (int64_t)sum - 255 * (int64_t)count;
    return (slope){(float)((double)twice / (double)count), 0, 0};
}

bool dg_polarity_is_light(const dg_plane *grey)
{
    ring r;
    ring_collect(&r, grey);
    slope ground = slope_fit(&r);
    moments m = moments_about(grey, &ground);
    if (!ring_agrees(&r, &ground, &m)) {
        ground = mean_ground(grey);
        m = moments_about(grey, &ground);
    }
    /* A tie has no rarer side: call the corner ground, for the negative too. */
    return m.third != 0 ? m.third > 0 : grey->pixels[0] < 128;
}
