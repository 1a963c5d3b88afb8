/* levels.h - grey levels at a glance: a coarse grid of medians, and the background through it. */
#ifndef DG_VISION_INK_LEVELS_H
#define DG_VISION_INK_LEVELS_H

#include "vision/pixels.h"

#define DG_LEVELS_SIDE 16

/*
 * Levels are centred, 2 v - 255, so that the negative of a picture has the same
 * numbers with the other sign. Floating point treats both signs alike: what is
 * computed here for a picture is computed for its negative, to the bit.
 */
typedef struct dg_levels {
    size_t columns, rows; /* 1..DG_LEVELS_SIDE each */
    size_t cell;          /* pixels along a cell's side; the last may be cut off */
    float level[DG_LEVELS_SIDE][DG_LEVELS_SIDE]; /* [row][column]: the cell's median */
} dg_levels;

/* A smooth background under a picture: sum of terms[k] times 1, x, y, x^2, xy, y^2,
 * where x and y run from -1 to 1 over the picture. Centred levels. */
#define DG_SURFACE_TERMS 6

typedef struct dg_surface {
    float terms[DG_SURFACE_TERMS];
} dg_surface;

void dg_levels_measure(dg_levels *grid, const dg_plane *grey);

/* Where a cell's centre lies, from -1 to 1 over the picture. */
float dg_levels_place(size_t cell, size_t cells);

/* The surface that most of the cells lie on, first of all those at the border:
 * a digit among them, or touching the border, does not bend it. */
void dg_levels_fit(dg_surface *surface, const dg_levels *grid);

float dg_surface_at(const dg_surface *surface, float x, float y);

#endif
