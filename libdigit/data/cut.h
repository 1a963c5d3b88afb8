/*
 * cut.h - digits as the segmentation of touching neighbours leaves them.
 *
 * No cut is perfect: a part of the neighbour stays, a part of the digit is lost. A network that
 * was not trained on such samples rejects what a good cut gives.
 */
#ifndef DG_DATA_CUT_H
#define DG_DATA_CUT_H

#include "data/dataset.h"
#include "data/field.h"

#include <stdbool.h>

/* Does such a sample take the place that (seed, name) name? As in dg_augment(). */
bool dg_cut_takes(float strength, uint64_t seed, uint64_t name);

/*
 * out[28][28] = digit[28][28], cut from one neighbour or from between two; these are any of the
 * dataset. It keeps its label. digit and out may be the same.
 */
void dg_cut_draw(uint64_t seed, uint64_t name, const digit_dataset *dataset,
                 const uint8_t digit[DIGIT_SAMPLE_BYTES], uint8_t out[DIGIT_SAMPLE_BYTES]);

#endif
