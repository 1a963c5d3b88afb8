/* lighting.h - from a grey page to dark or light ink on one even paper. */
#ifndef DG_VISION_INK_LIGHTING_H
#define DG_VISION_INK_LIGHTING_H

#include "base/pool.h"
#include "vision/pixels.h"

#include <stdbool.h>

/*
 * Is the ink of a page lighter than its paper? `ink` is what the caller knows, DIGIT_INK_...; AUTO
 * is judged. A page of several papers, half in a hard shadow or on a table, becomes dark ink on
 * one paper: then *light is false. A small copy of the page tells both.
 */
digit_status dg_lighting_even(const dg_plane *grey, uint32_t ink, dg_threads threads,
                              bool *light);

#endif
