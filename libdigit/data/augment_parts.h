/*
 * augment_parts.h - the steps of augment.c, in the order a digit takes them: a hand moves, a pen
 * draws, the paper has its own marks, a camera or scanner takes it.
 *
 * All work on a field of grey levels, 0 paper .. 255 ink, and draw what they need from `rng`.
 * They keep levels in that range.
 */
#ifndef DG_DATA_AUGMENT_PARTS_H
#define DG_DATA_AUGMENT_PARTS_H

#include "base/rng.h"

#include <digit/digit.h>

#define DG_FIELD_SIDE DIGIT_SAMPLE_SIDE

typedef struct dg_field {
    float at[DG_FIELD_SIDE][DG_FIELD_SIDE]; /* [row][column] */
} dg_field;

/* Uniform in -most .. most, and in from .. to. */
static inline float dg_rng_around(dg_rng *rng, float most)
{
    return (2 * dg_rng_unit(rng) - 1) * most;
}

static inline float dg_rng_between(dg_rng *rng, float from, float to)
{
    return from + (to - from) * dg_rng_unit(rng);
}

static inline float dg_level_clamp(float level)
{
    return level < 0 ? 0 : level > 255 ? 255 : level;
}

/* Turned, sheared, scaled, moved and bent: one resampling. in and out differ. */
void dg_augment_hand(dg_rng *rng, float strength, const dg_field *in, dg_field *out);

/* Thinner or thicker strokes. */
void dg_augment_pen(dg_rng *rng, float strength, dg_field *field);

/* A form's line or a neighbour's ink at the border, specks. */
void dg_augment_paper(dg_rng *rng, float strength, dg_field *field);

/* Blur, low resolution, contrast, noise, blocks of a JPEG file. */
void dg_augment_camera(dg_rng *rng, float strength, dg_field *field);

#endif
