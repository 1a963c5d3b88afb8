#include "train/evaluate.h"

#include "base/error.h"
#include "base/mem.h"
#include "base/number.h"
#include "net/ctc.h"
#include "train/validation_lines.h"

#include <math.h>
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

/* ---- Lines ------------------------------------------------------------ */

/* Lines drawn from so many samples tell accuracies apart to half a percent. */
#define LINES_MOST 2000

typedef struct line_result {
    double loss;
    bool right;
} line_result;

typedef struct lines_job {
    double temperature;
    line_result *results; /* [count] */
    double *scratch;      /* [workers][scratch_size], for CTC */
    size_t scratch_size;
} lines_job;

static void visit_line(void *context, size_t index, uint32_t worker, uint32_t outputs,
                       const dg_real *logits, const dg_line_text *text)
{
    const lines_job *job = context;
    const dg_sequence sequence = {text->labels, text->count};
    const double loss = dg_ctc_loss(outputs, DG_LINE_OUTPUTS, logits, job->temperature, sequence,
                                    job->scratch + worker * job->scratch_size);
    job->results[index] = (line_result){
        .loss = isfinite(loss) ? loss : 0, /* as in training: nothing to learn from */
        .right = dg_ctc_says(outputs, DG_LINE_OUTPUTS, logits, sequence),
    };
}

static digit_status evaluate_lines(const dg_predictor *predictor, dg_threads threads,
                                   const digit_dataset *dataset, digit_metrics *metrics)
{
    const size_t count = dg_min_size(dataset->count, LINES_MOST);
    const uint32_t outputs = dg_network_outputs(dg_predictor_network(predictor));
    lines_job job = {
        .temperature = (double)dg_predictor_temperature(predictor),
        .results = dg_alloc(count, sizeof *job.results),
        .scratch_size = dg_ctc_scratch(outputs, DG_LINE_OUTPUTS, DG_LINE_LABELS_MOST),
    };
    job.scratch = dg_alloc(threads.count * job.scratch_size, sizeof *job.scratch);
    digit_status status =
        job.results && job.scratch
            ? dg_visit_validation_lines(predictor, threads, dataset, count, visit_line, &job)
            : dg_fail_memory("an evaluation", count * sizeof *job.results);
    if (status == DIGIT_OK) {
        *metrics = (digit_metrics){.size = metrics->size, .count = count};
        for (size_t i = 0; i < count; i++) {
            metrics->correct += job.results[i].right;
            metrics->loss += job.results[i].loss / (double)count;
        }
    }
    dg_free(job.scratch);
    dg_free(job.results);
    return status;
}

/* ---- Digits ----------------------------------------------------------- */

static digit_status evaluate_digits(const dg_predictor *predictor, dg_threads threads,
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

digit_status dg_evaluate(const dg_predictor *predictor, dg_threads threads,
                         const digit_dataset *dataset, digit_metrics *metrics)
{
    return dg_network_reads_lines(dg_predictor_network(predictor))
               ? evaluate_lines(predictor, threads, dataset, metrics)
               : evaluate_digits(predictor, threads, dataset, metrics);
}
