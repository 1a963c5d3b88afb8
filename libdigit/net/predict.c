#include "net/predict.h"

#include "base/error.h"
#include "base/mem.h"
#include "base/number.h"
#include "net/loss.h"
#include "net/workspace.h"

#include <stdatomic.h>
#include <string.h>

/* Idle workspaces, for the next call. Taking one is an exchange, so that no lock is
 * ever held across a fork. */
#define IDLE_MOST 64

struct dg_predictor {
    dg_network *network;
    dg_real *params;
    float temperature;
    _Atomic(dg_workspace *) *idle; /* [IDLE_MOST] */
};

digit_status dg_predictor_create(const dg_snapshot *snapshot, dg_predictor **out)
{
    dg_predictor *predictor = dg_alloc_zero(1, sizeof *predictor);
    if (!predictor)
        return dg_fail_memory("a model", sizeof *predictor);
    predictor->temperature = snapshot->temperature;
    predictor->idle = dg_alloc_zero(IDLE_MOST, sizeof *predictor->idle);
    digit_status status = predictor->idle
                              ? dg_network_fold(snapshot->network, snapshot->params,
                                                &predictor->network, &predictor->params)
                              : dg_fail_memory("a model", IDLE_MOST * sizeof *predictor->idle);
    if (status != DIGIT_OK) {
        dg_predictor_free(predictor);
        return status;
    }
    *out = predictor;
    return DIGIT_OK;
}

void dg_predictor_free(dg_predictor *predictor)
{
    if (!predictor)
        return;
    for (int i = 0; predictor->idle && i < IDLE_MOST; i++)
        dg_workspace_free(atomic_load(&predictor->idle[i]));
    dg_free((void *)predictor->idle);
    dg_free(predictor->params);
    dg_network_free(predictor->network);
    dg_free(predictor);
}

const dg_network *dg_predictor_network(const dg_predictor *predictor)
{
    return predictor->network;
}

const dg_real *dg_predictor_params(const dg_predictor *predictor)
{
    return predictor->params;
}

uint64_t dg_predictor_ops(const dg_predictor *predictor)
{
    return dg_network_ops(predictor->network);
}

uint32_t dg_predictor_logits(const dg_predictor *predictor)
{
    return dg_network_logits(predictor->network);
}

float dg_predictor_temperature(const dg_predictor *predictor)
{
    return predictor->temperature;
}

static dg_workspace *take_workspace(const dg_predictor *predictor)
{
    for (int i = 0; i < IDLE_MOST; i++) {
        if (!atomic_load_explicit(&predictor->idle[i], memory_order_relaxed))
            continue;
        dg_workspace *workspace = atomic_exchange(&predictor->idle[i], NULL);
        if (workspace)
            return workspace;
    }
    return dg_workspace_create(predictor->network, DG_PREDICT_RUN, false);
}

static void return_workspace(const dg_predictor *predictor, dg_workspace *workspace)
{
    for (int i = 0; i < IDLE_MOST; i++) {
        dg_workspace *empty = NULL;
        if (atomic_compare_exchange_strong(&predictor->idle[i], &empty, workspace))
            return;
    }
    dg_workspace_free(workspace);
}

typedef struct visit_job {
    const dg_predictor *predictor;
    const uint8_t *samples;
    size_t count;
    dg_logits_fn visit;
    void *context;
    size_t runs;           /* of DG_PREDICT_RUN samples */
    size_t runs_a_piece;
    dg_workspace *workspaces[DG_THREADS_MAX]; /* [workers] */
} visit_job;

static void visit_run(const visit_job *job, size_t run, dg_workspace *workspace)
{
    const size_t first = run * DG_PREDICT_RUN, left = job->count - first;
    const dg_pass pass = {.samples = (uint32_t)dg_min_size(left, DG_PREDICT_RUN)};
    dg_real *logits =
        dg_network_forward(job->predictor->network, job->predictor->params,
                           job->samples + first * DIGIT_SAMPLE_BYTES, &pass, workspace);
    dg_logits_tame((size_t)pass.samples * dg_predictor_logits(job->predictor), logits);
    job->visit(job->context, first, pass.samples, logits);
}

static void visit_piece(void *context, uint32_t piece, uint32_t worker)
{
    const visit_job *job = context;
    const size_t first = piece * job->runs_a_piece;
    for (size_t run = first; run < first + job->runs_a_piece && run < job->runs; run++)
        visit_run(job, run, job->workspaces[worker]);
}

digit_status dg_predictor_visit(const dg_predictor *predictor, dg_threads threads,
                                const uint8_t *samples, size_t count, dg_logits_fn visit,
                                void *context)
{
    if (count == 0)
        return DIGIT_OK;
    visit_job job = {
        .predictor = predictor,
        .samples = samples,
        .count = count,
        .visit = visit,
        .context = context,
        .runs = (count - 1) / DG_PREDICT_RUN + 1,
    };
    job.runs_a_piece = job.runs / UINT32_MAX + 1; /* pieces are numbered in 32 bits */
    const size_t pieces = (job.runs - 1) / job.runs_a_piece + 1;
    const size_t wanted = dg_min_size(dg_min_size(threads.count, pieces), DG_THREADS_MAX);
    uint32_t workers = 0;
    while (workers < wanted) {
        job.workspaces[workers] = take_workspace(predictor);
        if (!job.workspaces[workers])
            break; /* fewer threads will do */
        workers++;
    }
    if (workers == 0)
        return dg_fail(DIGIT_ERR_MEMORY, "out of memory: no buffers to predict in");
    dg_pool_run(threads.pool, workers, (uint32_t)pieces, visit_piece, &job);
    for (uint32_t i = 0; i < workers; i++)
        return_workspace(predictor, job.workspaces[i]);
    return DIGIT_OK;
}

/* ---- Answers ---------------------------------------------------------- */

typedef struct answer_job {
    const uint8_t *samples;
    digit_prediction *out;
    uint32_t classes; /* logits a sample */
    double temperature;
} answer_job;

static bool is_blank(const uint8_t sample[DIGIT_SAMPLE_BYTES])
{
    uint8_t any = 0;
    for (int i = 0; i < DIGIT_SAMPLE_BYTES; i++)
        any |= sample[i];
    return any == 0;
}

/* 0 from a network that can't tell. */
static double probability_of_other(const answer_job *job, const dg_real *logits)
{
    double p[DG_LOGITS_MAX];
    if (job->classes == DIGIT_CLASSES)
        return 0;
    dg_softmax(job->classes, logits, job->temperature, p);
    return p[DG_LABEL_OTHER];
}

/* A network always has an answer; that there is no ink is known without one. `probabilities` are
 * those of digits, if it is one. */
static digit_prediction answer(const answer_job *job, const uint8_t *sample,
                               const dg_real *logits)
{
    double digits[DIGIT_CLASSES];
    digit_prediction prediction = {.digit = dg_argmax(DIGIT_CLASSES, logits),
                                   .other = (float)probability_of_other(job, logits)};
    dg_softmax(DIGIT_CLASSES, logits, job->temperature, digits);
    for (int c = 0; c < DIGIT_CLASSES; c++)
        prediction.probabilities[c] = (float)digits[c];
    if (is_blank(sample)) {
        prediction.flags = DIGIT_FLAG_BLANK;
        prediction.other = 1;
    }
    prediction.confidence = (float)((double)prediction.probabilities[prediction.digit] *
                                    (1 - (double)prediction.other));
    return prediction;
}

static void visit_answers(void *context, size_t first, uint32_t count, const dg_real *logits)
{
    const answer_job *job = context;
    for (size_t i = first; i < first + count; i++, logits += job->classes)
        job->out[i] = answer(job, job->samples + i * DIGIT_SAMPLE_BYTES, logits);
}

digit_status dg_predictor_run(const dg_predictor *predictor, dg_threads threads,
                              const uint8_t *samples, size_t count, digit_prediction *out)
{
    answer_job job = {
        .samples = samples,
        .out = out,
        .classes = dg_predictor_logits(predictor),
        .temperature = (double)predictor->temperature,
    };
    return dg_predictor_visit(predictor, threads, samples, count, visit_answers, &job);
}
