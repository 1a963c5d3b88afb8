/* strength.h - from grey levels to the strength of ink. */
#ifndef DG_VISION_STRENGTH_H
#define DG_VISION_STRENGTH_H

#include "vision/pixels.h"

#include <stdbool.h>

/*
 * Turn grey levels, ink being the lighter side, into strengths: 0 = paper (its
 * light and its noise taken away) .. 255 = as strong as most of the ink. False,
 * with the plane in any state, when there is no contrast that could be ink.
 */
bool dg_strength(const dg_plane *plane);

#endif
