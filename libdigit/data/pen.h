/*
 * pen.h - what a pen leaves between points: letters and signs from a line of text, scribbles,
 * digits from the strokes of a tablet.
 *
 * A glyph is strokes separated by blanks, a stroke its points, two figures each: x from 0 left,
 * y from 0 top, on a grid of 8. '~' in front: a smooth curve through them; else straight.
 */
#ifndef DG_DATA_PEN_H
#define DG_DATA_PEN_H

#include "base/rng.h"
#include "data/field.h"

#include <stdbool.h>

/* The glyph with its points moved a little and any usual stroke width, `squeeze` times as wide as
 * on the grid, its longer side 20 pixels, in the middle of an empty field. */
void dg_pen_glyph(dg_rng *rng, const char *glyph, bool serifs, float squeeze, dg_field *field);

/* The same by a pen of this radius, in pixels. */
void dg_pen_glyph_by(dg_rng *rng, const char *glyph, bool serifs, float squeeze, float radius,
                     dg_field *field);

/* Strokes between random points. */
void dg_pen_scribble(dg_rng *rng, dg_field *field);

/* Strokes of one digit have so many points at most, all together. */
#define DG_PEN_POINTS_MOST 1000

/* x to the right, y down; in any unit, the same for both. */
typedef struct dg_pen_point {
    int16_t x, y;
} dg_pen_point;

/* `count` strokes, stroke i the points first[i] .. first[i+1]-1, by any usual pen; the longer side
 * 20 pixels, in the middle of an empty field. */
void dg_pen_strokes(dg_rng *rng, const dg_pen_point *points, const uint32_t *first,
                    uint32_t count, dg_field *field);

/* One straight stroke of a round pen, in pixels. */
void dg_pen_line(float from_x, float from_y, float to_x, float to_y, float radius,
                 dg_field *field);

#endif
