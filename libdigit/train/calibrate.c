#include "train/calibrate.h"

#include "base/error.h"
#include "base/mem.h"
#include "base/number.h"
#include "net/ctc.h"
#include "train/validation_lines.h"

#include <math.h>
#include <string.h>

/* Outside of these a network is not worth calibrating. */
#define COLDEST 0.05
#define HOTTEST 20.0
#define STEPS 40 /* of golden section: the range shrinks by 0.618 each, to 1e-8 */

/* More samples do not make one number any better; a line has some ten digits. */
#define SAMPLES_MOST 50000
#define LINES_MOST   1000

typedef struct answers {
    uint32_t classes; /* logits a sample */
    dg_real *logits;  /* [count][classes] */
    const uint8_t *labels;
    size_t count;
} answers;

static void copy_logits(void *context, size_t first, uint32_t count, const dg_real *logits)
{
    const answers *all = context;
    memcpy(all->logits + first * all->classes, logits,
           (size_t)count * all->classes * sizeof *logits);
}

/*
 * Labels are trusted (count + 1) in (count + 2) times, the rest goes to any class (Platt,
 * "Probabilistic outputs for support vector machines", 1999): a few samples that are all
 * right are no proof of a network that never errs.
 */
static double mean_digit_loss(const void *context, double temperature)
{
    const answers *all = context;
    const double doubt = 1 / ((double)all->count + 2);
    double sum = 0;
    for (size_t i = 0; i < all->count; i++)
        sum += dg_smooth_cross_entropy(all->classes, all->logits + i * all->classes, temperature,
                                       all->labels[i], doubt);
    return sum / (double)all->count;
}

/* The mean loss at a temperature. */
typedef double (*loss_fn)(const void *context, double temperature);

/* The loss is convex in 1/T, so it has one valley in log T: golden section finds it. */
static double best_temperature(loss_fn mean_loss, const void *all)
{
    const double ratio = (sqrt(5) - 1) / 2;
    double low = log(COLDEST), high = log(HOTTEST);
    double a = high - ratio * (high - low), b = low + ratio * (high - low);
    double loss_a = mean_loss(all, exp(a));
    double loss_b = mean_loss(all, exp(b));
    for (int i = 0; i < STEPS; i++) {
        if (loss_a <= loss_b) {
            high = b;
            b = a;
            loss_b = loss_a;
            a = high - ratio * (high - low);
            loss_a = mean_loss(all, exp(a));
        } else {
            low = a;
            a = b;
            loss_a = loss_b;
            b = low + ratio * (high - low);
            loss_b = mean_loss(all, exp(b));
        }
    }
    return exp((low + high) / 2);
}

static digit_status calibrate_digits(const dg_predictor *predictor, dg_threads threads,
                                     const digit_dataset *dataset, float *temperature)
{
    answers all = {
        .classes = dg_predictor_logits(predictor),
        .labels = dataset->labels,
        .count = dg_min_size(dataset->count, SAMPLES_MOST),
    };
    all.logits = dg_alloc(all.count * all.classes, sizeof *all.logits);
    if (!all.logits)
        return dg_fail_memory("calibration", all.count * all.classes * sizeof *all.logits);
    const digit_status status =
        dg_predictor_visit(predictor, threads, dataset->samples, all.count, copy_logits, &all);
    if (status == DIGIT_OK)
        *temperature = (float)best_temperature(mean_digit_loss, &all);
    dg_free(all.logits);
    return status;
}

/* ---- Lines ------------------------------------------------------------ */

typedef struct line_answers {
    uint32_t outputs;
    dg_real *logits;     /* [count][outputs][DG_LINE_OUTPUTS] */
    dg_line_text *texts; /* [count] */
    size_t count;
    double *scratch; /* for CTC */
} line_answers;

static void copy_line(void *context, size_t index, uint32_t worker, uint32_t outputs,
                      const dg_real *logits, const dg_line_text *text)
{
    const line_answers *all = context;
    const size_t reals = (size_t)outputs * DG_LINE_OUTPUTS;
    memcpy(all->logits + index * reals, logits, reals * sizeof *logits);
    all->texts[index] = *text;
}

/* Lines that can't be right don't count. */
static double mean_line_loss(const void *context, double temperature)
{
    const line_answers *all = context;
    double sum = 0;
    for (size_t i = 0; i < all->count; i++) {
        const dg_sequence sequence = {all->texts[i].labels, all->texts[i].count};
        const double loss =
            dg_ctc_loss(all->outputs, DG_LINE_OUTPUTS,
                        all->logits + i * all->outputs * DG_LINE_OUTPUTS, temperature, sequence,
                        all->scratch);
        sum += isfinite(loss) ? loss : 0;
    }
    return sum / (double)all->count;
}

static digit_status calibrate_lines(const dg_predictor *predictor, dg_threads threads,
                                    const digit_dataset *dataset, float *temperature)
{
    const size_t count = dg_min_size(dataset->count, LINES_MOST);
    const uint32_t outputs = dg_network_outputs(dg_predictor_network(predictor));
    line_answers all = {
        .outputs = outputs,
        .count = count,
        .logits = dg_alloc(count * outputs * DG_LINE_OUTPUTS, sizeof *all.logits),
        .texts = dg_alloc(count, sizeof *all.texts),
        .scratch = dg_alloc(dg_ctc_scratch(outputs, DG_LINE_OUTPUTS, DG_LINE_LABELS_MOST),
                            sizeof *all.scratch),
    };
    digit_status status =
        all.logits && all.texts && all.scratch
            ? dg_visit_validation_lines(predictor, threads, dataset, count, copy_line, &all)
            : dg_fail_memory("calibration", count * outputs * DG_LINE_OUTPUTS * sizeof(dg_real));
    if (status == DIGIT_OK)
        *temperature = (float)best_temperature(mean_line_loss, &all);
    dg_free(all.scratch);
    dg_free(all.texts);
    dg_free(all.logits);
    return status;
}

digit_status dg_calibrate(const dg_predictor *predictor, dg_threads threads,
                          const digit_dataset *dataset, float *temperature)
{
    *temperature = 1;
    if (dataset->count == 0)
        return DIGIT_OK;
    return dg_network_reads_lines(dg_predictor_network(predictor))
               ? calibrate_lines(predictor, threads, dataset, temperature)
               : calibrate_digits(predictor, threads, dataset, temperature);
}
