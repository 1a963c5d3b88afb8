/* picture_alpha.h - what to put behind a transparent picture. */
#ifndef EXAMPLES_PICTURE_ALPHA_H
#define EXAMPLES_PICTURE_ALPHA_H

#include <stdint.h>

struct Pix;

/*
 * Lay a 32-bit picture over a background on which its ink shows, in place, and
 * make it opaque. `premultiplied`: colours are already multiplied by alpha.
 * Returns the DIGIT_INK_... that is now known of it.
 */
uint32_t picture_alpha_flatten(struct Pix *pix, int premultiplied);

#endif
