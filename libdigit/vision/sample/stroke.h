/* stroke.h - how wide the pen was. */
#ifndef DG_VISION_SAMPLE_STROKE_H
#define DG_VISION_SAMPLE_STROKE_H

#include "vision/pixels.h"

/* The mean width of the strokes inside `box`, in pixels of the picture; of an
 * antialiased line as wide as it was meant. 0 if there is no ink. */
double dg_stroke_width(const dg_plane *ink, const digit_box *box);

#endif
