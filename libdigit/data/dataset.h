/* dataset.h - labelled samples: immutable, shared by counting references. */
#ifndef DG_DATA_DATASET_H
#define DG_DATA_DATASET_H

#include "base/number.h"
#include "base/rng.h"

#include <digit/digit.h>

typedef struct dg_dataset_storage dg_dataset_storage;

/* A window on storage that may have other windows. Members are for reading. */
struct digit_dataset {
    const uint8_t *samples; /* [count][DIGIT_SAMPLE_BYTES] */
    const uint8_t *labels;  /* [count], each 0..9 */
    size_t count;
    dg_dataset_storage *storage;
};

/* A copy of samples[count][DIGIT_SAMPLE_BYTES] and labels[count]. A label over 9
 * is DIGIT_ERR_ARGUMENT. */
digit_status dg_dataset_create(const uint8_t *samples, const uint8_t *labels, size_t count,
                               digit_dataset **out);

/* The same without copying: both arrays come from dg_alloc() and belong to the
 * dataset from here on; on failure they are freed. The labels are 0..9. */
digit_status dg_dataset_adopt(uint8_t *samples, uint8_t *labels, size_t count,
                              digit_dataset **out);

/* Samples first .. first+count-1, sharing storage. Threads may slice one dataset
 * at the same time. */
digit_status dg_dataset_slice(const digit_dataset *dataset, size_t first, size_t count,
                              digit_dataset **out);

/* Free a window; the last one takes the storage along. NULL does nothing. */
void dg_dataset_free(digit_dataset *dataset);

/* CRC-32 (zlib's) of the samples, then of the labels: to tell data apart, not to
 * guard against forgery. */
uint32_t dg_dataset_digest(const digit_dataset *dataset);

/* Any sample of a dataset that is not empty: its index. */
static inline size_t dg_dataset_any(const digit_dataset *dataset, dg_rng *rng)
{
    return dg_rng_below(rng, (uint32_t)dg_min_size(dataset->count, UINT32_MAX));
}

#endif
