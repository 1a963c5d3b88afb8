/* digit_height.h - how high the digits of a picture are. */
#ifndef DG_VISION_INK_DIGIT_HEIGHT_H
#define DG_VISION_INK_DIGIT_HEIGHT_H

#include "vision/ink/components.h"

/* The height that most ink of a picture of width x height pixels agrees on, in pixels; 0 if there
 * is no ink. */
digit_status dg_digit_height(const dg_components *components, size_t width, size_t height,
                             double *digit_height);

#endif
