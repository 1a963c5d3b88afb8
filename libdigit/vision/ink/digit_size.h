/* digit_size.h - how high the digits of a picture are. */
#ifndef DG_VISION_INK_DIGIT_SIZE_H
#define DG_VISION_INK_DIGIT_SIZE_H

#include "vision/ink/blobs.h"

/* The height that most ink agrees on, in pixels; 0 if there is no ink, -1 if memory is short. */
double dg_digit_size(const dg_blobs *blobs, size_t width, size_t height);

#endif
