/* digit_height.h - how high the digits of a picture are. */
#ifndef DG_VISION_INK_DIGIT_HEIGHT_H
#define DG_VISION_INK_DIGIT_HEIGHT_H

#include "vision/ink/components.h"

/* The height that most ink agrees on, in pixels; 0 if there is no ink, -1 if memory is short. */
double dg_digit_height(const dg_components *components, size_t width, size_t height);

#endif
