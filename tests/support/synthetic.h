/* synthetic.h - pictures that a small network learns in seconds. */
#ifndef DIGIT_TEST_SYNTHETIC_H
#define DIGIT_TEST_SYNTHETIC_H

#include <digit/digit.h>

/* samples[count][DIGIT_SAMPLE_BYTES] and labels[count]: a bright block whose place tells the
 * class, shifted a little, in noise. Another seed gives other pictures of the same kind. */
void synthetic_fill(uint64_t seed, size_t count, uint8_t *samples, uint8_t *labels);

/* The same as a dataset, for dg_dataset_free(). Fails the test when memory is short. */
digit_dataset *synthetic_dataset(uint64_t seed, size_t count);

#endif
