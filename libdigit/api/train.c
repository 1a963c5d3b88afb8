/* Training: options checked, a checkpoint taken up, the model replaced at the end. */
#include "train/train.h"

#include "api/edge.h"
#include "api/model.h"
#include "api/sized.h"
#include "io/codec.h"
#include "train/batch.h"
#include "train/fingerprint.h"
#include "train/ranks.h"

#include <errno.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static const digit_train_options defaults = {
    .size = sizeof defaults,
    .epochs = 10,
    .batch = 128,
    .learning_rate = 0.001f,
    .weight_decay = 0.0001f,
    .average = 0.99f,
    .schedule = DIGIT_SCHEDULE_COSINE,
    .seed = 1,
    .ranks = 1,
    .teacher_share = 0.5f,
};

/* Of the options as they were first published: programs built then pass no more. */
#define FIRST_SIZE offsetof(digit_train_options, pull)

void digit_train_options_init(digit_train_options *options, size_t size)
{
    dg_sized_init(options, size, &defaults, sizeof defaults);
}

/* Fine-tuning with an L2-SP penalty (Li, Grandvalet and Davoine, "Explicit inductive bias for
 * transfer learning", ICML 2018). tests/accuracy/adapt.py measured it on ten samples of each
 * digit: of the L2-SP strengths 0, 50, 100 and 150, 100 is the least that costs below 0.1
 * points of validation accuracy (docs/pretrained.md). */
void digit_adapt_options_init(digit_train_options *options, size_t size)
{
    digit_train_options ours = defaults;
    ours.epochs = 20;
    ours.batch = 32;
    ours.augment = 0.5f;
    ours.pull = 100;
    dg_sized_init(options, size, &ours, sizeof ours);
}

/* ---- Arguments -------------------------------------------------------- */

static digit_status check_ranks(const digit_train_options *o)
{
    if (o->ranks == 0 || o->ranks > DG_RANKS_MOST)
        return dg_fail(DIGIT_ERR_ARGUMENT, "ranks is %u, not 1 to %d", o->ranks, DG_RANKS_MOST);
    if (o->rank >= o->ranks)
        return dg_fail(DIGIT_ERR_ARGUMENT, "rank is %u, not 0 to %u", o->rank, o->ranks - 1);
    if (o->ranks > 1 && !o->reduce)
        return dg_fail(DIGIT_ERR_ARGUMENT, "ranks is %u, and reduce is NULL", o->ranks);
    return DIGIT_OK;
}

static digit_status check_real(const char *name, float value, float least, float most)
{
    if (value >= least && value <= most) /* false for NaN */
        return DIGIT_OK;
    return dg_fail(DIGIT_ERR_ARGUMENT, "%s is %g, not %g to %g", name, (double)value,
                   (double)least, (double)most);
}

static digit_status check_options(const digit_train_options *o)
{
    digit_status status = check_real("learning_rate", o->learning_rate, 1e-9f, 10);
    if (status == DIGIT_OK)
        status = check_real("weight_decay", o->weight_decay, 0, 1);
    if (status == DIGIT_OK)
        status = check_real("augment", o->augment, 0, 1);
    if (status == DIGIT_OK)
        status = check_real("label_smoothing", o->label_smoothing, 0, 0.5f);
    if (status == DIGIT_OK)
        status = check_real("average", o->average, 0, 0.99999f);
    if (status == DIGIT_OK)
        status = check_real("pull", o->pull, 0, 1e6f);
    if (status == DIGIT_OK)
        status = check_real("teacher_share", o->teacher_share, 0, 1);
    if (status != DIGIT_OK)
        return status;
    if (o->epochs == 0 || o->epochs > 100000)
        return dg_fail(DIGIT_ERR_ARGUMENT, "epochs is %u, not 1 to 100000", o->epochs);
    if (o->batch == 0 || o->batch > DG_BATCH_MOST)
        return dg_fail(DIGIT_ERR_ARGUMENT, "batch is %u, not 1 to %d", o->batch, DG_BATCH_MOST);
    if (o->teacher_count > DG_TEACHERS_MOST)
        return dg_fail(DIGIT_ERR_ARGUMENT, "teacher_count is %u, not 0 to %d", o->teacher_count,
                       DG_TEACHERS_MOST);
    for (uint32_t i = 0; i < o->teacher_count; i++)
        if (!o->teachers || !o->teachers[i])
            return dg_fail(DIGIT_ERR_ARGUMENT, "teacher_count is %u, and teacher %u is NULL",
                           o->teacher_count, i);
    if (o->schedule > DIGIT_SCHEDULE_COSINE)
        return dg_fail(DIGIT_ERR_ARGUMENT, "schedule %u is unknown", o->schedule);
    return DIGIT_OK;
}

static digit_status check_count(const digit_dataset *dataset)
{
    if (dataset->count <= UINT32_MAX)
        return DIGIT_OK;
    return dg_fail(DIGIT_ERR_LIMIT, "%zu samples are more than %u", dataset->count, UINT32_MAX);
}

/* ---- What the training loop calls back -------------------------------- */

/* The caller's function runs in the caller's floating-point environment. */
typedef struct outside {
    digit_progress_fn progress;
    void *user_data;
    dg_fpenv environment;
} outside;

static int call_progress(const digit_progress *progress, void *user_data)
{
    outside *caller = user_data;
    const dg_fpenv ours = dg_fpenv_enter();
    dg_fpenv_leave(caller->environment);
    const int answer = caller->progress(progress, caller->user_data);
    caller->environment = dg_fpenv_enter();
    dg_fpenv_leave(ours);
    return answer;
}

static digit_status write_checkpoint(void *context, const dg_snapshot *snapshot)
{
    const char *path = context;
    return dg_model_write(snapshot, path);
}

/* ---- The snapshot to train -------------------------------------------- */

/* Replaces the snapshot by the checkpoint's, if there is a file. */
static digit_status resume(dg_train_job *job, uint64_t fingerprint)
{
    struct stat there;
    dg_snapshot *saved = NULL;
    const char *path = job->options->checkpoint;
    if (stat(path, &there) != 0 && errno == ENOENT)
        return DIGIT_OK;
    const digit_status status = dg_model_read(path, &saved);
    if (status != DIGIT_OK)
        return status;
    if (!dg_train_continues(job, fingerprint, saved)) {
        dg_snapshot_free(saved);
        return dg_fail(DIGIT_ERR_ARGUMENT, "%s: %s", path,
                       "not a checkpoint of this model, data and options");
    }
    dg_snapshot_free(job->snapshot);
    job->snapshot = saved;
    return DIGIT_OK;
}

static digit_status describe(dg_snapshot *snapshot, const digit_dataset *dataset,
                             const digit_train_options *options)
{
    const char *licence = options->licence ? options->licence : snapshot->licence;
    char facts[96];
    if (options->trained_on) /* the digest reads all of the data: only if it is wanted */
        return dg_snapshot_describe(snapshot, options->trained_on, licence);
    snprintf(facts, sizeof facts, "%zu samples, CRC-32 %08x", dataset->count,
             (unsigned)dg_dataset_digest(dataset));
    return dg_snapshot_describe(snapshot, facts, licence);
}

/* Find out now, not after hours of training, that the result can't be written: a text that is
 * no UTF-8, a header that is too large. A checkpoint has four times the tensors of its model, and
 * must fit into a file only if one is written. */
static digit_status check_writable(const dg_snapshot *snapshot, const char *checkpoint)
{
    dg_snapshot model = *snapshot;
    size_t size = 0;
    model.training = NULL;
    digit_status status = dg_codec_encode(&model, NULL, &size);
    if (status != DIGIT_OK || !checkpoint)
        return status;
    status = dg_codec_encode(snapshot, NULL, &size);
    return status == DIGIT_OK ? status : dg_fail_about(status, "the checkpoint");
}

/* *teachers is NULL if there are none. */
static digit_status make_teachers(const digit_model *model, const digit_train_options *options,
                                  dg_teachers **teachers)
{
    const dg_snapshot *snapshots[DG_TEACHERS_MOST];
    *teachers = NULL;
    if (options->teacher_count == 0)
        return DIGIT_OK;
    if (dg_network_reads_lines(model->snapshot->network))
        return dg_fail(DIGIT_ERR_ARGUMENT, "a network that reads lines has no teachers");
    for (uint32_t i = 0; i < options->teacher_count; i++)
        snapshots[i] = options->teachers[i]->snapshot;
    return dg_teachers_create(snapshots, options->teacher_count,
                              dg_network_logits(model->snapshot->network), teachers);
}

/* All that can go wrong before the first update. */
static digit_status prepare(const digit_model *model, dg_train_job *job, dg_teachers **teachers)
{
    const digit_train_options *options = job->options;
    digit_status status = check_options(options);
    if (status == DIGIT_OK)
        status = check_count(job->dataset);
    if (status == DIGIT_OK)
        status = make_teachers(model, options, teachers);
    job->teachers = *teachers;
    if (status != DIGIT_OK || job->dataset->count == 0)
        return status;
    status = dg_snapshot_copy(model->snapshot, true, &job->snapshot);
    if (status != DIGIT_OK)
        return status;
    if (options->checkpoint || options->reduce) {
        const uint64_t fingerprint = dg_fingerprint_start(job);
        if (options->checkpoint)
            status = resume(job, fingerprint);
        job->snapshot->training->fingerprint = fingerprint;
    }
    if (options->checkpoint && options->rank == 0) {
        job->checkpoint = write_checkpoint;
        job->checkpoint_context = (void *)(size_t)options->checkpoint;
    }
    if (status == DIGIT_OK)
        status = describe(job->snapshot, job->dataset, options);
    return status == DIGIT_OK ? check_writable(job->snapshot, options->checkpoint)
                               : status;
}

/* A rank that can't begin, or has nothing to do, says so to the others. */
static digit_status train(digit_model *model, const digit_dataset *dataset,
                          const digit_train_options *options)
{
    dg_train_job job = {
        .dataset = dataset,
        .options = options,
        .origin = model->snapshot->params,
        .threads = dg_model_threads(model),
    };
    dg_ranks ranks = dg_ranks_of(options);
    dg_teachers *teachers = NULL;
    digit_status status = prepare(model, &job, &teachers);
    const bool begins = status == DIGIT_OK && dataset->count > 0;
    status = begins ? dg_train(&job) : dg_ranks_settle(&ranks, status, 0, DG_RANKS_ALIKE);
    dg_teachers_free(teachers);
    if (!begins || (status != DIGIT_OK && status != DIGIT_ERR_CANCELLED)) {
        dg_snapshot_free(job.snapshot);
        return status;
    }
    dg_snapshot_forget_training(job.snapshot);
    const digit_status replaced = dg_model_replace(model, job.snapshot);
    return replaced == DIGIT_OK ? status : replaced;
}

digit_status digit_model_train(digit_model *model, const digit_dataset *dataset,
                               const digit_train_options *options)
{
    digit_train_options ours = defaults;
    digit_status status = DIGIT_OK;
    if (!model || !dataset)
        return dg_fail_null(__func__, model ? "dataset" : "model");
    if (options)
        status = dg_sized_read("digit_train_options", options, FIRST_SIZE, &ours, sizeof ours);
    if (status == DIGIT_OK)
        status = check_ranks(&ours);
    if (status != DIGIT_OK)
        return status;
    dg_edge edge = dg_edge_enter();
    outside caller = {
        .progress = ours.progress,
        .user_data = ours.user_data,
        .environment = edge.environment,
    };
    if (ours.progress) {
        ours.progress = call_progress;
        ours.user_data = &caller;
    }
    status = train(model, dataset, &ours);
    edge.environment = caller.environment; /* its progress function may have changed it */
    return dg_edge_leave(edge, status);
}
