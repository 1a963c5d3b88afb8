/* thumbnail.h - the sample of a large digit, whose ink is made small before it is framed.
 *
 * A sample has 28 x 28 pixels. To weigh every pixel of a digit a thousand pixels high takes
 * milliseconds. */
#ifndef DG_VISION_SAMPLE_THUMBNAIL_H
#define DG_VISION_SAMPLE_THUMBNAIL_H

#include "vision/ink/runs.h"
#include "vision/sample/frame.h"

/* Of a line whose digits are `size` pixels high, the side of a thumbnail's cells in pixels. 1: the
 * digits are small enough for dg_glyph_sample(). */
int32_t dg_thumbnail_cell(double size);

/* The sample of runs[count], which lie in `box`, by the mean density of cells of `cell` x `cell`
 * pixels. The faint edges of the runs, a pixel wide, do not come along. */
digit_status dg_thumbnail_sample(const dg_plane *ink, const dg_run *runs, size_t count,
                                 const digit_box *box, int32_t cell, dg_framer frame,
                                 uint8_t sample[DIGIT_SAMPLE_BYTES]);

#endif
