/* components.h - connected pieces of ink, in linear time and without recursion. */
#ifndef DG_VISION_INK_COMPONENTS_H
#define DG_VISION_INK_COMPONENTS_H

#include "vision/pixels.h"

#include <stdbool.h>

/* Pixels that touch, corners included. Area and box count the strong pixels
 * only: a piece of nothing but faint ones has area 0 and no box. */
typedef struct dg_component {
    uint32_t area;
    uint16_t left, top, right, bottom; /* inclusive */
    bool keep;                         /* true at first; for dg_components_erase() */
} dg_component;

typedef struct dg_components {
    dg_component *items; /* [count], by their first pixel in reading order */
    size_t count;
    uint32_t *labels; /* [runs]: the item each run of ink belongs to, in reading order */
    size_t runs;
} dg_components;

/* Find the pieces of `ink`, where 0 is no ink and `strong` or more is strong.
 * Release with dg_components_free(), after a failure too. */
digit_status dg_components_find(const dg_plane *ink, uint8_t strong, dg_components *found);

/* Set the pixels of every piece that is not to be kept to 0. `ink` must be the
 * plane that was searched, unchanged. */
void dg_components_erase(const dg_components *found, const dg_plane *ink);

void dg_components_free(dg_components *found);

#endif
