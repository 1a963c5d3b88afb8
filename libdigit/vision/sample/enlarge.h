/* enlarge.h - tiny pictures, made large enough to tell ink from background. */
#ifndef DG_VISION_SAMPLE_ENLARGE_H
#define DG_VISION_SAMPLE_ENLARGE_H

#include "vision/pixels.h"

/* How many times dg_enlarge() should enlarge a picture of that size: 1, 3 or 5. */
size_t dg_enlarge_factor(size_t width, size_t height);

/*
 * out[factor * height][factor * width] by cubic convolution (Catmull and Rom's, Keys, "Cubic
 * convolution interpolation", IEEE TASSP 29, 1981), edges repeated. The negative of a picture
 * gives exactly the negative: that is why factors are odd, nothing lies half-way between two
 * levels.
 */
void dg_enlarge(const dg_plane *grey, size_t factor, uint8_t *out);

#endif
