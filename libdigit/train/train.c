#include "train/train.h"

#include "base/error.h"
#include "base/mem.h"
#include "train/batch.h"
#include "train/calibrate.h"
#include "train/evaluate.h"
#include "train/fingerprint.h"
#include "train/ranks.h"
#include "train/schedule.h"

#include <math.h>
#include <string.h>
#include <time.h>

#define PROGRESS_SECONDS 0.25

typedef struct trainer {
    const dg_train_job *job;
    dg_ranks ranks;
    uint32_t batch_size;
    dg_batch *batch;
    uint32_t *order; /* [dataset->count] this epoch's order of samples */
    uint64_t epoch;  /* from 1 */
    size_t done;     /* samples of this epoch */
    dg_loss loss;    /* of this epoch */
    uint64_t kept;   /* update of the last checkpoint */
    bool asked;      /* progress wants to stop; the other ranks hear of it in the next update */
    double validation_accuracy;
    double began, reported; /* seconds */
} trainer;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static uint32_t batch_size(const dg_train_job *job)
{
    const size_t count = job->dataset->count;
    return job->options->batch < count ? job->options->batch : (uint32_t)count;
}

static uint64_t steps_an_epoch(const dg_train_job *job)
{
    return (job->dataset->count - 1) / batch_size(job) + 1;
}

bool dg_train_continues(const dg_train_job *job, uint64_t fingerprint, const dg_snapshot *saved)
{
    const uint64_t epochs = job->options->epochs, steps = steps_an_epoch(job);
    const dg_training_state *state = saved->training;
    if (!state || state->fingerprint != fingerprint || state->epoch > epochs ||
        state->step < state->epoch * steps)
        return false;
    const uint64_t under_way = state->step - state->epoch * steps;
    return (state->epoch == epochs ? under_way == 0 : under_way < steps) &&
           strcmp(dg_network_architecture(saved->network),
                  dg_network_architecture(job->snapshot->network)) == 0;
}

/* ---- What the caller sees --------------------------------------------- */

static digit_status stopped(const trainer *t)
{
    const bool by_us = t->asked || !t->ranks.reduce;
    return dg_fail(DIGIT_ERR_CANCELLED, "training stopped by %s progress callback",
                   by_us ? "its" : "another rank's");
}

static digit_status report(trainer *t)
{
    const digit_train_options *options = t->job->options;
    const double seen = t->done > 0 ? (double)t->done : 1;
    t->reported = now();
    if (!options->progress)
        return DIGIT_OK;
    const digit_progress progress = {
        .size = sizeof progress,
        .epoch = (uint32_t)t->epoch,
        .epochs = options->epochs,
        .samples_done = t->done,
        .samples_total = t->job->dataset->count,
        .loss = t->loss.sum / seen,
        .accuracy = (double)t->loss.correct / seen,
        .validation_accuracy = t->validation_accuracy,
        .seconds = t->reported - t->began,
    };
    if (options->progress(&progress, options->user_data) == 0)
        return DIGIT_OK;
    t->asked = true;
    return stopped(t);
}

/* ---- The weights to use ----------------------------------------------- */

static bool averages(const trainer *t)
{
    return t->job->options->average > 0;
}

/* Training updates `params`; with averaging, the weights to use are `average`. Swaps the two; a
 * second call swaps them back. */
static void swap_average(const trainer *t)
{
    dg_snapshot *snapshot = t->job->snapshot;
    if (!averages(t))
        return;
    dg_real *params = snapshot->params;
    snapshot->params = snapshot->training->average;
    snapshot->training->average = params;
}

static digit_status check_finite(const dg_snapshot *snapshot)
{
    const size_t count = dg_network_params(snapshot->network);
    for (size_t i = 0; i < count; i++)
        if (!isfinite(snapshot->params[i]))
            return dg_fail(DIGIT_ERR_DIVERGED, "training diverged: a weight is not finite");
    return DIGIT_OK;
}

static digit_status validate(trainer *t)
{
    const digit_dataset *validation = t->job->options->validation;
    dg_predictor *predictor = NULL;
    digit_metrics metrics = {.size = sizeof metrics};
    if (!validation || validation->count == 0)
        return DIGIT_OK;
    swap_average(t);
    digit_status status = dg_predictor_create(t->job->snapshot, &predictor);
    swap_average(t);
    if (status == DIGIT_OK)
        status = dg_evaluate(predictor, t->job->threads, validation, &metrics);
    if (status == DIGIT_OK)
        t->validation_accuracy = (double)metrics.correct / (double)metrics.count;
    dg_predictor_free(predictor);
    return status;
}

/* The averaged weights take their place, and confidence is made to fit them. */
static digit_status finish(trainer *t)
{
    const digit_dataset *validation = t->job->options->validation;
    dg_snapshot *snapshot = t->job->snapshot;
    dg_predictor *predictor = NULL;
    if (snapshot->training->step > 0)
        swap_average(t);
    snapshot->temperature = 1;
    digit_status status = check_finite(snapshot);
    if (status != DIGIT_OK || !validation)
        return status;
    status = dg_predictor_create(snapshot, &predictor);
    if (status == DIGIT_OK)
        status = dg_calibrate(predictor, t->job->threads, validation, &snapshot->temperature);
    dg_predictor_free(predictor);
    return status;
}

/* ---- Ranks ------------------------------------------------------------ */

/* All ranks go on with one status. `what` must be the same on all. */
static digit_status settle(trainer *t, digit_status status, const char *what)
{
    return t->ranks.reduce
               ? dg_ranks_settle(&t->ranks, status, dg_fingerprint_now(t->job), what)
               : status;
}

static digit_status settle_begin(trainer *t, digit_status status)
{
    return t->ranks.reduce
               ? dg_ranks_settle(&t->ranks, status, dg_fingerprint_ranks(t->job), DG_RANKS_ALIKE)
               : status;
}

/* ---- Epochs ----------------------------------------------------------- */

/* Fisher and Yates, with numbers that only the seed and the epoch name. */
static void shuffle(const trainer *t)
{
    dg_rng rng;
    const size_t count = t->job->dataset->count;
    dg_rng_init(&rng, t->job->options->seed, DG_RNG_SHUFFLE, t->epoch);
    for (size_t i = 0; i < count; i++)
        t->order[i] = (uint32_t)i;
    for (size_t i = count - 1; i > 0; i--) {
        const uint32_t j = dg_rng_below(&rng, (uint32_t)i + 1);
        const uint32_t other = t->order[j];
        t->order[j] = t->order[i];
        t->order[i] = other;
    }
}

static digit_status train_batch(trainer *t)
{
    const digit_train_options *options = t->job->options;
    const uint64_t count = t->job->dataset->count;
    const uint64_t steps = steps_an_epoch(t->job) * options->epochs;
    const uint64_t step = t->job->snapshot->training->step + 1;
    const size_t left = count - t->done;
    const uint32_t size = left < t->batch_size ? (uint32_t)left : t->batch_size;
    const double rate =
        dg_schedule_rate(options->schedule, (double)options->learning_rate, step, steps);
    bool stop = t->asked;
    const digit_status status =
        dg_batch_run(t->batch, t->order + t->done, size, (t->epoch - 1) * count + t->done, rate,
                     &t->loss, &stop);
    if (status != DIGIT_OK)
        return status;
    t->done += size;
    if (!isfinite(t->loss.sum))
        return dg_fail(DIGIT_ERR_DIVERGED, "training diverged in epoch %llu after %zu samples",
                       (unsigned long long)t->epoch, t->done);
    return stop ? stopped(t) : DIGIT_OK;
}

/* A checkpoint has the weights to use in `average`, with averaging or without. */
static digit_status write_checkpoint(trainer *t)
{
    const dg_train_job *job = t->job;
    dg_training_state *state = job->snapshot->training;
    const bool ended = t->done == job->dataset->count;
    if (!job->checkpoint || t->kept == state->step)
        return DIGIT_OK;
    state->epoch = ended ? t->epoch : t->epoch - 1;
    state->loss = ended ? (dg_loss){0} : t->loss;
    if (!averages(t))
        memcpy(state->average, job->snapshot->params,
               dg_network_params(job->snapshot->network) * sizeof *state->average);
    t->kept = state->step;
    return job->checkpoint(job->checkpoint_context, job->snapshot);
}

/* Weights that training could not resume from must not replace a good checkpoint. */
static digit_status write_finite(trainer *t)
{
    const digit_status status = check_finite(t->job->snapshot);
    return status == DIGIT_OK ? write_checkpoint(t) : status;
}

/* Only rank 0 writes, and may fail. All ranks know at which updates, and wait for it there. */
static digit_status keep_interval(trainer *t)
{
    const digit_train_options *options = t->job->options;
    const uint32_t interval = options->checkpoint_interval;
    if (!options->checkpoint || interval == 0 || t->done == t->job->dataset->count ||
        t->job->snapshot->training->step % interval != 0)
        return DIGIT_OK;
    return settle(t, write_finite(t), "weights");
}

/* A single rank stops at once; several stop with the next update, which tells the others. */
static digit_status report_under_way(trainer *t)
{
    if (t->done == t->job->dataset->count || t->asked || now() - t->reported < PROGRESS_SECONDS)
        return DIGIT_OK;
    const digit_status status = report(t);
    return status == DIGIT_ERR_CANCELLED && t->ranks.reduce ? DIGIT_OK : status;
}

static digit_status end_epoch(trainer *t)
{
    const dg_train_job *job = t->job;
    digit_status status = check_finite(job->snapshot);
    if (status == DIGIT_OK)
        status = validate(t);
    if (status == DIGIT_OK)
        status = write_checkpoint(t);
    if (status == DIGIT_OK)
        status = report(t);
    return settle(t, status, "weights");
}

/* From t->done on, which is 0 unless a checkpoint was written amid the epoch. */
static digit_status train_epoch(trainer *t)
{
    digit_status status = DIGIT_OK;
    shuffle(t);
    while (status == DIGIT_OK && t->done < t->job->dataset->count) {
        status = train_batch(t);
        if (status == DIGIT_OK)
            status = keep_interval(t);
        if (status == DIGIT_OK)
            status = report_under_way(t);
    }
    return status == DIGIT_OK ? end_epoch(t) : status;
}

static digit_status train_epochs(trainer *t)
{
    digit_status status = DIGIT_OK;
    for (;;) {
        status = train_epoch(t);
        if (status != DIGIT_OK || t->epoch == t->job->options->epochs)
            return status;
        t->epoch++;
        t->done = 0;
        t->loss = (dg_loss){0};
    }
}

/* ---- From beginning to end -------------------------------------------- */

static digit_status begin(trainer *t)
{
    const dg_train_job *job = t->job;
    const size_t count = job->dataset->count;
    dg_training_state *state = job->snapshot->training;
    t->order = dg_alloc(count, sizeof *t->order);
    if (!t->order)
        return dg_fail_memory("training", count * sizeof *t->order);
    if (state->step == 0)
        memcpy(state->average, job->snapshot->params,
               dg_network_params(job->snapshot->network) * sizeof *state->average);
    t->epoch = state->epoch + 1;
    t->kept = state->step;
    t->done = (state->step - state->epoch * steps_an_epoch(job)) * t->batch_size;
    if (t->done > 0)
        t->loss = state->loss;
    return dg_batch_create(job, t->batch_size, &t->ranks, &t->batch);
}

/* What was learned is kept even if the checkpoint can't be. */
static digit_status keep_cancelled(trainer *t)
{
    const digit_status status = write_finite(t);
    if (status == DIGIT_OK || status == DIGIT_ERR_DIVERGED)
        return status == DIGIT_OK ? DIGIT_ERR_CANCELLED : status;
    return dg_fail_about(DIGIT_ERR_CANCELLED, "training stopped, without a last checkpoint");
}

digit_status dg_train(const dg_train_job *job)
{
    trainer t = {
        .job = job,
        .ranks = dg_ranks_of(job->options),
        .batch_size = batch_size(job),
        .validation_accuracy = NAN,
        .began = now(),
    };
    t.reported = t.began;
    digit_status status = settle_begin(&t, begin(&t));
    if (status == DIGIT_OK && t.epoch <= job->options->epochs)
        status = train_epochs(&t);
    dg_batch_free(t.batch);
    if (status == DIGIT_ERR_CANCELLED)
        status = keep_cancelled(&t);
    if (status == DIGIT_OK || status == DIGIT_ERR_CANCELLED) {
        const digit_status finished = finish(&t);
        status = settle(&t, finished == DIGIT_OK ? status : finished, "weights");
    }
    dg_free(t.order);
    return status;
}
