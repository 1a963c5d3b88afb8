/* one_digit.h - the ink of one digit, found as a page's is, in a sample's frame. */
#ifndef DG_VISION_SAMPLE_ONE_DIGIT_H
#define DG_VISION_SAMPLE_ONE_DIGIT_H

#include "vision/ink/levels.h"
#include "vision/sample/even.h"
#include "vision/sample/frame.h"
#include "vision/sample/prepare.h"

/*
 * The sample of the digit in `grey`, whose side of ink result->ink tells: its components chosen
 * among all, framed by `frame`. `light` is the slope of the light over the picture. Sets sample,
 * flags and box; `grey` becomes ink density.
 */
digit_status dg_one_digit(const dg_plane *grey, const dg_surface *slope, dg_framer frame,
                          dg_prepared *result);

#endif
