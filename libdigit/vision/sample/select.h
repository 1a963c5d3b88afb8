/* select.h - which components of the ink are the digit. */
#ifndef DG_VISION_SAMPLE_SELECT_H
#define DG_VISION_SAMPLE_SELECT_H

#include "vision/ink/components.h"

/*
 * Keep the components that make up the one digit of a picture of width x height pixels; *box is
 * their bounding box, in pixels of the picture. False, and nothing changed, when there is nothing
 * larger than a stray speck.
 */
bool dg_select_digit(dg_components *components, size_t width, size_t height, digit_box *box);

#endif
