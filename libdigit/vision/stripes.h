/* stripes.h - pictures whose ground changes hard, at straight lines from edge to edge. */
#ifndef DG_VISION_STRIPES_H
#define DG_VISION_STRIPES_H

#include "vision/pixels.h"

#include <stdbool.h>

/*
 * If there are upright lines (else: level ones) at which nearly every row (column) jumps, they
 * cut the picture into stripes: the edge of a shadow, a ruled field, light and dark in turn. Each
 * stripe then becomes what stands out from its own level, light ink on black, whichever side of
 * light and dark its ink is (`ink`, or the rarer one), and true is returned. Else nothing changes.
 */
bool dg_stripes_flatten(const dg_plane *grey, uint32_t ink);

#endif
