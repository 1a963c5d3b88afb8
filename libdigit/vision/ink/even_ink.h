/* even_ink.h - a pencil's digits beside a pen's: the same density for all. */
#ifndef DG_VISION_INK_EVEN_INK_H
#define DG_VISION_INK_EVEN_INK_H

#include "vision/ink/components.h"

/* Scale the density of each component so that its inside is DG_INK_FULL, whichever pen wrote it.
 * A component that is far paler than most becomes 0. */
digit_status dg_even_ink(const dg_components *components, const dg_plane *ink,
                         dg_threads threads);

#endif
