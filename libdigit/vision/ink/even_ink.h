/* even_ink.h - a pencil's digits beside a pen's: the same density for all. */
#ifndef DG_VISION_INK_EVEN_INK_H
#define DG_VISION_INK_EVEN_INK_H

#include "vision/ink/components.h"

/* Scale the density of each component so that its inside is DG_INK_FULL, whichever pen wrote it.
 * A component that is far paler than most becomes 0. */
digit_status dg_even_ink(const dg_components *components, const dg_plane *ink,
                         dg_threads threads);

/*
 * Find the components of a picture's ink, of at least `size` pixels, each judged by its own
 * density. `runs` hold all that may be ink. What has density `least` or more makes components,
 * which become even; of these, what has DG_INK_EDGE or more is ink. Release with
 * dg_components_free(), after a failure too.
 */
digit_status dg_ink_components(const dg_plane *ink, const dg_runs *runs, uint8_t least,
                               uint32_t size, dg_threads threads, dg_components *found);

#endif
