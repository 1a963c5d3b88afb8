/* border.h - what lies along a side of a picture and is no paper: a table, a scanner's lid, the
 * gutter of a book. */
#ifndef DG_VISION_INK_BORDER_H
#define DG_VISION_INK_BORDER_H

#include "base/deadline.h"
#include "vision/pixels.h"

/*
 * Give what lies along a whole side, and ends at an edge, the level of the paper behind that edge.
 * What may be paper in a shadow, with writing on it, stays. `small` has every `step`-th pixel of
 * every step-th row of `grey`; both change.
 */
digit_status dg_border_blank(const dg_plane *grey, const dg_plane *small, size_t step,
                             const dg_deadline *deadline);

#endif
