/* background.h - how light the paper of a page is, everywhere. */
#ifndef DG_VISION_INK_BACKGROUND_H
#define DG_VISION_INK_BACKGROUND_H

#include "base/pool.h"
#include "vision/ink/levels.h"

/* Cells along the longer side of a page, at most. */
#define DG_BACKGROUND_CELLS 256

/* The paper's grey level at the centres of square cells. */
typedef struct dg_background {
    uint8_t *level; /* [rows][columns] */
    size_t columns, rows;
    size_t cell; /* pixels along a cell's side; the last may be cut off */
} dg_background;

/*
 * Find the paper under darker ink: a grey closing, the lightest there is around in a square of
 * `window` pixels a side, wider than strokes and narrower than shadows; 0: as wide as suits a page.
 * Unlike a smooth surface a closing follows the sharp edge of a shadow; where the window is too
 * wide to follow the light, `slope` is the surface that the light has, else NULL. Release with
 * dg_background_free(), after a failure too.
 */
digit_status dg_background_find(const dg_plane *grey, size_t window, const dg_surface *slope,
                                dg_threads threads, dg_background *background);

/* The paper along one row of pixels: between the centres of two cells levels change evenly. */
typedef struct dg_background_row {
    size_t cell;
    int32_t centres[DG_BACKGROUND_CELLS + 2]; /* [columns + 2], fixed point; the ends twice */
} dg_background_row;

void dg_background_row_at(const dg_background *background, size_t y, dg_background_row *row);

/* No pixel from .. end - 1 of the row has lighter paper than this. */
uint8_t dg_background_most(const dg_background_row *row, size_t from, size_t end);

/* The paper's level at pixels from .. end - 1 of the row: levels[end - from]. */
void dg_background_levels(const dg_background_row *row, size_t from, size_t end, uint8_t *levels);

void dg_background_free(dg_background *background);

#endif
