/* density.h - from grey levels to the density of ink. */
#ifndef DG_VISION_INK_DENSITY_H
#define DG_VISION_INK_DENSITY_H

#include "vision/ink/background.h"

#include <stdbool.h>

/* Of even ink: the density where a stroke ends, and that of most of its inside. */
#define DG_INK_EDGE 96
#define DG_INK_FULL 253

/* What is known of a picture's ink. */
typedef struct dg_density_plan {
    bool light;    /* the ink is lighter than its paper */
    size_t window; /* as dg_background_find() has it, */
    const dg_surface *slope; /* and the slope of the light, of the picture as it is */
    double shade;  /* what differs from the paper by less than this part of what most ink does, is
                      a shade of the paper: 0..1 */
} dg_density_plan;

/*
 * Turn grey levels into the density of ink: 0 = paper, however it is lit; DG_INK_FULL = as dense as
 * most of the ink; 255 at most. *least is the density that stands out from the noise: ink that
 * pale may still be a pencil's. *least is 0, and the plane in any state, when there is nothing that
 * could be ink.
 */
digit_status dg_ink_density(const dg_plane *plane, const dg_density_plan *plan,
                            dg_threads threads, uint8_t *least);

#endif
