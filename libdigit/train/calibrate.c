#include "train/calibrate.h"

#include "base/error.h"
#include "base/mem.h"
#include "base/number.h"
#include "net/loss.h"

#include <math.h>
#include <string.h>

/* Outside of these a network is not worth calibrating. */
#define COLDEST 0.05
#define HOTTEST 20.0
#define STEPS 40 /* of golden section: the range shrinks by 0.618 each, to 1e-8 */

/* More samples do not make one number any better. */
#define SAMPLES_MOST 50000

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
static double mean_loss(const answers *all, double temperature)
{
    const double doubt = 1 / ((double)all->count + 2);
    double sum = 0;
    for (size_t i = 0; i < all->count; i++)
        sum += dg_smooth_cross_entropy(all->classes, all->logits + i * all->classes, temperature,
                                       all->labels[i], doubt);
    return sum / (double)all->count;
}

/* The loss is convex in 1/T, so it has one valley in log T: golden section finds it. */
static double best_temperature(const answers *all)
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

digit_status dg_calibrate(const dg_predictor *predictor, dg_threads threads,
                          const digit_dataset *dataset, float *temperature)
{
    answers all = {
        .classes = dg_predictor_logits(predictor),
        .labels = dataset->labels,
        .count = dg_min_size(dataset->count, SAMPLES_MOST),
    };
    *temperature = 1;
    if (all.count == 0)
        return DIGIT_OK;
    all.logits = dg_alloc(all.count * all.classes, sizeof *all.logits);
    if (!all.logits)
        return dg_fail_memory("calibration", all.count * all.classes * sizeof *all.logits);
    const digit_status status =
        dg_predictor_visit(predictor, threads, dataset->samples, all.count, copy_logits, &all);
    if (status == DIGIT_OK)
        *temperature = (float)best_temperature(&all);
    dg_free(all.logits);
    return status;
}
