#include "net/ctc_parts.h"

#include <string.h>

static uint32_t states_of(uint32_t labels)
{
    return 2 * labels + 1;
}

size_t dg_ctc_scratch(uint32_t steps, uint32_t classes, uint32_t labels)
{
    return (size_t)steps * (classes + 2 * (size_t)states_of(labels));
}

dg_ctc_sums dg_ctc_lay_out(uint32_t steps, uint32_t classes, dg_sequence sequence, double *scratch)
{
    const uint32_t states = states_of(sequence.count);
    return (dg_ctc_sums){
        .steps = steps,
        .classes = classes,
        .states = states,
        .sequence = sequence,
        .log_p = scratch,
        .forward = scratch + (size_t)steps * classes,
        .backward = scratch + (size_t)steps * (classes + states),
    };
}

void dg_ctc_log_softmax(const dg_ctc_sums *s, const dg_real *logits, double temperature)
{
    for (uint32_t t = 0; t < s->steps; t++, logits += s->classes) {
        double *row = s->log_p + (size_t)t * s->classes, sum = 0;
        const double most = (double)logits[dg_argmax(s->classes, logits)];
        for (uint32_t c = 0; c < s->classes; c++) {
            row[c] = ((double)logits[c] - most) / temperature;
            sum += exp(row[c]);
        }
        const double log_sum = log(sum);
        for (uint32_t c = 0; c < s->classes; c++)
            row[c] -= log_sum;
    }
}

/* May a path go from state - 2 to this one? */
static bool skips(const dg_ctc_sums *s, uint32_t state)
{
    return state % 2 && state > 1 &&
           s->sequence.labels[state / 2] != s->sequence.labels[state / 2 - 1];
}

void dg_ctc_run_forward(const dg_ctc_sums *s)
{
    for (uint32_t t = 0; t < s->steps; t++) {
        const double *p = s->log_p + (size_t)t * s->classes;
        double *here = s->forward + (size_t)t * s->states;
        const double *before = here - s->states;
        for (uint32_t i = 0; i < s->states; i++) {
            double sum = t > 0 ? before[i] : i < 2 ? 0 : -INFINITY;
            if (t > 0 && i > 0)
                sum = dg_log_add(sum, before[i - 1]);
            if (t > 0 && skips(s, i))
                sum = dg_log_add(sum, before[i - 2]);
            here[i] = sum + p[dg_ctc_class_of(s, i)];
        }
    }
}

void dg_ctc_run_backward(const dg_ctc_sums *s)
{
    for (uint32_t t = s->steps; t-- > 0;) {
        double *here = s->backward + (size_t)t * s->states;
        const double *after = here + s->states, *p = s->log_p + ((size_t)t + 1) * s->classes;
        for (uint32_t i = 0; i < s->states; i++) {
            if (t + 1 == s->steps) {
                here[i] = i + 2 >= s->states ? 0 : -INFINITY;
                continue;
            }
            double sum = after[i] + p[dg_ctc_class_of(s, i)];
            if (i + 1 < s->states)
                sum = dg_log_add(sum, after[i + 1] + p[dg_ctc_class_of(s, i + 1)]);
            if (i + 2 < s->states && skips(s, i + 2))
                sum = dg_log_add(sum, after[i + 2] + p[dg_ctc_class_of(s, i + 2)]);
            here[i] = sum;
        }
    }
}

double dg_ctc_total(const dg_ctc_sums *s)
{
    const double *last = s->forward + ((size_t)s->steps - 1) * s->states;
    const double blank = last[s->states - 1];
    return s->states > 1 ? dg_log_add(blank, last[s->states - 2]) : blank;
}

double dg_ctc_loss(uint32_t steps, uint32_t classes, const dg_real *logits, double temperature,
                   dg_sequence sequence, double *scratch)
{
    const dg_ctc_sums s = dg_ctc_lay_out(steps, classes, sequence, scratch);
    dg_ctc_log_softmax(&s, logits, temperature);
    dg_ctc_run_forward(&s);
    return -dg_ctc_total(&s);
}

/* Does the most probable path begin a label at this step? *last is its class there; it was that of
 * the step before. */
static bool begins_label(uint32_t classes, const dg_real *logits, uint32_t *last)
{
    const uint32_t before = *last;
    *last = (uint32_t)dg_argmax(classes, logits);
    return *last != classes - 1 && *last != before;
}

uint32_t dg_ctc_best_path(uint32_t steps, uint32_t classes, const dg_real *logits,
                          uint8_t *labels)
{
    uint32_t count = 0, last = classes - 1;
    for (uint32_t t = 0; t < steps; t++, logits += classes)
        if (begins_label(classes, logits, &last))
            labels[count++] = (uint8_t)last;
    return count;
}

bool dg_ctc_says(uint32_t steps, uint32_t classes, const dg_real *logits, dg_sequence sequence)
{
    uint32_t count = 0, last = classes - 1;
    for (uint32_t t = 0; t < steps; t++, logits += classes) {
        if (!begins_label(classes, logits, &last))
            continue;
        if (count == sequence.count || sequence.labels[count] != last)
            return false;
        count++;
    }
    return count == sequence.count;
}

/* wanted[classes]: how much of all paths that say the sequence choose each class at step t. */
static void occupancy(const dg_ctc_sums *s, uint32_t t, double log_total, double *wanted)
{
    const double *forward = s->forward + (size_t)t * s->states;
    const double *backward = s->backward + (size_t)t * s->states;
    memset(wanted, 0, s->classes * sizeof *wanted);
    for (uint32_t i = 0; i < s->states; i++)
        wanted[dg_ctc_class_of(s, i)] += exp(forward[i] + backward[i] - log_total);
}

void dg_ctc_gradient(uint32_t steps, uint32_t classes, dg_sequence sequence, double smoothing,
                     double scale, dg_real *logits, double *scratch, dg_loss *loss)
{
    const dg_ctc_sums s = dg_ctc_lay_out(steps, classes, sequence, scratch);
    const double rest = smoothing / classes;
    dg_ctc_log_softmax(&s, logits, 1);
    dg_ctc_run_forward(&s);
    const double log_total = dg_ctc_total(&s);
    if (log_total == -INFINITY) {
        memset(logits, 0, (size_t)steps * classes * sizeof *logits);
        return;
    }
    dg_ctc_run_backward(&s);
    loss->correct += dg_ctc_says(steps, classes, logits, sequence);
    loss->sum -= (1 - smoothing) * log_total;
    for (uint32_t t = 0; t < steps; t++, logits += classes) {
        const double *log_p = s.log_p + (size_t)t * classes;
        double wanted[DG_LOGITS_MAX];
        occupancy(&s, t, log_total, wanted);
        for (uint32_t c = 0; c < classes; c++) {
            loss->sum -= rest * log_p[c];
            logits[c] = (dg_real)((exp(log_p[c]) - (1 - smoothing) * wanted[c] - rest) * scale);
        }
    }
}
