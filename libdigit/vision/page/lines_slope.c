#include "base/error.h"
#include "base/mem.h"
#include "vision/page/lines_parts.h"

#include <stdlib.h>
#include <string.h>

/* Slopes tried: tangents from -STEPS to STEPS times STEP. */
#define SLOPE_STEPS 26
#define SLOPE_STEP  0.004
#define SLOPE_BINS  4 /* a digit's height */

/* How well pieces fall into rows at this slope: the sum of squares of how many share one. */
static double row_score(const dg_piece *pieces, size_t count, double slope, double bin,
                        uint32_t *bins, size_t bin_count, double lowest)
{
    double score = 0;
    memset(bins, 0, bin_count * sizeof *bins);
    for (size_t i = 0; i < count; i++) {
        const double place = (dg_piece_down(&pieces[i], slope) - lowest) / bin;
        const size_t at = (size_t)place;
        const double part = place - (double)at;
        bins[at] += (uint32_t)(1024 * (1 - part));
        bins[at + 1] += (uint32_t)(1024 * part);
    }
    for (size_t i = 0; i < bin_count; i++)
        score += (double)bins[i] * bins[i];
    return score;
}

digit_status dg_lines_slope(const dg_piece *pieces, size_t count, const dg_lines_plan *plan,
                            double *slope)
{
    const double bin = plan->digit_height / SLOPE_BINS + 1;
    const double reach = SLOPE_STEPS * SLOPE_STEP * (double)plan->width;
    const size_t bin_count = (size_t)(((double)plan->height + 2 * reach) / bin) + 3;
    uint32_t *bins = dg_alloc(bin_count, sizeof *bins);
    double best = 0;
    *slope = 0;
    if (!bins)
        return dg_fail_memory("lines", bin_count * sizeof *bins);
    for (int step = 0; step <= 2 * SLOPE_STEPS; step++) {
        const int turn = (step + 1) / 2 * (step % 2 ? 1 : -1); /* the smallest first */
        const double tried = turn * SLOPE_STEP;
        const double score = row_score(pieces, count, tried, bin, bins, bin_count, -reach) *
                             (1 - 0.004 * abs(turn));
        if (score > best) {
            best = score;
            *slope = tried;
        }
    }
    dg_free(bins);
    return DIGIT_OK;
}
