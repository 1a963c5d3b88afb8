/* stripes.h - pictures whose background changes hard, at straight lines from edge to edge. */
#ifndef DG_VISION_SAMPLE_STRIPES_H
#define DG_VISION_SAMPLE_STRIPES_H

#include "vision/pixels.h"

#include <stdbool.h>

/* Each is at least this part of the side wide, so there are at most as many. */
#define DG_STRIPES_MOST 5

typedef struct dg_stripes {
    bool vertical;                  /* else level */
    size_t count;                   /* 1: the picture is in one piece */
    size_t at[DG_STRIPES_MOST + 1]; /* where each begins; then the picture's end */
} dg_stripes;

/* Are there vertical lines (else: level ones) at which nearly every row (column) jumps? They cut
 * the picture into stripes: the edge of a shadow, a ruled field, light and dark in turn. */
bool dg_stripes_find(const dg_plane *grey, dg_stripes *found);

/*
 * Each stripe becomes what stands out from its own level, light ink on black, whichever side of
 * light and dark its ink is (`ink`, or the rarer one). False, and nothing changed, if nothing
 * stands out: what seemed to be a stripe may be all the ink there is.
 */
bool dg_stripes_flatten(const dg_plane *grey, const dg_stripes *found, uint32_t ink);

#endif
