/* background.h - the light on the paper, estimated and taken away. */
#ifndef DG_VISION_BACKGROUND_H
#define DG_VISION_BACKGROUND_H

#include "vision/pixels.h"

/* A difference from the ground, -255..255, as an index from 0. */
#define DG_DIFFERENCES 511

/*
 * Subtract from each pixel of `plane`, where ink is the lighter side, the ground
 * around it; what is darker than its ground becomes 0. differences[d + 255]
 * counts the pixels by their difference d before that cut, so that noise shows.
 *
 * The ground is that of a coarse grid: the median of each cell, cleared of
 * anything narrower than seven cells (a grey opening), smoothed, and
 * interpolated in between.
 */
void dg_background_subtract(const dg_plane *plane, uint32_t differences[DG_DIFFERENCES]);

#endif
