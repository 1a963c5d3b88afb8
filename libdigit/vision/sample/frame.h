/* frame.h - a digit's ink, placed as MNIST places its digits. */
#ifndef DG_VISION_SAMPLE_FRAME_H
#define DG_VISION_SAMPLE_FRAME_H

#include "vision/pixels.h"

/* dg_frame() or dg_frame_even(). */
typedef digit_status (*dg_framer)(const dg_plane *ink, const digit_box *box,
                                  uint8_t sample[DIGIT_SAMPLE_BYTES]);

/*
 * The sample of the digit whose ink lies in `box` of ink[height][width], densities
 * as dg_ink_density() leaves them; there must be some. The longer side of the box
 * becomes 20 pixels, the centre of mass goes to pixel 14 of both axes, strokes are
 * widened and stretched to what MNIST has. Ink just outside the box is seen too,
 * so that faint edges are: other digits there must have been erased.
 */
digit_status dg_frame(const dg_plane *ink, const digit_box *box,
                      uint8_t sample[DIGIT_SAMPLE_BYTES]);

#endif
