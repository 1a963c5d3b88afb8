/* line_canvas.h - a strip of paper, and glyphs that are drawn apart before they are laid on it. */
#ifndef DG_DATA_LINE_CANVAS_H
#define DG_DATA_LINE_CANVAS_H

#include "data/field.h"
#include "data/line.h"

#include <stdbool.h>

typedef struct dg_line_canvas {
    float *at;    /* [DG_LINE_ROWS][columns]: 0 paper .. 255 ink */
    float *spare; /* likewise: scratch */
    int columns;
} dg_line_canvas;

static inline float *dg_line_row(const dg_line_canvas *canvas, int row)
{
    return canvas->at + (size_t)row * (size_t)canvas->columns;
}

static inline size_t dg_line_pixels(const dg_line_canvas *canvas)
{
    return DG_LINE_ROWS * (size_t)canvas->columns;
}

/* How a field lies on the canvas; lengths and places in pixels of the canvas but for the two of
 * the field. */
typedef struct dg_line_place {
    float foot, middle; /* of the field: the row that stands at `base`, the column in the middle */
    float scale;
    float stretch; /* horizontal, besides `scale` */
    float lean;    /* tangent, to the right */
    float base;    /* row of the canvas */
    float height;  /* from the base line up; lean turns about the middle of it */
    float part;    /* 0 .. 1 of a pixel to the right: where it lies between two columns */
} dg_line_place;

/* Wide enough for a digit as high as the strip that leans by 45 degrees. */
#define DG_STAMP_COLUMNS 96
#define DG_STAMP_MIDDLE  (DG_STAMP_COLUMNS / 2)

/* A glyph in the rows of the canvas and columns of its own. Ink: at least DG_STAMP_INK. */
#define DG_STAMP_INK 80.0f

typedef struct dg_stamp {
    float at[DG_LINE_ROWS][DG_STAMP_COLUMNS];
    int left[DG_LINE_ROWS], right[DG_LINE_ROWS]; /* of a row's ink; left > right: there is none */
    int first, last;                             /* of all rows */
    float from, to; /* the glyph's sides if it did not lean: half-way up */
} dg_stamp;

/* The columns from..to of the field are the glyph; its sides on the stamp follow. */
void dg_stamp_draw(const dg_field *field, const dg_line_place *place, float from, float to,
                   dg_stamp *stamp);

/* `last[row]`: the last column with ink. The least shift of the stamp that keeps all of its rows
 * `gap` pixels from ink in the same or the next rows; `none` if there is no ink beside it. */
float dg_stamp_shift(const dg_stamp *stamp, const int last[DG_LINE_ROWS], float gap, float none);

/* The stamp with its column 0 at `column`, which may be beyond the canvas; where ink is there
 * already, the darker stays. */
void dg_stamp_lay(const dg_stamp *stamp, int column, float level, const dg_line_canvas *canvas);

/* canvas->spare in 0 .. 1: random knots `apart` pixels apart, at least DG_CLOUD_APART_LEAST,
 * interpolated between them. */
#define DG_CLOUD_APART_LEAST 1.5f
void dg_line_cloud(dg_rng *rng, float apart, const dg_line_canvas *canvas);

#endif
