/*
 * A label's alternatives without another run: the paths that come to its place, and those that go
 * on from there, are the same for all of them.
 */
#include "net/ctc_explain.h"

#include "base/number.h"
#include "net/ctc_parts.h"

#define CLASSES DG_LINE_OUTPUTS
#define BLANK   (CLASSES - 1)

/* Steps around a label where paths that don't choose it there end; what they add is far below what
 * the network can be sure of. 8 steps are nearly the height of a digit. */
#define MARGIN 8

/* Log of the share of the paths below which a step moves no mean. */
#define LEAST_SHARE (-40.0)

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

/* log of the paths that say all labels from `place` on after `step`, with `class` at `step`. */
static double leave(const dg_ctc_sums *s, uint32_t place, uint32_t step, uint32_t class)
{
    const uint32_t blank = 2 * place, next = label_at(s, place);
    if (step + 1 == s->steps)
        return next == NONE ? 0 : -INFINITY;
    const double *p = s->log_p + ((size_t)step + 1) * CLASSES;
    const double *after = s->backward + ((size_t)step + 1) * s->states;
    const double to_blank = after[blank] + p[BLANK];
    return next != NONE && next != class ? dg_log_add(to_blank, after[blank + 1] + p[next])
                                         : to_blank;
}

/* The steps between label first - 1 and label `end`, and some more. */
static void find_window(const dg_ctc_explained *e, uint32_t first, uint32_t end, uint32_t *from,
                        uint32_t *to)
{
    const double left = first > 0 ? e->at[first - 1] - MARGIN : 0;
    const double right = end < e->text.count ? e->at[end] + MARGIN : e->steps;
    *from = (uint32_t)dg_max_f64(left, 0);
    *to = dg_min_u32((uint32_t)right + 1, e->steps);
}

/* Sums over the steps of a window for a class in a place: of paths that are in the class, and of
 * all paths of the text. */
typedef struct class_sums {
    double here, all;
} class_sums;

static void add_step(class_sums *c, double arrived, double left, double log_p)
{
    c->here = dg_log_add(c->here, arrived) + log_p;
    c->all = dg_log_add(c->all, c->here + left);
}

double dg_ctc_replaced(const dg_ctc_explained *e, uint32_t first, uint32_t end, uint32_t class)
{
    const dg_ctc_sums s = dg_ctc_lay_out(e->steps, CLASSES, e->text, e->scratch);
    class_sums sums = {-INFINITY, -INFINITY};
    uint32_t from, to;
    find_window(e, first, end, &from, &to);
    for (uint32_t t = from; t < to; t++)
        add_step(&sums, arrive(&s, first, t, class), leave(&s, end, t, class),
                 s.log_p[(size_t)t * CLASSES + class]);
    return sums.all;
}

/* The same for all classes in the place of a label: they differ only from the labels beside it. */
static void replace_by_all(const dg_ctc_explained *e, const dg_ctc_sums *s, uint32_t label,
                           class_sums sums[BLANK])
{
    const uint32_t before = label_at(s, label - 1), next = label_at(s, label + 1);
    uint32_t from, to;
    find_window(e, label, label + 1, &from, &to);
    for (uint32_t c = 0; c < BLANK; c++)
        sums[c] = (class_sums){-INFINITY, -INFINITY};
    for (uint32_t t = from; t < to; t++) {
        const double arrived = arrive(s, label, t, NONE), left = leave(s, label + 1, t, NONE);
        for (uint32_t c = 0; c < BLANK; c++)
            add_step(&sums[c], c == before ? arrive(s, label, t, c) : arrived,
                     c == next ? leave(s, label + 1, t, c) : left,
                     s->log_p[(size_t)t * CLASSES + c]);
    }
}

/* log of the probability of the text without this label. */
static double without(const dg_ctc_explained *e, const dg_ctc_sums *s, uint32_t place)
{
    const uint32_t next = label_at(s, place + 1);
    double sum = -INFINITY;
    uint32_t from, to;
    if (next == NONE) {
        const double blank = forward_at(s, s->steps - 1, 2 * place);
        return place > 0 ? dg_log_add(blank, forward_at(s, s->steps - 1, 2 * place - 1)) : blank;
    }
    find_window(e, place, place + 2, &from, &to);
    for (uint32_t t = from; t < to; t++) {
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
        const double log_share = s->forward[at] + s->backward[at] - total;
        const double share = log_share > LEAST_SHARE ? exp(log_share) : 0;
        sum += share;
        steps += share * t;
    }
    return sum > 0 ? steps / sum : 0;
}

void dg_ctc_alternatives(const dg_ctc_explained *e, uint32_t label, double *log_p)
{
    const dg_ctc_sums s = dg_ctc_lay_out(e->steps, CLASSES, e->text, e->scratch);
    class_sums sums[BLANK];
    replace_by_all(e, &s, label, sums);
    for (uint32_t c = 0; c < BLANK; c++)
        log_p[c] = sums[c].all;
    log_p[BLANK] = without(e, &s, label);
}

void dg_ctc_explain(const dg_real *logits, double temperature, dg_ctc_explained *e)
{
    const dg_ctc_sums s = dg_ctc_lay_out(e->steps, CLASSES, e->text, e->scratch);
    dg_ctc_log_softmax(&s, logits, temperature);
    dg_ctc_run_forward(&s);
    dg_ctc_run_backward(&s);
    e->log_p = dg_ctc_total(&s);
    for (uint32_t i = 0; i < e->text.count; i++)
        e->at[i] = mean_step(&s, i, e->log_p);
}
