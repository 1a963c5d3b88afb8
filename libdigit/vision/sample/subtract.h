/* subtract.h - the light on the paper, estimated and taken away. */
#ifndef DG_VISION_SAMPLE_SUBTRACT_H
#define DG_VISION_SAMPLE_SUBTRACT_H

#include "vision/ink/levels.h"

#include <stdbool.h>

/* A difference from the ground, -255..255, as an index from 0. */
#define DG_DIFFERENCES 511

/*
 * Replace each pixel by how much it stands out from the ground around it, to the
 * light or to the dark side; what does not becomes 0. differences[d + 255] counts
 * the pixels by their difference d before that cut, so that noise shows.
 *
 * The ground is `surface`, and on top of it, cell by cell, what is wider than a cell
 * of `grid` and `reach` more on each side (a grey opening), smoothed, and interpolated
 * in between.
 */
void dg_subtract_background(const dg_plane *plane, const dg_levels *grid, const dg_surface *surface,
                            bool light, size_t reach, uint32_t differences[DG_DIFFERENCES]);

#endif
