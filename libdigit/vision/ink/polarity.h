/* polarity.h - which side of a picture's contrast is the ink. */
#ifndef DG_VISION_INK_POLARITY_H
#define DG_VISION_INK_POLARITY_H

#include "vision/ink/levels.h"

#include <stdbool.h>

typedef struct dg_polarity {
    bool light;          /* the ink is lighter than its background */
    bool one_background; /* most of the border lies on it; else the digit may fill its picture */
    double clear;    /* how much rarer the ink is: 0 both sides alike .. 1 one side only */
} dg_polarity;

/*
 * The border speaks first: where most of it lies on `surface`, that is the background and the ink
 * is what stands out from it. Else the ink is the rarer side. The answer for the negative of a
 * picture is always the opposite one.
 */
dg_polarity dg_polarity_judge(const dg_plane *grey, const dg_levels *grid,
                              const dg_surface *surface);

/*
 * The same for a page, by what stands out from its surroundings, a quarter of the picture's
 * longer side wide: a shadow or a lamp on a page is wider than its digits. As opposite for the
 * negative; `one_background` is not judged.
 */
digit_status dg_polarity_judge_locally(const dg_plane *grey, dg_polarity *polarity);

#endif
