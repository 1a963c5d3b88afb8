/* cells.h - the cells of a grid, and which ink lies in which. */
#ifndef DG_VISION_RULES_CELLS_H
#define DG_VISION_RULES_CELLS_H

#include "vision/ink/components.h"
#include "vision/rules/rules.h"

/* Edges between cells, where the other coordinate is 0. */
typedef struct dg_cells {
    double *across; /* [columns + 1] */
    double *down;   /* [rows + 1] */
    uint32_t rows, columns;
    double slopes[2]; /* of horizontal and vertical edges */
} dg_cells;

/* What is known of the grid. */
typedef struct dg_cells_plan {
    size_t width, height; /* of the picture, in pixels */
    double digit_height;  /* in pixels */
    uint32_t rows, columns; /* 0, 0: as many as the lines make, or, without lines, the ink */
} dg_cells_plan;

/* Find the grid's cells. Release with dg_cells_free(), after a failure too. */
digit_status dg_cells_find(const dg_rules *rules, const dg_components *components,
                           const dg_cells_plan *plan, dg_cells *cells);

void dg_cells_free(dg_cells *cells);

#define DG_OUTSIDE_GRID UINT32_MAX

/* The cell, row by row, that a component lies in, or DG_OUTSIDE_GRID: it is outside, dirt, or a
 * rest of the grid. */
uint32_t dg_cell_of(const dg_cells *cells, const dg_component *component);

/* A cell's box. */
digit_box dg_cell_box(const dg_cells *cells, uint32_t row, uint32_t column);

#endif
