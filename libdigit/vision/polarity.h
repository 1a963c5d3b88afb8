/* polarity.h - which side of a picture's contrast is the ink. */
#ifndef DG_VISION_POLARITY_H
#define DG_VISION_POLARITY_H

#include "vision/levels.h"

#include <stdbool.h>

/*
 * True if the ink is lighter than its ground. The border speaks first: where
 * most of it lies on `surface`, that is the ground and the ink is what stands
 * out from it. Else the ink is the rarer side. The answer for the negative of a
 * picture is always the opposite one.
 */
bool dg_polarity_is_light(const dg_plane *grey, const dg_levels *grid, const dg_surface *surface);

/*
 * Does most of the border lie on `surface`, compared with what stands out from it? If not, the
 * digit fills its picture, or there is no one ground.
 */
bool dg_polarity_border_agrees(const dg_plane *grey, const dg_levels *grid,
                               const dg_surface *surface);

#endif
