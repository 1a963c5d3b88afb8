/* ground.h - how light the paper of a page is, everywhere. */
#ifndef DG_VISION_GROUND_H
#define DG_VISION_GROUND_H

#include "vision/pixels.h"

/* The paper's grey level at the centres of square cells. */
typedef struct dg_ground {
    uint8_t *level; /* [rows][columns] */
    size_t columns, rows;
    size_t cell; /* pixels along a cell's side; the last may be cut off */
} dg_ground;

/*
 * Find the paper under darker ink: the lightest there is around, in a window wider
 * than strokes are and narrower than shadows (a grey closing). Unlike a smooth
 * surface it follows the sharp edge of a shadow. Release with dg_ground_free(),
 * after a failure too.
 */
digit_status dg_ground_find(const dg_plane *grey, dg_ground *ground);

/* The paper's level at each pixel of row `y`: line[width]. */
void dg_ground_row(const dg_ground *ground, size_t y, size_t width, uint8_t *line);

void dg_ground_free(dg_ground *ground);

#endif
