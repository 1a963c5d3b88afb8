#include "vision/sample/resample.h"

#include "base/error.h"
#include "base/mem.h"

#include <math.h>
#include <string.h>

/* The weights of the source pixels in one target pixel: `count` of them from
 * source pixel `first` (from the axis's start), at weights[place]. */
typedef struct taps {
    size_t first, count, place;
} taps;

typedef struct axis_weights {
    taps *taps;     /* [side] */
    float *weights; /* those of all target pixels, one after the other */
} axis_weights;

/* The kernel is a box of width `wide` smoothed by one of width `narrow` (both in
 * source pixels), area 1: a trapezoid. Its integral from far left up to `t`. */
static double kernel_integral(double t, double wide, double narrow)
{
    const double flat = (wide - narrow) / 2, end = (wide + narrow) / 2;
    const double at = fabs(t);
    double half; /* integral from 0 to |t| */
    if (at <= flat) {
        half = at / wide;
    } else if (at >= end || narrow <= 0) {
        half = 0.5;
    } else {
        const double left = end - at;
        half = 0.5 - left * left / (2 * wide * narrow);
    }
    return t < 0 ? 0.5 - half : 0.5 + half;
}

/* The source pixels that the kernel around `centre` touches. */
static taps find_taps(const dg_axis *axis, double centre, double reach, size_t place)
{
    const double size = (double)axis->size;
    const double from = fmax(0, fmin(size, floor(centre - reach)));
    const double to = fmax(from, fmin(size, ceil(centre + reach)));
    return (taps){(size_t)from, (size_t)(to - from), place};
}

static digit_status plan_axis(const dg_axis *axis, size_t side, axis_weights *plan)
{
    /* A target pixel is 1 / scale wide; when enlarging, a box of one source
     * pixel over pixels that are boxes themselves is linear interpolation. */
    const double box = fmax(1, 1 / axis->scale), spread = axis->spread / axis->scale;
    const double wide = fmax(box, spread), narrow = fmin(box, spread);
    const double reach = (wide + narrow) / 2;
    size_t total = 0;
    plan->taps = dg_alloc(side, sizeof *plan->taps);
    if (!plan->taps)
        return dg_fail_memory("resampling", side * sizeof *plan->taps);
    for (size_t i = 0; i < side; i++) {
        const double centre = ((double)i + 0.5 - axis->offset) / axis->scale;
        plan->taps[i] = find_taps(axis, centre, reach, total);
        total += plan->taps[i].count;
    }
    plan->weights = dg_alloc(total, sizeof *plan->weights);
    if (!plan->weights)
        return dg_fail_memory("resampling", total * sizeof *plan->weights);
    for (size_t i = 0; i < side; i++) {
        const double centre = ((double)i + 0.5 - axis->offset) / axis->scale;
        const taps *t = &plan->taps[i];
        for (size_t k = 0; k < t->count; k++) {
            const double left = (double)(t->first + k) - centre;
            plan->weights[t->place + k] = (float)(kernel_integral(left + 1, wide, narrow) -
                                                  kernel_integral(left, wide, narrow));
        }
    }
    return DIGIT_OK;
}

static void free_axis(axis_weights *plan)
{
    dg_free(plan->taps);
    dg_free(plan->weights);
}

/* a . b in eight lanes: a fixed order of sums that compilers can vectorise. */
static float dot(const float *restrict a, const float *restrict b, size_t count)
{
    float lanes[8] = {0};
    size_t i = 0;
    for (; i + 8 <= count; i += 8)
        for (size_t lane = 0; lane < 8; lane++)
            lanes[lane] += a[i + lane] * b[i + lane];
    for (; i < count; i++)
        lanes[i % 8] += a[i] * b[i];
    return ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) +
           ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]));
}

/* Resample one source row across: out[side]. `levels[size]` is scratch. */
static void row_across(const uint8_t *row, size_t size, const axis_weights *plan, size_t side,
                       float *levels, float *out)
{
    for (size_t x = 0; x < size; x++)
        levels[x] = (float)row[x];
    for (size_t i = 0; i < side; i++) {
        const taps *t = &plan->taps[i];
        out[i] = dot(plan->weights + t->place, levels + t->first, t->count);
    }
}

static void resample_rows(const dg_plane *plane, const dg_axis *across, const dg_axis *down,
                          const axis_weights *x_plan, const axis_weights *y_plan, size_t side,
                          float *levels, float *out)
{
    float *narrow = levels + across->size; /* [side] */
    size_t passed = 0; /* target rows that no later source row reaches */
    memset(out, 0, side * side * sizeof *out);
    for (size_t y = 0; y < down->size; y++) {
        const uint8_t *row = plane->pixels + (down->start + y) * plane->width + across->start;
        row_across(row, across->size, x_plan, side, levels, narrow);
        while (passed < side &&
               y_plan->taps[passed].first + y_plan->taps[passed].count <= y)
            passed++;
        for (size_t i = passed; i < side && y_plan->taps[i].first <= y; i++) {
            const taps *t = &y_plan->taps[i];
            if (y >= t->first + t->count)
                continue;
            const float weight = y_plan->weights[t->place + (y - t->first)];
            for (size_t x = 0; x < side; x++)
                out[i * side + x] += weight * narrow[x];
        }
    }
}

digit_status dg_resample(const dg_plane *plane, const dg_axis *across, const dg_axis *down,
                         size_t side, float *out)
{
    axis_weights x_plan = {0}, y_plan = {0};
    float *levels = NULL;
    digit_status status = plan_axis(across, side, &x_plan);
    if (status == DIGIT_OK)
        status = plan_axis(down, side, &y_plan);
    if (status != DIGIT_OK)
        goto done;
    levels = dg_alloc(across->size + side, sizeof *levels);
    if (!levels) {
        status = dg_fail_memory("resampling", (across->size + side) * sizeof *levels);
        goto done;
    }
    resample_rows(plane, across, down, &x_plan, &y_plan, side, levels, out);
done:
    dg_free(levels);
    free_axis(&x_plan);
    free_axis(&y_plan);
    return status;
}
