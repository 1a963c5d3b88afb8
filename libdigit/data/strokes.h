/*
 * strokes.h - digits as the paths of a pen: points without ink.
 *
 * A picture shows a digit as one pen drew it. From strokes any pen can draw it, another one in
 * each epoch of a training.
 */
#ifndef DG_DATA_STROKES_H
#define DG_DATA_STROKES_H

#include "data/pen.h"

#include <digit/digit.h>

/* Stroke i of digit k is points stroke_first[i] .. stroke_first[i+1]-1, for all i in
 * digit_first[k] .. digit_first[k+1]-1. No digit is without a point. */
typedef struct dg_strokes {
    dg_pen_point *points;   /* [stroke_first[stroke_count]] */
    uint32_t *stroke_first; /* [stroke_count + 1] */
    uint32_t *digit_first;  /* [digit_count + 1] */
    uint32_t stroke_count;
    uint32_t digit_count;
} dg_strokes;

/* Room for so many. NULL when memory is short. */
dg_strokes *dg_strokes_create(size_t points, size_t strokes, size_t digits);

/* Free the strokes; NULL does nothing. */
void dg_strokes_free(dg_strokes *strokes);

/* Append the digits of `more`. There must be room. */
void dg_strokes_append(dg_strokes *strokes, const dg_strokes *more);

/* out[28][28] = the digit, drawn by a pen that (seed, name) choose, framed as MNIST's digits
 * are. */
void dg_strokes_draw(const dg_strokes *strokes, uint32_t digit, uint64_t seed, uint64_t name,
                     uint8_t out[DIGIT_SAMPLE_BYTES]);

#endif
