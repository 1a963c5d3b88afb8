/* glyph.h - some of a page's ink as a sample. */
#ifndef DG_VISION_SAMPLE_GLYPH_H
#define DG_VISION_SAMPLE_GLYPH_H

#include "vision/ink/components.h"
#include "vision/sample/frame.h"

/* The sample of runs[count], which lie in `box` and touch its sides; there is at least
 * one. Their faint edges come along, other ink in the box does not. */
digit_status dg_glyph_sample(const dg_plane *ink, const dg_run *runs, size_t count,
                             const digit_box *box, dg_framer frame,
                             uint8_t sample[DIGIT_SAMPLE_BYTES]);

#endif
