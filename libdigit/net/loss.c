#include "net/loss.h"

#include "base/number.h"

#include <math.h>

#define LOGIT_MOST ((dg_real)1e30)

void dg_logits_tame(size_t count, dg_real *logits)
{
    for (size_t i = 0; i < count; i++) {
        const dg_real x = logits[i];
        logits[i] = x >= -LOGIT_MOST ? (x <= LOGIT_MOST ? x : LOGIT_MOST) : -LOGIT_MOST;
    }
}

int dg_argmax(uint32_t count, const dg_real *values)
{
    uint32_t best = 0;
    for (uint32_t c = 1; c < count; c++)
        if (values[c] > values[best])
            best = c;
    return (int)best;
}

static double largest(uint32_t classes, const dg_real *logits)
{
    return (double)logits[dg_argmax(classes, logits)];
}

/* exp of each logit less the largest, so that nothing overflows; returns their sum. */
static double exponentials(uint32_t classes, const dg_real *logits, double temperature, double *e)
{
    const double most = largest(classes, logits);
    double sum = 0;
    for (uint32_t c = 0; c < classes; c++) {
        e[c] = exp(((double)logits[c] - most) / temperature);
        sum += e[c];
    }
    return sum;
}

void dg_softmax(uint32_t classes, const dg_real *logits, double temperature, double *probabilities)
{
    const double sum = exponentials(classes, logits, temperature, probabilities);
    for (uint32_t c = 0; c < classes; c++)
        probabilities[c] /= sum;
}

double dg_smooth_cross_entropy(uint32_t classes, const dg_real *logits, double temperature,
                               int label, double smoothing)
{
    double e[DG_LOGITS_MAX], mean = 0;
    const double sum = exponentials(classes, logits, temperature, e);
    for (uint32_t c = 0; c < classes; c++)
        mean += (double)logits[c] / classes;
    const double target = (1 - smoothing) * (double)logits[label] + smoothing * mean;
    return log(sum) - (target - largest(classes, logits)) / temperature;
}

double dg_cross_entropy(uint32_t classes, const dg_real *logits, double temperature, int label)
{
    return dg_smooth_cross_entropy(classes, logits, temperature, label, 0);
}

/* What is wanted of a sample: wanted[classes]. */
static void lay_target(const dg_targets *targets, uint32_t index, uint32_t classes, double *wanted)
{
    const float *soft = targets->soft ? targets->soft + (size_t)index * classes : NULL;
    const double hard = soft ? 1 - targets->share : 1;
    const uint32_t label = targets->labels[index];
    const double rest = targets->smoothing / classes;
    for (uint32_t c = 0; c < classes; c++) {
        const double target = rest + (c == label ? 1 - targets->smoothing : 0);
        wanted[c] = hard * target + (soft ? targets->share * (double)soft[c] : 0);
    }
}

void dg_loss_gradient(uint32_t count, uint32_t classes, const dg_targets *targets, double scale,
                      dg_real *logits, dg_loss *loss)
{
    for (uint32_t i = 0; i < count; i++, logits += classes) {
        double p[DG_LOGITS_MAX], wanted[DG_LOGITS_MAX];
        const double most = largest(classes, logits);
        const double sum = exponentials(classes, logits, 1, p), log_sum = log(sum);
        lay_target(targets, i, classes, wanted);
        loss->correct += (uint32_t)dg_argmax(classes, logits) == targets->labels[i];
        for (uint32_t c = 0; c < classes; c++) {
            loss->sum += wanted[c] * (log_sum - ((double)logits[c] - most));
            logits[c] = (dg_real)((p[c] / sum - wanted[c]) * scale);
        }
    }
}
