/* Softmax and cross-entropy against the definitions in long double. */
#include "net/loss.h"

#include "../support/numbers.h"
#include "../support/suite.h"

#include <math.h>
#include <string.h>

static const struct {
    double spread; /* of the logits */
    double temperature;
} cases[] = {{1, 1}, {10, 1}, {100, 1}, {1e4, 1}, {1e30, 1}, {10, 0.05}, {10, 20}, {0, 1}};

#define CASES (int)(sizeof cases / sizeof cases[0])

/* Set before each test: without the reject class, with it, and as many as can be. */
static uint32_t classes;

static void ten(void)
{
    classes = DIGIT_CLASSES;
}

static void eleven(void)
{
    classes = DG_LABEL_OTHER + 1;
}

static void all(void)
{
    classes = DG_LOGITS_MAX;
}

/* log of the softmax, by shifted sums */
static long double naive_log(const dg_real *logits, double temperature, uint32_t class)
{
    long double most = -INFINITY, sum = 0;
    for (uint32_t c = 0; c < classes; c++)
        most = fmaxl(most, (long double)logits[c]);
    for (uint32_t c = 0; c < classes; c++)
        sum += expl(((long double)logits[c] - most) / (long double)temperature);
    return ((long double)logits[class] - most) / (long double)temperature - logl(sum);
}

START_TEST(softmax_is_a_distribution)
{
    for (uint64_t seed = 0; seed < 100; seed++) {
        dg_real logits[DG_LOGITS_MAX];
        double p[DG_LOGITS_MAX], sum = 0;
        numbers_fill(seed, classes, cases[_i].spread, logits);
        dg_softmax(classes, logits, cases[_i].temperature, p);
        for (uint32_t c = 0; c < classes; c++) {
            const double expected = (double)expl(naive_log(logits, cases[_i].temperature, c));
            ck_assert_double_eq_tol(p[c], expected, 1e-12);
            sum += p[c];
        }
        ck_assert_double_eq_tol(sum, 1, 1e-12);
    }
}
END_TEST

START_TEST(cross_entropy_is_minus_the_log)
{
    for (uint64_t seed = 0; seed < 100; seed++) {
        dg_real logits[DG_LOGITS_MAX];
        numbers_fill(seed, classes, cases[_i].spread, logits);
        for (uint32_t c = 0; c < classes; c++) {
            const double expected = (double)-naive_log(logits, cases[_i].temperature, c);
            const double found = dg_cross_entropy(classes, logits, cases[_i].temperature, (int)c);
            if (!(found >= 0 && fabs(found - expected) <= 1e-12 * fmax(1, expected)))
                ck_abort_msg("%.17g, not %.17g", found, expected);
        }
    }
}
END_TEST

static double target_of(uint32_t class, uint32_t label, double smoothing)
{
    return smoothing / classes + (class == label ? 1 - smoothing : 0);
}

/* sum over classes of target * -log p, its slope p - target. */
START_TEST(gradient_is_answer_minus_target)
{
    enum { SAMPLES = 33 };
    const double smoothing = _i % 2 ? 0.2 : 0, scale = 1.0 / 7, share = _i % 3 ? 0.4 : 0;
    float soft[SAMPLES * DG_LOGITS_MAX];
    dg_real logits[SAMPLES * DG_LOGITS_MAX], before[SAMPLES * DG_LOGITS_MAX];
    uint8_t labels[SAMPLES];
    dg_loss found = {.sum = 3, .correct = 5};
    double sum = 3;
    uint64_t correct = 5;
    numbers_fill(_i, SAMPLES * classes, cases[_i].spread, logits);
    memcpy(before, logits, sizeof before);
    for (int s = 0; s < SAMPLES; s++)
        labels[s] = (uint8_t)(7 * (uint32_t)s % classes);
    for (uint32_t i = 0; i < SAMPLES * classes; i++)
        soft[i] = i % classes == 3 ? 0.75f : 0.25f / (float)(classes - 1);
    const dg_targets targets = {labels, smoothing, share > 0 ? soft : NULL, share};
    dg_loss_gradient(SAMPLES, classes, &targets, scale, logits, &found);
    for (int s = 0; s < SAMPLES; s++) {
        const dg_real *sample = before + (uint32_t)s * classes;
        correct += dg_argmax(classes, sample) == labels[s];
        for (uint32_t c = 0; c < classes; c++) {
            const double log_p = (double)naive_log(sample, 1, c);
            const double target = (1 - share) * target_of(c, labels[s], smoothing) +
                                  share * (double)soft[(uint32_t)s * classes + c];
            sum -= target * log_p;
            ck_assert_double_eq_tol((double)logits[(uint32_t)s * classes + c],
                                    (exp(log_p) - target) * scale, 1e-7);
        }
    }
    ck_assert_uint_eq(found.correct, correct);
    ck_assert_double_eq_tol(found.sum, sum, 1e-9 * fmax(1, sum));
}
END_TEST

/* Divergence must not look like a result. */
START_TEST(passes_on_what_is_not_finite)
{
    static const dg_real bad[] = {NAN, INFINITY, -INFINITY};
    const uint8_t label = 4;
    for (int at = 0; at < DIGIT_CLASSES; at++) {
        dg_real logits[DIGIT_CLASSES] = {0};
        dg_loss found = {0};
        logits[at] = bad[_i];
        dg_loss_gradient(1, DIGIT_CLASSES, &(dg_targets){.labels = &label}, 1, logits, &found);
        ck_assert_msg(!isfinite(found.sum), "%g at %d: loss %g", (double)bad[_i], at, found.sum);
    }
}
END_TEST

START_TEST(argmax_takes_the_first_of_equals)
{
    dg_real values[DIGIT_CLASSES] = {0};
    ck_assert_int_eq(dg_argmax(DIGIT_CLASSES, values), 0);
    for (int c = 0; c < DIGIT_CLASSES; c++) {
        for (int i = 0; i < DIGIT_CLASSES; i++)
            values[i] = i < c ? -1 : 2;
        ck_assert_int_eq(dg_argmax(DIGIT_CLASSES, values), c);
    }
}
END_TEST

int main(void)
{
    void (*const set_ups[])(void) = {ten, eleven, all};
    int failed = 0;
    for (int i = 0; i < 3; i++) {
        TCase *tcase = tcase_create("loss");
        tcase_add_unchecked_fixture(tcase, set_ups[i], NULL);
        tcase_add_loop_test(tcase, softmax_is_a_distribution, 0, CASES);
        tcase_add_loop_test(tcase, cross_entropy_is_minus_the_log, 0, CASES);
        tcase_add_loop_test(tcase, gradient_is_answer_minus_target, 0, CASES);
        tcase_add_loop_test(tcase, passes_on_what_is_not_finite, 0, 3);
        tcase_add_test(tcase, argmax_takes_the_first_of_equals);
        failed |= suite_run("loss", tcase);
    }
    return failed;
}
