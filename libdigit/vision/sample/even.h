/* even.h - a digit's ink framed, a pen too broad made narrower first. */
#ifndef DG_VISION_SAMPLE_EVEN_H
#define DG_VISION_SAMPLE_EVEN_H

#include "vision/pixels.h"

/*
 * As dg_frame(), but strokes that are broader than nearly all of MNIST's are worn down from
 * their edges to what is usual there: a loop that a broad pen has nearly filled opens again.
 */
digit_status dg_frame_even(const dg_plane *ink, const digit_box *box,
                           uint8_t sample[DIGIT_SAMPLE_BYTES]);

#endif
