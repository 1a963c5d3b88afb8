#include "data/dataset.h"

#include "base/error.h"
#include "base/mem.h"

#include <stdatomic.h>
#include <string.h>
#include <zlib.h>

struct dg_dataset_storage {
    atomic_size_t references;
    uint8_t *samples;
    uint8_t *labels;
};

static void storage_release(dg_dataset_storage *storage)
{
    /* Release: this window's reads are over. Acquire: so are all others'. */
    if (atomic_fetch_sub_explicit(&storage->references, 1, memory_order_acq_rel) > 1)
        return;
    dg_free(storage->samples);
    dg_free(storage->labels);
    dg_free(storage);
}

digit_status dg_dataset_create(const uint8_t *samples, const uint8_t *labels, size_t count,
                               digit_dataset **out)
{
    *out = NULL;
    if (count > SIZE_MAX / DIGIT_SAMPLE_BYTES)
        return dg_fail(DIGIT_ERR_ARGUMENT, "%zu samples are more than memory can hold", count);
    for (size_t i = 0; i < count; i++)
        if (labels[i] >= DIGIT_CLASSES)
            return dg_fail(DIGIT_ERR_ARGUMENT, "label %zu is %u; labels are 0..%d", i,
                           (unsigned)labels[i], DIGIT_CLASSES - 1);

    uint8_t *own_samples = dg_alloc(count, DIGIT_SAMPLE_BYTES);
    uint8_t *own_labels = dg_alloc(count, 1);
    if (!own_samples || !own_labels) {
        dg_free(own_samples);
        dg_free(own_labels);
        return dg_fail_memory("samples", count * DIGIT_SAMPLE_BYTES);
    }
    if (count > 0) { /* with none the caller's arrays may be NULL */
        memcpy(own_samples, samples, count * DIGIT_SAMPLE_BYTES);
        memcpy(own_labels, labels, count);
    }
    return dg_dataset_adopt(own_samples, own_labels, count, out);
}

digit_status dg_dataset_adopt(uint8_t *samples, uint8_t *labels, size_t count,
                              digit_dataset **out)
{
    dg_dataset_storage *storage = dg_alloc(1, sizeof *storage);
    digit_dataset *dataset = dg_alloc(1, sizeof *dataset);
    *out = NULL;
    if (!storage || !dataset) {
        dg_free(storage);
        dg_free(dataset);
        dg_free(samples);
        dg_free(labels);
        return dg_fail_memory("dataset", sizeof *dataset + sizeof *storage);
    }
    atomic_init(&storage->references, 1);
    storage->samples = samples;
    storage->labels = labels;
    *dataset = (digit_dataset){
        .samples = samples,
        .labels = labels,
        .count = count,
        .storage = storage,
    };
    *out = dataset;
    return DIGIT_OK;
}

digit_status dg_dataset_slice(const digit_dataset *dataset, size_t first, size_t count,
                              digit_dataset **out)
{
    *out = NULL;
    if (first > dataset->count || count > dataset->count - first)
        return dg_fail(DIGIT_ERR_ARGUMENT, "%zu samples from sample %zu on: there are only %zu",
                       count, first, dataset->count);
    digit_dataset *slice = dg_alloc(1, sizeof *slice);
    if (!slice)
        return dg_fail_memory("dataset", sizeof *slice);
    *slice = (digit_dataset){
        .samples = dataset->samples + first * DIGIT_SAMPLE_BYTES,
        .labels = dataset->labels + first,
        .count = count,
        .storage = dataset->storage,
    };
    atomic_fetch_add_explicit(&slice->storage->references, 1, memory_order_relaxed);
    *out = slice;
    return DIGIT_OK;
}

void dg_dataset_free(digit_dataset *dataset)
{
    if (!dataset)
        return;
    storage_release(dataset->storage);
    dg_free(dataset);
}

uint32_t dg_dataset_digest(const digit_dataset *dataset)
{
    uLong crc = crc32_z(0, NULL, 0);
    crc = crc32_z(crc, dataset->samples, dataset->count * DIGIT_SAMPLE_BYTES);
    crc = crc32_z(crc, dataset->labels, dataset->count);
    return (uint32_t)crc;
}
