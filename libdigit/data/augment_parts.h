/*
 * augment_parts.h - the steps of augment.c, in the order a digit takes them: a hand moves, a pen
 * draws, the paper has its own marks, a camera or scanner takes it.
 *
 * All draw what they need from `rng`, and keep levels in 0 .. 255.
 */
#ifndef DG_DATA_AUGMENT_PARTS_H
#define DG_DATA_AUGMENT_PARTS_H

#include "base/rng.h"
#include "data/field.h"

/* Ways to write a digit that MNIST hardly has: a 1 with an upstroke, a crossed 7. */
void dg_augment_style(dg_rng *rng, float strength, uint8_t label, dg_field *field);

/* Turned, sheared, scaled, moved and bent: one resampling. in and out differ. */
void dg_augment_hand(dg_rng *rng, float strength, const dg_field *in, dg_field *out);

/* Another stroke width, or only the middle or the outline of the strokes. */
void dg_augment_pen(dg_rng *rng, float strength, dg_field *field);

/* What it is made of. Strokes wider by a pixel on each side for each 1 of `change`, or narrower,
 * down to -1; only the middle of the strokes, about a pixel wide; only their edge, a pixel just
 * outside of them. */
void dg_augment_width(float change, dg_field *field);
void dg_augment_ridge(dg_field *field);
void dg_augment_outline(dg_field *field);

/* A strike-through; one in two such samples is framed anew with it. */
void dg_augment_strike(dg_rng *rng, float strength, dg_field *field);

/* A form's line or a neighbour's ink at the border; specks. */
void dg_augment_paper(dg_rng *rng, float strength, dg_field *field);

/* Fog, spatter, grain, shot noise, salt and pepper. */
void dg_augment_noise(dg_rng *rng, float strength, dg_field *field);

/* Blur, motion, low resolution, contrast, blocks of a JPEG file. */
void dg_augment_camera(dg_rng *rng, float strength, dg_field *field);

#endif
