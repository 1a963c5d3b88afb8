/* margin.h - paper around a digit that fills its picture. */
#ifndef DG_VISION_SAMPLE_MARGIN_H
#define DG_VISION_SAMPLE_MARGIN_H

#include "vision/pixels.h"

#include <stdbool.h>

/* How wide the margin is, in pixels, on each side. */
size_t dg_margin_width(size_t width, size_t height);

/* The level of the paper as the corners know it: that of three at least. False if they do not
 * agree. The negative of a picture has the negative of the level. */
bool dg_margin_level(const dg_plane *grey, uint8_t *level);

/* out[height + 2 * margin][width + 2 * margin]: the picture in the middle of `level`. */
void dg_margin_add(const dg_plane *grey, size_t margin, uint8_t level, uint8_t *out);

#endif
