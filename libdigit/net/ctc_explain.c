/*
 * A label's alternatives without another run: the paths that come to its place, and those that go
 * on from there, are the same for all of them.
 */
#include "net/ctc_explain.h"

#include "net/ctc_parts.h"

#define CLASSES DG_LINE_OUTPUTS
#define BLANK   (CLASSES - 1)

/* Label `place` of the sequence, or NONE in front of the first and behind the last. */
#define NONE UINT32_MAX

static uint32_t label_at(const dg_ctc_sums *s, uint32_t place)
{
    return place < s->sequence.count ? s->sequence.labels[place] : NONE; /* 0 - 1 is large */
}

static double forward_at(const dg_ctc_sums *s, uint32_t step, uint32_t state)
{
    return s->forward[(size_t)step * s->states + state];
}

/* log of the paths that say all labels in front of `place` up to `step`, and choose `class` as
 * the next one then: they come from the blank, or from the label before if that is another. */
static double arrive(const dg_ctc_sums *s, uint32_t place, uint32_t step, uint32_t class)
{
    const uint32_t blank = 2 * place;
    if (step == 0)
        return place == 0 ? 0 : -INFINITY;
    const double from_blank = forward_at(s, step - 1, blank);
    return place > 0 && label_at(s, place - 1) != class
               ? dg_log_add(from_blank, forward_at(s, step - 1, blank - 1))
               : from_blank;
}

/* log of the paths that say all labels behind `place` from `step` + 1 on, after `class` at
 * `step`. */
static double leave(const dg_ctc_sums *s, uint32_t place, uint32_t step, uint32_t class)
{
    const uint32_t state = 2 * place + 1;
    if (step + 1 == s->steps)
        return state + 2 >= s->states ? 0 : -INFINITY;
    const double *p = s->log_p + ((size_t)step + 1) * CLASSES;
    const double *after = s->backward + ((size_t)step + 1) * s->states;
    const double to_blank = after[state + 1] + p[BLANK];
    const uint32_t next = label_at(s, place + 1);
    return next != NONE && next != class ? dg_log_add(to_blank, after[state + 2] + p[next])
                                         : to_blank;
}

/* log of the probability of the text with `class` in this place. */
static double with_class(const dg_ctc_sums *s, uint32_t place, uint32_t class)
{
    double here = -INFINITY, sum = -INFINITY;
    for (uint32_t t = 0; t < s->steps; t++) {
        here = dg_log_add(here, arrive(s, place, t, class)) + s->log_p[(size_t)t * CLASSES + class];
        sum = dg_log_add(sum, here + leave(s, place, t, class));
    }
    return sum;
}

/* log of the probability of the text without this label. */
static double without(const dg_ctc_sums *s, uint32_t place)
{
    const uint32_t next = label_at(s, place + 1);
    double sum = -INFINITY;
    if (next == NONE) {
        const double blank = forward_at(s, s->steps - 1, 2 * place);
        return place > 0 ? dg_log_add(blank, forward_at(s, s->steps - 1, 2 * place - 1)) : blank;
    }
    for (uint32_t t = 0; t < s->steps; t++) {
        const double rest = s->log_p[(size_t)t * CLASSES + next] +
                            s->backward[(size_t)t * s->states + 2 * place + 3];
        sum = dg_log_add(sum, arrive(s, place, t, next) + rest);
    }
    return sum;
}

static double mean_step(const dg_ctc_sums *s, uint32_t place, double total)
{
    double sum = 0, steps = 0;
    for (uint32_t t = 0; t < s->steps; t++) {
        const size_t at = (size_t)t * s->states + 2 * place + 1;
        const double share = exp(s->forward[at] + s->backward[at] - total);
        sum += share;
        steps += share * t;
    }
    return sum > 0 ? steps / sum : 0;
}

double dg_ctc_explain(uint32_t steps, const dg_real *logits, double temperature,
                      dg_sequence sequence, double *scratch, dg_ctc_label *labels)
{
    const dg_ctc_sums s = dg_ctc_lay_out(steps, CLASSES, sequence, scratch);
    dg_ctc_log_softmax(&s, logits, temperature);
    dg_ctc_run_forward(&s);
    dg_ctc_run_backward(&s);
    const double total = dg_ctc_total(&s);
    for (uint32_t i = 0; i < sequence.count; i++) {
        labels[i].at = mean_step(&s, i, total);
        for (uint32_t c = 0; c < BLANK; c++)
            labels[i].log_p[c] = with_class(&s, i, c);
        labels[i].log_p[BLANK] = without(&s, i);
    }
    return total;
}
