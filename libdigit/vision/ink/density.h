/* density.h - from the grey levels of a whole page to the strength of its ink. */
#ifndef DG_VISION_INK_DENSITY_H
#define DG_VISION_INK_DENSITY_H

#include "base/pool.h"
#include "vision/pixels.h"

#include <stdbool.h>

/* Of levelled ink: where a stroke ends, and how strong most of its inside is. */
#define DG_INK_EDGE 96
#define DG_INK_FULL 253

/*
 * Turn grey levels into strengths of ink, which is the lighter or the darker side:
 * 0 = paper, however it is lit; DG_INK_FULL = as strong as most of the ink. *least
 * is what stands out from the noise: ink that faint may still be a pencil's, to be
 * judged piece by piece. *least is 0, and the plane in any state, when there is
 * nothing that could be ink.
 */
digit_status dg_ink_density(const dg_plane *plane, bool light, dg_threads threads, uint8_t *least);

#endif
