/*
 * other_parts.h - the kinds of things that other.c draws.
 *
 * All draw on a field of grey levels, 0 paper .. 255 ink, that is empty before, and leave
 * the frame (size and place) to dg_field_frame().
 */
#ifndef DG_DATA_OTHER_PARTS_H
#define DG_DATA_OTHER_PARTS_H

#include "data/augment_parts.h"
#include "data/dataset.h"

#include <stdbool.h>

/* A letter or sign that no digit looks like, from a table of pen strokes. */
void dg_other_letter(dg_rng *rng, dg_field *field);

/* Where a letter stands on its line of writing: capitals are as high as digits, small letters
 * lower, tall ones reach up from there, hanging ones down. What stands in no word has none. */
typedef enum dg_letter_kind {
    DG_LETTER_NONE,
    DG_LETTER_CAPITAL,
    DG_LETTER_SMALL,
    DG_LETTER_TALL,
    DG_LETTER_HANGING,
} dg_letter_kind;

typedef struct dg_letter {
    const char *strokes; /* as pen.h writes them */
    dg_letter_kind kind;
} dg_letter;

/* Any letter, a capital or none. Those that look like digits only come `inside` a word. */
const dg_letter *dg_other_letter_any(dg_rng *rng, bool capital, bool inside);

/* A sign of money, or #. */
const dg_letter *dg_other_prefix_any(dg_rng *rng);

/* Strokes between random points. */
void dg_other_scribble(dg_rng *rng, dg_field *field);

/* Two digits of the dataset side by side, touching or nearly so; or one and half of its
 * neighbour. */
void dg_other_pair(dg_rng *rng, const digit_dataset *dataset, dg_field *field);

/* The smaller part of a digit that a straight cut leaves. */
void dg_other_piece(dg_rng *rng, const uint8_t digit[DIGIT_SAMPLE_BYTES], dg_field *field);

/* Filled outlines, shaded and patterned, larger than any stroke. */
void dg_other_shape(dg_rng *rng, dg_field *field);

/* Stripes, checks, clouds, grain all over. */
void dg_other_texture(dg_rng *rng, dg_field *field);

#endif
