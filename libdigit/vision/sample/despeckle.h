/* despeckle.h - single pixels that have nothing to do with those around them. */
#ifndef DG_VISION_SAMPLE_DESPECKLE_H
#define DG_VISION_SAMPLE_DESPECKLE_H

#include "base/deadline.h"
#include "vision/pixels.h"

/*
 * If the picture is strewn with impulses (salt and pepper: pixels unlike all of their
 * neighbours), give each pixel that stands out from all neighbours but one the median of the
 * neighbours; else leave the picture as it is. The negative of a picture gives the negative.
 * `deadline` may be NULL.
 */
digit_status dg_despeckle(const dg_plane *grey, const dg_deadline *deadline);

#endif
