/* strength.h - from grey levels to the strength of ink. */
#ifndef DG_VISION_SAMPLE_STRENGTH_H
#define DG_VISION_SAMPLE_STRENGTH_H

#include "vision/sample/subtract.h"

/*
 * Turn grey levels into strengths of ink, which is the lighter or the darker
 * side: 0 = paper (its light and its noise taken away) .. 253 = as strong as most
 * of the ink, up to 255. False, with the plane in any state, when there is no
 * contrast that could be ink. `reach` as in dg_subtract_background().
 */
bool dg_strength(const dg_plane *plane, const dg_levels *grid, const dg_surface *surface,
                 bool light, size_t reach);

#endif
