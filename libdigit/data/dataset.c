#include "data/dataset.h"

#include "base/error.h"
#include "base/mem.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <zlib.h>

struct dg_dataset_storage {
    atomic_size_t references;
    dg_dataset_parts parts;
};

void dg_dataset_parts_free(dg_dataset_parts parts)
{
    dg_free(parts.samples);
    dg_free(parts.labels);
    dg_strokes_free(parts.strokes);
    dg_free(parts.written);
}

static void storage_release(dg_dataset_storage *storage)
{
    /* Release: this window's reads are over. Acquire: so are all others'. */
    if (atomic_fetch_sub_explicit(&storage->references, 1, memory_order_acq_rel) > 1)
        return;
    dg_dataset_parts_free(storage->parts);
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

    const dg_dataset_parts parts = {
        .samples = dg_alloc(count, DIGIT_SAMPLE_BYTES),
        .labels = dg_alloc(count, 1),
    };
    if (!parts.samples || !parts.labels) {
        dg_dataset_parts_free(parts);
        return dg_fail_memory("samples", count * DIGIT_SAMPLE_BYTES);
    }
    if (count > 0) { /* with none the caller's arrays may be NULL */
        memcpy(parts.samples, samples, count * DIGIT_SAMPLE_BYTES);
        memcpy(parts.labels, labels, count);
    }
    return dg_dataset_adopt(parts, count, out);
}

digit_status dg_dataset_adopt(dg_dataset_parts parts, size_t count, digit_dataset **out)
{
    dg_dataset_storage *storage = dg_alloc(1, sizeof *storage);
    digit_dataset *dataset = dg_alloc(1, sizeof *dataset);
    *out = NULL;
    if (!storage || !dataset) {
        dg_free(storage);
        dg_free(dataset);
        dg_dataset_parts_free(parts);
        return dg_fail_memory("dataset", sizeof *dataset + sizeof *storage);
    }
    atomic_init(&storage->references, 1);
    storage->parts = parts;
    *dataset = (digit_dataset){
        .samples = parts.samples,
        .labels = parts.labels,
        .strokes = parts.strokes,
        .written = parts.written,
        .count = count,
        .storage = storage,
    };
    *out = dataset;
    return DIGIT_OK;
}

/* ---- Several as one --------------------------------------------------- */

typedef struct sizes {
    size_t samples, points, strokes, digits;
} sizes;

/* False if the sum is more than memory can hold, or than 32 bits count. */
static bool add_sizes(const digit_dataset *const *datasets, size_t number, sizes *sum)
{
    *sum = (sizes){0};
    for (size_t i = 0; i < number; i++) {
        const dg_strokes *strokes = datasets[i]->strokes;
        if (__builtin_add_overflow(sum->samples, datasets[i]->count, &sum->samples))
            return false;
        if (strokes) {
            sum->points += strokes->stroke_first[strokes->stroke_count];
            sum->strokes += strokes->stroke_count;
            sum->digits += strokes->digit_count;
        }
        if (sum->points > UINT32_MAX || sum->strokes > UINT32_MAX || sum->digits > UINT32_MAX)
            return false;
    }
    return sum->samples <= SIZE_MAX / DIGIT_SAMPLE_BYTES;
}

static bool make_room(const sizes *sum, dg_dataset_parts *parts)
{
    *parts = (dg_dataset_parts){
        .samples = dg_alloc(sum->samples, DIGIT_SAMPLE_BYTES),
        .labels = dg_alloc(sum->samples, 1),
    };
    if (!parts->samples || !parts->labels)
        return false;
    if (sum->digits == 0)
        return true;
    parts->strokes = dg_strokes_create(sum->points, sum->strokes, sum->digits);
    parts->written = dg_alloc(sum->samples, sizeof *parts->written);
    return parts->strokes && parts->written;
}

/* Behind the samples that are there already. */
static void append(const digit_dataset *more, size_t at, const dg_dataset_parts *parts)
{
    if (more->count > 0) {
        memcpy(parts->samples + at * DIGIT_SAMPLE_BYTES, more->samples,
               more->count * DIGIT_SAMPLE_BYTES);
        memcpy(parts->labels + at, more->labels, more->count);
    }
    if (!parts->strokes)
        return;
    const uint32_t digits = parts->strokes->digit_count;
    for (size_t i = 0; i < more->count; i++) {
        const bool known = more->written && more->written[i] != DG_NOT_WRITTEN;
        parts->written[at + i] = known ? digits + more->written[i] : DG_NOT_WRITTEN;
    }
    if (more->strokes)
        dg_strokes_append(parts->strokes, more->strokes);
}

digit_status dg_dataset_join(const digit_dataset *const *datasets, size_t number,
                             digit_dataset **out)
{
    dg_dataset_parts parts;
    sizes sum;
    *out = NULL;
    if (!add_sizes(datasets, number, &sum))
        return dg_fail(DIGIT_ERR_LIMIT, "the %zu datasets are too many samples for one", number);
    if (!make_room(&sum, &parts)) {
        dg_dataset_parts_free(parts);
        return dg_fail_memory("samples", sum.samples * DIGIT_SAMPLE_BYTES);
    }
    size_t at = 0;
    for (size_t i = 0; i < number; at += datasets[i++]->count)
        append(datasets[i], at, &parts);
    return dg_dataset_adopt(parts, sum.samples, out);
}

/* ---- Windows ---------------------------------------------------------- */

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
        .strokes = dataset->strokes,
        .written = dataset->written ? dataset->written + first : NULL,
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

static uLong digest_strokes(uLong crc, const digit_dataset *dataset)
{
    const dg_strokes *s = dataset->strokes;
    crc = crc32_z(crc, (const void *)dataset->written, dataset->count * sizeof *dataset->written);
    crc = crc32_z(crc, (const void *)s->points,
                  s->stroke_first[s->stroke_count] * sizeof *s->points);
    crc = crc32_z(crc, (const void *)s->stroke_first, s->stroke_count * sizeof *s->stroke_first);
    return crc32_z(crc, (const void *)s->digit_first, s->digit_count * sizeof *s->digit_first);
}

uint32_t dg_dataset_digest(const digit_dataset *dataset)
{
    uLong crc = crc32_z(0, NULL, 0);
    crc = crc32_z(crc, dataset->samples, dataset->count * DIGIT_SAMPLE_BYTES);
    crc = crc32_z(crc, dataset->labels, dataset->count);
    return (uint32_t)(dataset->strokes ? digest_strokes(crc, dataset) : crc);
}

void dg_dataset_draw(const digit_dataset *dataset, size_t index, uint64_t seed, uint64_t name,
                     uint8_t out[DIGIT_SAMPLE_BYTES])
{
    if (dataset->written && dataset->written[index] != DG_NOT_WRITTEN)
        dg_strokes_draw(dataset->strokes, dataset->written[index], seed, name, out);
    else
        memcpy(out, dataset->samples + index * DIGIT_SAMPLE_BYTES, DIGIT_SAMPLE_BYTES);
}
