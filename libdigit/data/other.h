/*
 * other.h - samples of the reject class: what is no digit.
 *
 * Made up, not collected: letters and signs by a pen, scribbles, two digits as one, pieces of
 * digits, things with shapes and textures of their own, grain.
 */
#ifndef DG_DATA_OTHER_H
#define DG_DATA_OTHER_H

#include "data/dataset.h"

#include <stdbool.h>

/* Share of training samples whose place a non-digit takes, anew in each epoch. */
#define DG_OTHER_SHARE 0.12f

/* Does a non-digit take the place that (seed, name) name? As in dg_augment(). */
bool dg_other_takes(uint64_t seed, uint64_t name);

/*
 * A non-digit into out[28][28], framed as digits are. Depends on the arguments alone.
 * `dataset` must not be empty: some are made of its digits.
 */
void dg_other_draw(uint64_t seed, uint64_t name, const digit_dataset *dataset,
                   uint8_t out[DIGIT_SAMPLE_BYTES]);

#endif
