#include "net/loss.h"

#include <math.h>

#define LOGIT_MOST ((dg_real)1e30)

void dg_logits_tame(size_t count, dg_real *logits)
{
    for (size_t i = 0; i < count; i++) {
        const dg_real x = logits[i];
        logits[i] = x >= -LOGIT_MOST ? (x <= LOGIT_MOST ? x : LOGIT_MOST) : -LOGIT_MOST;
    }
}

int dg_argmax(const dg_real *values)
{
    int best = 0;
    for (int c = 1; c < DIGIT_CLASSES; c++)
        if (values[c] > values[best])
            best = c;
    return best;
}

/* exp of each logit less the largest, so that nothing overflows; returns their sum. */
static double exponentials(const dg_real *logits, double temperature, double *e)
{
    const double most = (double)logits[dg_argmax(logits)];
    double sum = 0;
    for (int c = 0; c < DIGIT_CLASSES; c++) {
        e[c] = exp(((double)logits[c] - most) / temperature);
        sum += e[c];
    }
    return sum;
}

void dg_softmax(const dg_real logits[DIGIT_CLASSES], double temperature,
                double probabilities[DIGIT_CLASSES])
{
    const double sum = exponentials(logits, temperature, probabilities);
    for (int c = 0; c < DIGIT_CLASSES; c++)
        probabilities[c] /= sum;
}

double dg_smooth_cross_entropy(const dg_real logits[DIGIT_CLASSES], double temperature, int label,
                               double smoothing)
{
    double e[DIGIT_CLASSES], mean = 0;
    const double sum = exponentials(logits, temperature, e);
    const double most = (double)logits[dg_argmax(logits)];
    for (int c = 0; c < DIGIT_CLASSES; c++)
        mean += (double)logits[c] / DIGIT_CLASSES;
    const double target = (1 - smoothing) * (double)logits[label] + smoothing * mean;
    return log(sum) - (target - most) / temperature;
}

double dg_cross_entropy(const dg_real logits[DIGIT_CLASSES], double temperature, int label)
{
    return dg_smooth_cross_entropy(logits, temperature, label, 0);
}

void dg_loss_gradient(uint32_t count, const uint8_t *labels, double smoothing, double scale,
                      dg_real *logits, dg_loss *loss)
{
    const double rest = smoothing / DIGIT_CLASSES;
    for (uint32_t i = 0; i < count; i++, logits += DIGIT_CLASSES) {
        double p[DIGIT_CLASSES];
        const int label = labels[i], answer = dg_argmax(logits);
        const double most = (double)logits[answer];
        const double sum = exponentials(logits, 1, p), log_sum = log(sum);
        loss->correct += answer == label;
        for (int c = 0; c < DIGIT_CLASSES; c++) {
            const double target = rest + (c == label ? 1 - smoothing : 0);
            loss->sum += target * (log_sum - ((double)logits[c] - most));
            logits[c] = (dg_real)((p[c] / sum - target) * scale);
        }
    }
}
