/* select.h - which pieces of ink are the digit. */
#ifndef DG_VISION_SAMPLE_SELECT_H
#define DG_VISION_SAMPLE_SELECT_H

#include "vision/sample/pieces.h"

/*
 * Choose the pieces that make up the one digit of a picture of width x height
 * pixels: sets `keep` of every piece and *box, in pixels of the picture. False,
 * and nothing kept, when there is nothing larger than a stray speck.
 */
bool dg_select_digit(dg_pieces *pieces, size_t width, size_t height, digit_box *box);

#endif
