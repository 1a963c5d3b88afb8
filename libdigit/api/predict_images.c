/* Pictures of one digit each, in one call. */
#include "api/edge.h"
#include "api/model.h"
#include "base/mem.h"
#include "base/number.h"
#include "vision/sample/normalize.h"

#include <stdio.h>
#include <string.h>

/* Pictures whose samples are in memory at once. */
#define BATCH 1024

typedef struct batch {
    const digit_image *images; /* [count] */
    uint8_t *samples;          /* [count][DIGIT_SAMPLE_BYTES] */
    uint32_t *flags;           /* [count] */
    _Atomic uint32_t failed;   /* the first picture without a sample; UINT32_MAX: all have one */
} batch;

static digit_status prepare(const digit_image *image, dg_prepared *out)
{
    const digit_status status = dg_image_check(image);
    return status == DIGIT_OK ? dg_normalize(image, NULL, out) : status;
}

static void make_sample(void *context, uint32_t index, uint32_t worker)
{
    batch *b = context;
    dg_prepared found;
    (void)worker;
    if (prepare(&b->images[index], &found) == DIGIT_OK) {
        memcpy(b->samples + (size_t)index * DIGIT_SAMPLE_BYTES, found.sample, sizeof found.sample);
        b->flags[index] = found.flags;
        return;
    }
    uint32_t first = atomic_load(&b->failed);
    while (index < first && !atomic_compare_exchange_weak(&b->failed, &first, index))
        ;
}

/* The sentence was another thread's: the picture fails once more. */
static digit_status fail_again(const batch *b, size_t number)
{
    char name[32];
    dg_prepared unused;
    digit_status status = prepare(&b->images[b->failed], &unused);
    if (status == DIGIT_OK) /* memory has come back meanwhile */
        status = dg_fail_memory("a picture", sizeof unused);
    snprintf(name, sizeof name, "picture %zu", number + b->failed);
    return dg_fail_about(status, name);
}

static digit_status run(const digit_model *model, batch *b, size_t first, uint32_t count,
                        digit_prediction *out)
{
    const dg_threads threads = dg_model_threads(model);
    atomic_store(&b->failed, UINT32_MAX);
    digit_status status = dg_threads_run(threads, count, make_sample, b);
    if (status == DIGIT_OK && b->failed != UINT32_MAX)
        status = fail_again(b, first);
    if (status == DIGIT_OK)
        status = dg_predictor_run(model->predictor, threads, b->samples, count, out);
    for (uint32_t i = 0; status == DIGIT_OK && i < count; i++)
        out[i].flags |= b->flags[i];
    return status;
}

static digit_status predict(const digit_model *model, const digit_image *images, size_t count,
                            digit_prediction *out)
{
    const size_t most = dg_min_size(count, BATCH);
    batch b = {
        .samples = dg_alloc(most, DIGIT_SAMPLE_BYTES),
        .flags = dg_alloc(most, sizeof *b.flags),
    };
    digit_status status = b.samples && b.flags ? DIGIT_OK
                                               : dg_fail_memory("samples",
                                                                most * DIGIT_SAMPLE_BYTES);
    for (size_t first = 0; status == DIGIT_OK && first < count; first += BATCH) {
        b.images = images + first;
        status = run(model, &b, first, (uint32_t)dg_min_size(count - first, BATCH), out + first);
    }
    dg_free(b.flags);
    dg_free(b.samples);
    return status;
}

digit_status digit_model_predict_images(const digit_model *model, const digit_image *images,
                                        size_t count, digit_prediction *out)
{
    if (!model)
        return dg_fail_null(__func__, "model");
    if (count == 0)
        return DIGIT_OK;
    if (!images || !out)
        return dg_fail_null(__func__, images ? "out" : "images");
    const digit_status status = dg_model_check_reads_digits(model);
    if (status != DIGIT_OK)
        return status;
    const dg_edge edge = dg_edge_enter();
    return dg_edge_leave(edge, predict(model, images, count, out));
}
