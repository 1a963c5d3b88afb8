/* CTC against the definition: the sum over all paths; and its gradient. */
#include "net/ctc.h"

#include "../support/numbers.h"
#include "../support/suite.h"
#include "gradient.h"

#include <stdbool.h>
#include <string.h>

#define STEPS 6
#define CLASSES 4 /* three labels and the blank */
#define LABELS_MOST 5

static const struct {
    const char *text;
    double smoothing;
} cases[] = {{"", 0},    {"0", 0},    {"2", 0.1},  {"01", 0},    {"00", 0},
             {"012", 0}, {"0110", 0}, {"000", 0.2}, {"21012", 0}, {"11", 0.5}};

#define CASES (int)(sizeof cases / sizeof cases[0])

typedef struct line {
    dg_real logits[STEPS * CLASSES];
    uint8_t labels[LABELS_MOST];
    dg_sequence sequence;
    double smoothing, temperature;
    uint32_t steps;
} line;

static line make(int index, uint32_t steps)
{
    line l = {.smoothing = cases[index].smoothing, .temperature = 1, .steps = steps};
    l.sequence.count = (uint32_t)strlen(cases[index].text);
    for (uint32_t i = 0; i < l.sequence.count; i++)
        l.labels[i] = (uint8_t)(cases[index].text[i] - '0');
    numbers_fill((uint64_t)index, STEPS * CLASSES, 2, l.logits);
    return l;
}

static double log_p(const line *l, uint32_t step, uint32_t class)
{
    return -dg_cross_entropy(CLASSES, l->logits + step * CLASSES, l->temperature, (int)class);
}

/* Does path number `path` (a digit in base CLASSES a step) say the sequence? */
static bool path_says(const line *l, uint32_t path, double *log_probability)
{
    uint32_t count = 0, last = CLASSES - 1;
    *log_probability = 0;
    for (uint32_t t = 0; t < l->steps; t++, path /= CLASSES) {
        const uint32_t class = path % CLASSES;
        *log_probability += log_p(l, t, class);
        if (class != CLASSES - 1 && class != last) {
            if (count == l->sequence.count || l->labels[count] != class)
                return false;
            count++;
        }
        last = class;
    }
    return count == l->sequence.count;
}

static double naive_probability(const line *l)
{
    double sum = 0, log_probability;
    uint32_t paths = 1;
    for (uint32_t t = 0; t < l->steps; t++)
        paths *= CLASSES;
    for (uint32_t path = 0; path < paths; path++)
        if (path_says(l, path, &log_probability))
            sum += exp(log_probability);
    return sum;
}

static double loss_of(line *l)
{
    double scratch[STEPS * (CLASSES + 2 * (2 * LABELS_MOST + 1))];
    ck_assert_uint_ge(sizeof scratch / sizeof *scratch,
                      dg_ctc_scratch(l->steps, CLASSES, l->sequence.count));
    l->sequence.labels = l->labels;
    return dg_ctc_loss(l->steps, CLASSES, l->logits, l->temperature, l->sequence, scratch);
}

START_TEST(is_the_sum_over_all_paths)
{
    static const double temperatures[] = {1, 0.5, 3};
    for (uint32_t steps = 1; steps <= STEPS; steps++)
        for (int t = 0; t < 3; t++) {
            line l = make(_i, steps);
            l.temperature = temperatures[t];
            const double expected = naive_probability(&l), found = exp(-loss_of(&l));
            ck_assert_double_eq_tol(found, expected, 1e-12);
        }
}
END_TEST

START_TEST(texts_share_all_probability)
{
    double sum = 0;
    for (uint32_t code = 0; code < 256; code++) { /* four labels in base 4, 3 is none */
        line l = make(1, 4);
        bool ended = false, plain = true;
        l.sequence.count = 0;
        for (uint32_t i = 0, rest = code; i < 4; i++, rest /= 4) {
            const uint32_t label = rest % 4;
            plain = plain && !(ended && label != 3);
            ended = ended || label == 3;
            if (label != 3)
                l.labels[l.sequence.count++] = (uint8_t)label;
        }
        if (plain)
            sum += exp(-loss_of(&l));
    }
    ck_assert_double_eq_tol(sum, 1, 1e-12);
}
END_TEST

/* What dg_ctc_gradient() says it adds up. */
static double smooth_loss(void *context)
{
    line *l = context;
    double loss = (1 - l->smoothing) * loss_of(l);
    for (uint32_t t = 0; t < l->steps; t++)
        for (uint32_t c = 0; c < CLASSES; c++)
            loss -= l->smoothing / CLASSES * log_p(l, t, c);
    return loss;
}

START_TEST(follows_the_gradient)
{
    double scratch[STEPS * (CLASSES + 2 * (2 * LABELS_MOST + 1))];
    for (uint32_t steps = 1; steps <= STEPS; steps++) {
        line l = make(_i, steps);
        dg_real slope[STEPS * CLASSES];
        dg_loss loss = {.sum = 7};
        memcpy(slope, l.logits, sizeof slope);
        l.sequence.labels = l.labels;
        dg_ctc_gradient(steps, CLASSES, l.sequence, l.smoothing, 1, slope, scratch, &loss);
        if (isinf(loss_of(&l))) {
            ck_assert_double_eq(loss.sum, 7);
            for (uint32_t i = 0; i < steps * CLASSES; i++)
                ck_assert_double_eq(slope[i], 0);
            continue;
        }
        ck_assert_double_eq_tol(loss.sum - 7, smooth_loss(&l), 1e-12);
        check_gradients(smooth_loss, &l, steps * CLASSES, l.logits, slope, "logit");
        dg_ctc_gradient(steps, CLASSES, l.sequence, l.smoothing, 0.25, l.logits, scratch, &loss);
        for (uint32_t i = 0; i < steps * CLASSES; i++)
            ck_assert_double_eq_tol(l.logits[i], slope[i] / 4, 1e-15);
    }
}
END_TEST

/* Two equal labels want a blank between. */
START_TEST(knows_what_is_impossible)
{
    static const struct {
        int index;
        uint32_t steps;
    } few[] = {{3, 1}, {4, 2}, {5, 2}, {6, 4}, {7, 4}, {8, 4}};
    for (size_t i = 0; i < sizeof few / sizeof few[0]; i++) {
        line l = make(few[i].index, few[i].steps);
        ck_assert(isinf(loss_of(&l)));
        l = make(few[i].index, few[i].steps + 1);
        ck_assert(isfinite(loss_of(&l)));
    }
}
END_TEST

/* Far from what exp() can hold. */
START_TEST(stays_finite)
{
    enum { LONG = 400, MOST = 100 };
    static dg_real logits[LONG * CLASSES];
    static double scratch[LONG * (CLASSES + 2 * (2 * MOST + 1))];
    uint8_t labels[MOST];
    dg_loss loss = {0};
    for (int i = 0; i < MOST; i++)
        labels[i] = (uint8_t)(i % 3);
    numbers_fill(1, LONG * CLASSES, 100, logits);
    const dg_sequence sequence = {labels, MOST};
    const double alone = dg_ctc_loss(LONG, CLASSES, logits, 1, sequence, scratch);
    ck_assert(isfinite(alone) && alone > 1000);
    dg_ctc_gradient(LONG, CLASSES, sequence, 0, 1, logits, scratch, &loss);
    ck_assert_double_eq_tol(loss.sum, alone, 1e-9 * alone);
    for (int t = 0; t < LONG; t++) {
        double sum = 0;
        for (int c = 0; c < CLASSES; c++) {
            ck_assert(fabs(logits[t * CLASSES + c]) <= 1 + 1e-9);
            sum += logits[t * CLASSES + c];
        }
        ck_assert_double_eq_tol(sum, 0, 1e-9);
    }
}
END_TEST

START_TEST(follows_the_best_path)
{
    static const struct {
        const char *path, *says; /* 3 is the blank */
    } paths[] = {{"333333", ""},   {"300033", "0"},  {"030303", "000"}, {"001122", "012"},
                 {"012012", "012012"}, {"113311", "11"}, {"222223", "2"},   {"330000", "0"}};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        dg_real logits[STEPS * CLASSES] = {0};
        uint8_t labels[STEPS];
        char text[STEPS + 1] = "";
        for (int t = 0; t < STEPS; t++)
            logits[t * CLASSES + paths[i].path[t] - '0'] = 1;
        const uint32_t count = dg_ctc_best_path(STEPS, CLASSES, logits, labels);
        for (uint32_t k = 0; k < count; k++)
            text[k] = (char)('0' + labels[k]);
        ck_assert_str_eq(text, paths[i].says);
    }
}
END_TEST

/* A line is right if its most probable path says all of the sequence, and no more. */
START_TEST(counts_right_lines)
{
    static const struct {
        const char *path, *wanted;
        uint64_t right;
    } lines[] = {{"301333", "01", 1}, {"301333", "0", 0}, {"301333", "012", 0},
                 {"301333", "02", 0}, {"333333", "", 1},  {"303033", "00", 1}};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        double scratch[STEPS * (CLASSES + 2 * (2 * LABELS_MOST + 1))];
        dg_real logits[STEPS * CLASSES] = {0};
        uint8_t labels[STEPS];
        dg_loss loss = {0};
        const uint32_t count = (uint32_t)strlen(lines[i].wanted);
        for (int t = 0; t < STEPS; t++)
            logits[t * CLASSES + lines[i].path[t] - '0'] = 1;
        for (uint32_t k = 0; k < count && k < STEPS; k++)
            labels[k] = (uint8_t)(lines[i].wanted[k] - '0');
        dg_ctc_gradient(STEPS, CLASSES, (dg_sequence){labels, count}, 0, 1, logits, scratch,
                        &loss);
        ck_assert_uint_eq(loss.correct, lines[i].right);
    }
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("ctc");
    tcase_add_loop_test(tcase, is_the_sum_over_all_paths, 0, CASES);
    tcase_add_test(tcase, texts_share_all_probability);
    tcase_add_loop_test(tcase, follows_the_gradient, 0, CASES);
    tcase_add_test(tcase, knows_what_is_impossible);
    tcase_add_test(tcase, stays_finite);
    tcase_add_test(tcase, follows_the_best_path);
    tcase_add_test(tcase, counts_right_lines);
    return suite_run("ctc", tcase);
}
