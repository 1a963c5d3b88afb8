#include "base/error.h"
#include "base/mem.h"
#include "vision/geometry.h"
#include "vision/page/lines_parts.h"

#include <stdlib.h>
#include <string.h>

/* Slopes tried on either side of the horizontal, and bins to a digit's height. */
#define SLOPE_STEPS 26
#define SLOPE_BINS  4

/* Steep lines are rare: each step from the horizontal costs this part of the score. */
#define SLOPE_COST 0.004

/* How well clusters share rows at this slope: the sum of squares of the rows' counts. */
static double row_score(const dg_cluster *clusters, size_t count, double slope, double bin,
                        uint32_t *bins, size_t bin_count, double lowest)
{
    double score = 0;
    memset(bins, 0, bin_count * sizeof *bins);
    for (size_t i = 0; i < count; i++) {
        const double place = (dg_cluster_y(&clusters[i], slope) - lowest) / bin;
        const size_t at = (size_t)place;
        const double part = place - (double)at;
        bins[at] += (uint32_t)(1024 * (1 - part));
        bins[at + 1] += (uint32_t)(1024 * part);
    }
    for (size_t i = 0; i < bin_count; i++)
        score += (double)bins[i] * bins[i];
    return score;
}

digit_status dg_lines_slope(const dg_cluster *clusters, size_t count, const dg_lines_plan *plan,
                            double *slope)
{
    const double bin = plan->digit_height / SLOPE_BINS + 1;
    const double reach = DG_LINE_SLOPE_MOST * (double)plan->width;
    const size_t bin_count = (size_t)(((double)plan->height + 2 * reach) / bin) + 3;
    uint32_t *bins = dg_alloc(bin_count, sizeof *bins);
    double best = 0;
    *slope = 0;
    if (!bins)
        return dg_fail_memory("lines", bin_count * sizeof *bins);
    for (int step = 0; step <= 2 * SLOPE_STEPS; step++) {
        const int turn = (step + 1) / 2 * (step % 2 ? 1 : -1); /* the smallest first */
        const double tried = turn * DG_LINE_SLOPE_MOST / SLOPE_STEPS;
        const double score = row_score(clusters, count, tried, bin, bins, bin_count, -reach) *
                             (1 - SLOPE_COST * abs(turn));
        if (score > best) {
            best = score;
            *slope = tried;
        }
    }
    dg_free(bins);
    return DIGIT_OK;
}
