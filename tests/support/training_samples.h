/* training_samples.h - a hundred digits to make other pictures of, as a checked fixture. */
#ifndef DIGIT_TEST_TRAINING_SAMPLES_H
#define DIGIT_TEST_TRAINING_SAMPLES_H

#include "data/dataset.h"

#include "synthetic.h"

static digit_dataset *samples;

static inline void samples_make(void)
{
    samples = synthetic_dataset(1, 100);
}

static inline void samples_free(void)
{
    dg_dataset_free(samples);
}

#endif
