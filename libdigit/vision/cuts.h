/* cuts.h - where a piece of ink may be cut into digits that touch. */
#ifndef DG_VISION_CUTS_H
#define DG_VISION_CUTS_H

#include "vision/blobs.h"

/* Paths from top to bottom, left to right: in row y of the piece, what lies at or right
 * of at[y] comes after the cut. */
typedef struct dg_cuts {
    uint16_t *at; /* [count][height] pixels of the picture */
    size_t count, height;
    uint32_t shared; /* ink that a cut crosses, up to so many pixels from it, is on both
                        sides: strokes that cross have it in common */
} dg_cuts;

#define DG_CUTS_MAX 32

/*
 * Find the paths that cross least ink through the piece made of runs[count] in `box`;
 * digits are about `size` high. A piece no wider than one digit gets only paths that
 * look like a touch: that cross about one stroke, with ink of a digit's height on either
 * side. Release with dg_cuts_free(), after a failure too.
 */
digit_status dg_cuts_find(const dg_plane *ink, const dg_run *runs, size_t count,
                          const digit_box *box, double size, dg_cuts *cuts);

void dg_cuts_free(dg_cuts *cuts);

#endif
