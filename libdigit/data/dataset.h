/* dataset.h - labelled samples: immutable, shared by counting references. */
#ifndef DG_DATA_DATASET_H
#define DG_DATA_DATASET_H

#include "base/number.h"
#include "base/rng.h"
#include "data/strokes.h"

#include <digit/digit.h>

typedef struct dg_dataset_storage dg_dataset_storage;

/* `written` of a sample whose strokes are not known. */
#define DG_NOT_WRITTEN UINT32_MAX

/* A window on storage that may have other windows. Members are for reading. */
struct digit_dataset {
    const uint8_t *samples;    /* [count][DIGIT_SAMPLE_BYTES] */
    const uint8_t *labels;     /* [count], each 0..9 */
    const dg_strokes *strokes; /* NULL if no sample has any */
    const uint32_t *written;   /* [count]: which digit of the strokes; NULL if there are none */
    size_t count;
    dg_dataset_storage *storage;
};

/* A copy of samples[count][DIGIT_SAMPLE_BYTES] and labels[count]. A label over 9
 * is DIGIT_ERR_ARGUMENT. */
digit_status dg_dataset_create(const uint8_t *samples, const uint8_t *labels, size_t count,
                               digit_dataset **out);

/* What a dataset is made of: from dg_alloc(), with the shapes above; without strokes the last two
 * are NULL. */
typedef struct dg_dataset_parts {
    uint8_t *samples;
    uint8_t *labels;
    dg_strokes *strokes;
    uint32_t *written;
} dg_dataset_parts;

void dg_dataset_parts_free(dg_dataset_parts parts);

/* The parts belong to the dataset from here on; on failure they are freed. The labels are 0..9. */
digit_status dg_dataset_adopt(dg_dataset_parts parts, size_t count, digit_dataset **out);

/* A copy of `number` datasets, one behind the other. */
digit_status dg_dataset_join(const digit_dataset *const *datasets, size_t number,
                             digit_dataset **out);

/* Samples first .. first+count-1, sharing storage. Threads may slice one dataset
 * at the same time. */
digit_status dg_dataset_slice(const digit_dataset *dataset, size_t first, size_t count,
                              digit_dataset **out);

/* Free a window; the last one takes the storage along. NULL does nothing. */
void dg_dataset_free(digit_dataset *dataset);

/* CRC-32 (zlib's) of the samples, of the labels, and of strokes if there are any: to tell data
 * apart, not to guard against forgery. */
uint32_t dg_dataset_digest(const digit_dataset *dataset);

/* out[28][28] = sample `index`; where its strokes are known, as another pen draws them, which
 * (seed, name) choose. */
void dg_dataset_draw(const digit_dataset *dataset, size_t index, uint64_t seed, uint64_t name,
                     uint8_t out[DIGIT_SAMPLE_BYTES]);

/* Any sample of a dataset that is not empty: its index. */
static inline size_t dg_dataset_any(const digit_dataset *dataset, dg_rng *rng)
{
    return dg_rng_below(rng, (uint32_t)dg_min_size(dataset->count, UINT32_MAX));
}

#endif
