#include "net/loss.h"

#include <math.h>

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

double dg_cross_entropy(const dg_real logits[DIGIT_CLASSES], double temperature, int label)
{
    double e[DIGIT_CLASSES];
    const double sum = exponentials(logits, temperature, e);
    const double most = (double)logits[dg_argmax(logits)];
    return log(sum) - ((double)logits[label] - most) / temperature;
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
