/* Datasets: from arrays, IDX files and strokes, joined, sliced, freed. */
#include "data/dataset.h"

#include "api/edge.h"
#include "base/error.h"
#include "data/idx.h"
#include "data/strokes_file.h"

digit_status digit_dataset_load_idx(const char *images_path, const char *labels_path,
                                    digit_dataset **out)
{
    if (!out)
        return dg_fail_null(__func__, "out");
    *out = NULL;
    if (!images_path || !labels_path)
        return dg_fail_null(__func__, images_path ? "labels_path" : "images_path");
    const dg_edge edge = dg_edge_enter();
    return dg_edge_leave(edge, dg_idx_load(images_path, labels_path, out));
}

digit_status digit_dataset_create(const uint8_t *samples, const uint8_t *labels, size_t count,
                                  digit_dataset **out)
{
    if (!out)
        return dg_fail_null(__func__, "out");
    *out = NULL;
    if (count > 0 && (!samples || !labels))
        return dg_fail_null(__func__, samples ? "labels" : "samples");
    if (count > SIZE_MAX / DIGIT_SAMPLE_BYTES)
        return dg_fail(DIGIT_ERR_ARGUMENT, "%zu samples do not fit in memory", count);
    const dg_edge edge = dg_edge_enter();
    return dg_edge_leave(edge, dg_dataset_create(samples, labels, count, out));
}

digit_status digit_dataset_load_strokes(const char *path, digit_dataset **out)
{
    if (!out)
        return dg_fail_null(__func__, "out");
    *out = NULL;
    if (!path)
        return dg_fail_null(__func__, "path");
    const dg_edge edge = dg_edge_enter();
    return dg_edge_leave(edge, dg_strokes_load(path, out));
}

digit_status digit_dataset_join(const digit_dataset *const *datasets, size_t number,
                                digit_dataset **out)
{
    if (!out)
        return dg_fail_null(__func__, "out");
    *out = NULL;
    if (number > 0 && !datasets)
        return dg_fail_null(__func__, "datasets");
    for (size_t i = 0; i < number; i++)
        if (!datasets[i])
            return dg_fail(DIGIT_ERR_ARGUMENT, "%s: datasets[%zu] is NULL", __func__, i);
    const dg_edge edge = dg_edge_enter();
    return dg_edge_leave(edge, dg_dataset_join(datasets, number, out));
}

digit_status digit_dataset_slice(const digit_dataset *dataset, size_t first, size_t count,
                                 digit_dataset **out)
{
    if (!out)
        return dg_fail_null(__func__, "out");
    *out = NULL;
    if (!dataset)
        return dg_fail_null(__func__, "dataset");
    const dg_edge edge = dg_edge_enter();
    return dg_edge_leave(edge, dg_dataset_slice(dataset, first, count, out));
}

size_t digit_dataset_count(const digit_dataset *dataset)
{
    return dataset ? dataset->count : 0;
}

const uint8_t *digit_dataset_samples(const digit_dataset *dataset)
{
    return dataset ? dataset->samples : NULL;
}

const uint8_t *digit_dataset_labels(const digit_dataset *dataset)
{
    return dataset ? dataset->labels : NULL;
}

void digit_dataset_free(digit_dataset *dataset)
{
    dg_dataset_free(dataset);
}
