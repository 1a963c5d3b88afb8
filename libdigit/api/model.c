/* Models: made, described, freed. Files are in model_file.c. */
#include "api/model.h"

#include "api/edge.h"
#include "api/open.h"
#include "api/sized.h"
#include "base/cpus.h"
#include "base/mem.h"
#include "base/number.h"
#include "io/pretrained.h"
#include "math/blas.h"

#include <stdatomic.h>

static const digit_model_options defaults = {
    .size = sizeof defaults,
    .architecture = "default",
    .seed = 1,
};

void digit_model_options_init(digit_model_options *options, size_t size)
{
    dg_sized_init(options, size, &defaults, sizeof defaults);
}

dg_threads dg_model_threads(const digit_model *model)
{
    const uint32_t count = dg_blas_threads_allowed() ? model->threads : 1;
    return (dg_threads){.pool = (dg_pool *)&model->pool, .count = count};
}

digit_status dg_model_check_reads_digits(const digit_model *model)
{
    if (!dg_network_reads_lines(model->snapshot->network))
        return DIGIT_OK;
    return dg_fail(DIGIT_ERR_ARGUMENT, "this model reads lines, not single digits");
}

digit_status dg_model_replace(digit_model *model, dg_snapshot *snapshot)
{
    dg_predictor *predictor = NULL;
    const digit_status status = dg_predictor_create(snapshot, &predictor);
    if (status != DIGIT_OK) {
        dg_snapshot_free(snapshot);
        return status;
    }
    dg_predictor_free(model->predictor);
    dg_snapshot_free(model->snapshot);
    model->predictor = predictor;
    model->snapshot = snapshot;
    return DIGIT_OK;
}

digit_status dg_model_wrap(dg_snapshot *snapshot, digit_model **out)
{
    digit_model *model = dg_alloc_zero(1, sizeof *model);
    if (!model) {
        dg_snapshot_free(snapshot);
        return dg_fail_memory("a model", sizeof *model);
    }
    model->threads = 1;
    const digit_status status = dg_model_replace(model, snapshot);
    if (status != DIGIT_OK) {
        dg_free(model);
        return status;
    }
    *out = model;
    return DIGIT_OK;
}

digit_status dg_model_lines(const digit_model *model, const dg_predictor **out)
{
    _Atomic(dg_predictor *) *place = (_Atomic(dg_predictor *) *)&model->lines;
    dg_snapshot *snapshot = NULL;
    dg_predictor *ours = NULL, *theirs = NULL;
    *out = atomic_load(place);
    if (*out)
        return DIGIT_OK;
    digit_status status = dg_pretrained_load_lines(&snapshot);
    if (status == DIGIT_OK)
        status = dg_predictor_create(snapshot, &ours);
    dg_snapshot_free(snapshot);
    if (status != DIGIT_OK)
        return status;
    if (!atomic_compare_exchange_strong(place, &theirs, ours)) /* another call was faster */
        dg_predictor_free(ours);
    *out = theirs ? theirs : ours;
    return DIGIT_OK;
}

static digit_status create(const digit_model_options *options, digit_model **out)
{
    digit_model_options ours = defaults;
    dg_snapshot *snapshot = NULL;
    digit_status status = DIGIT_OK;
    if (options)
        status = dg_sized_read("digit_model_options", options, sizeof ours, &ours, sizeof ours);
    if (status == DIGIT_OK && !ours.architecture)
        status = dg_fail_null("digit_model_options", "architecture");
    if (status == DIGIT_OK)
        status = dg_open();
    if (status == DIGIT_OK)
        status = dg_snapshot_create(ours.architecture, false, &snapshot);
    if (status != DIGIT_OK)
        return status;
    dg_network_init(snapshot->network, ours.seed, snapshot->params);
    return dg_model_wrap(snapshot, out);
}

digit_status digit_model_create(const digit_model_options *options, digit_model **out)
{
    if (!out)
        return dg_fail_null(__func__, "out");
    *out = NULL;
    const dg_edge edge = dg_edge_enter();
    return dg_edge_leave(edge, create(options, out));
}

static digit_status load_pretrained(digit_model **out)
{
    dg_snapshot *snapshot = NULL;
    digit_status status = dg_open();
    if (status == DIGIT_OK)
        status = dg_pretrained_load(&snapshot);
    return status == DIGIT_OK ? dg_model_wrap(snapshot, out) : status;
}

digit_status digit_model_load_pretrained(digit_model **out)
{
    if (!out)
        return dg_fail_null(__func__, "out");
    *out = NULL;
    const dg_edge edge = dg_edge_enter();
    return dg_edge_leave(edge, load_pretrained(out));
}

static digit_status copy(const digit_model *model, digit_model **out)
{
    dg_snapshot *snapshot = NULL;
    digit_status status = dg_snapshot_copy(model->snapshot, false, &snapshot);
    if (status == DIGIT_OK)
        status = dg_model_wrap(snapshot, out);
    if (status == DIGIT_OK)
        (*out)->threads = model->threads;
    return status;
}

digit_status digit_model_copy(const digit_model *model, digit_model **out)
{
    if (!out)
        return dg_fail_null(__func__, "out");
    *out = NULL;
    if (!model)
        return dg_fail_null(__func__, "model");
    const dg_edge edge = dg_edge_enter();
    return dg_edge_leave(edge, copy(model, out));
}

void digit_model_free(digit_model *model)
{
    if (!model)
        return;
    const dg_edge edge = dg_edge_enter();
    dg_pool_close(&model->pool);
    dg_predictor_free(model->lines);
    dg_predictor_free(model->predictor);
    dg_snapshot_free(model->snapshot);
    dg_free(model);
    dg_edge_leave(edge, DIGIT_OK);
}

digit_status digit_model_get_info(const digit_model *model, digit_model_info *info)
{
    if (!info)
        return dg_fail_null(__func__, "info");
    digit_model_info ours = {0};
    const digit_status status = dg_sized_check("digit_model_info", info, sizeof ours);
    if (status != DIGIT_OK)
        return status;
    dg_sized_write(info, &ours, sizeof ours);
    if (!model)
        return dg_fail_null(__func__, "model");
    ours = (digit_model_info){
        .architecture = dg_network_architecture(model->snapshot->network),
        .parameters = dg_network_parameters(model->snapshot->network),
        .sample_ops = dg_predictor_ops(model->predictor),
        .trained_on = model->snapshot->trained_on,
        .licence = model->snapshot->licence,
        .preparation = model->snapshot->preparation,
        .rejects = dg_network_logits(model->snapshot->network) > DIGIT_CLASSES,
    };
    dg_sized_write(info, &ours, sizeof ours);
    return DIGIT_OK;
}

digit_status digit_model_set_threads(digit_model *model, uint32_t threads)
{
    if (!model)
        return dg_fail_null(__func__, "model");
    if (threads > DG_THREADS_MAX)
        return dg_fail(DIGIT_ERR_ARGUMENT, "threads is %u, more than %d", threads,
                       DG_THREADS_MAX);
    const uint32_t cpus = threads == 0 ? dg_cpus_count() : threads;
    model->threads = dg_min_u32(cpus, DG_THREADS_MAX);
    return DIGIT_OK;
}
