#include "train/evaluate.h"

#include "base/error.h"
#include "base/mem.h"
#include "net/loss.h"

#include <string.h>

/* Losses are kept by run and added up in order: the same sum for any number of threads. */
typedef struct evaluate_job {
    const uint8_t *labels;
    uint32_t classes; /* logits a sample */
    double temperature;
    double *losses;   /* [runs] */
    uint8_t *answers; /* [count] */
} evaluate_job;

static void visit(void *context, size_t first, uint32_t count, const dg_real *logits)
{
    const evaluate_job *job = context;
    double loss = 0;
    for (uint32_t i = 0; i < count; i++, logits += job->classes) {
        const int label = job->labels[first + i];
        loss += dg_cross_entropy(job->classes, logits, job->temperature, label);
        job->answers[first + i] = (uint8_t)dg_argmax(DIGIT_CLASSES, logits);
    }
    job->losses[first / DG_PREDICT_RUN] = loss;
}

static void tally(const evaluate_job *job, size_t count, digit_metrics *metrics)
{
    metrics->count = count;
    metrics->correct = 0;
    metrics->loss = 0;
    memset(metrics->confusion, 0, sizeof metrics->confusion);
    for (size_t i = 0; i < count; i++) {
        metrics->confusion[job->labels[i]][job->answers[i]]++;
        metrics->correct += job->labels[i] == job->answers[i];
        if (i % DG_PREDICT_RUN == 0)
            metrics->loss += job->losses[i / DG_PREDICT_RUN];
    }
    if (count > 0)
        metrics->loss /= (double)count;
}

digit_status dg_evaluate(const dg_predictor *predictor, dg_threads threads,
                         const digit_dataset *dataset, digit_metrics *metrics)
{
    const size_t count = dataset->count, runs = count / DG_PREDICT_RUN + 1;
    evaluate_job job = {
        .labels = dataset->labels,
        .classes = dg_predictor_logits(predictor),
        .temperature = (double)dg_predictor_temperature(predictor),
        .losses = dg_alloc(runs, sizeof *job.losses),
        .answers = dg_alloc(count, sizeof *job.answers),
    };
    digit_status status =
        job.losses && job.answers
            ? dg_predictor_visit(predictor, threads, dataset->samples, count, visit, &job)
            : dg_fail_memory("an evaluation", count + runs * sizeof *job.losses);
    if (status == DIGIT_OK)
        tally(&job, count, metrics);
    dg_free(job.answers);
    dg_free(job.losses);
    return status;
}
