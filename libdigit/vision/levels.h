/* levels.h - histograms of grey levels, and numbers read off them. */
#ifndef DG_VISION_LEVELS_H
#define DG_VISION_LEVELS_H

#include <stddef.h>
#include <stdint.h>

#define DG_LEVELS 256

/* Add levels[size] to counts[DG_LEVELS]. */
void dg_levels_count(const uint8_t *levels, size_t size, uint32_t counts[DG_LEVELS]);

/*
 * The bin that holds the pixel of rank fraction * (total - 1) among counts[bins],
 * `total` being their sum; 0 <= fraction <= 1. An empty histogram gives 0.
 */
size_t dg_levels_rank(const uint32_t *counts, size_t bins, double fraction);

/*
 * Otsu's threshold: the split into "<= t" and "> t" with the greatest variance
 * between the two classes. In the middle of the gap where a gap separates them.
 * A histogram with one level gives that level.
 */
int dg_levels_otsu(const uint32_t counts[DG_LEVELS]);

#endif
