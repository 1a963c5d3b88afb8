/* Our floating-point environment inside, the caller's untouched outside. */
#define _GNU_SOURCE /* feenableexcept */
#include "base/fpenv.h"

#include "../support/suite.h"
#include "../support/synthetic.h"

#include <fenv.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SSE2__)
#include <xmmintrin.h>
#else
#define _mm_getcsr() 0u
#endif

static const int roundings[] = {FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO};

#define ROUNDINGS (int)(sizeof roundings / sizeof roundings[0])

START_TEST(comes_and_goes)
{
    volatile double zero = 0, one = 1, three = 3, ten = 10, least = 2.3e-308;
    const double nearest_third = one / three, nearest_tenth = one / ten; /* down; up */
    feclearexcept(FE_ALL_EXCEPT);
    feraiseexcept(FE_OVERFLOW);
    fesetround(roundings[_i]);
    feenableexcept(FE_DIVBYZERO); /* would be SIGFPE */
    const unsigned before = _mm_getcsr();

    const dg_fpenv saved = dg_fpenv_enter();
    volatile double infinite = one / zero, flushed = least / 16;
    volatile double third = one / three, tenth = one / ten;
    dg_fpenv_leave(saved);

    ck_assert_uint_eq(_mm_getcsr(), before);
    ck_assert_int_eq(fegetexcept(), FE_DIVBYZERO);
    fedisableexcept(FE_ALL_EXCEPT);
    ck_assert_int_eq(fegetround(), roundings[_i]);
    ck_assert_int_eq(fetestexcept(FE_ALL_EXCEPT), FE_OVERFLOW);
    fesetround(FE_TONEAREST);
    ck_assert(infinite > 1e308);
    ck_assert_double_eq(third, nearest_third);
    ck_assert_double_eq(tenth, nearest_tenth);
    ck_assert_double_eq(flushed, 0);
}
END_TEST

/* ---- Through the public calls ----------------------------------------- */

enum { SAMPLES = 70 };

static uint8_t samples[SAMPLES * DIGIT_SAMPLE_BYTES], labels[SAMPLES];

static digit_model *make_model(void)
{
    digit_model_options options;
    digit_model *model;
    digit_model_options_init(&options, sizeof options);
    options.architecture = "conv 4x3 batchnorm relu maxpool 2 dense 10";
    ck_assert_int_eq(digit_model_create(&options, &model), DIGIT_OK);
    return model;
}

static int faults_seen, calls_seen, rounding_outside;

static int look(const digit_progress *progress, void *user_data)
{
    (void)progress;
    (void)user_data;
    calls_seen++;
    faults_seen += fegetround() != rounding_outside;
    return 0;
}

/* Everything that computes, in a given rounding; the model's file and its answers. */
static void run_all(int rounding, digit_prediction answers[SAMPLES], uint8_t *file, size_t *size,
                    digit_metrics *metrics)
{
    digit_dataset *dataset;
    digit_train_options options;
    rounding_outside = rounding;
    fesetround(rounding);
    feclearexcept(FE_ALL_EXCEPT);
    feraiseexcept(FE_UNDERFLOW);
    const unsigned before = _mm_getcsr();
    digit_model *model = make_model();
    ck_assert_uint_eq(_mm_getcsr(), before);
    ck_assert_int_eq(digit_dataset_create(samples, labels, SAMPLES, &dataset), DIGIT_OK);
    digit_train_options_init(&options, sizeof options);
    options.epochs = 2;
    options.validation = dataset;
    options.progress = look;
    ck_assert_int_eq(digit_model_train(model, dataset, &options), DIGIT_OK);
    ck_assert_uint_eq(_mm_getcsr(), before);
    metrics->size = sizeof *metrics;
    ck_assert_int_eq(digit_model_evaluate(model, dataset, metrics), DIGIT_OK);
    ck_assert_uint_eq(_mm_getcsr(), before);
    ck_assert_int_eq(digit_model_predict(model, samples, SAMPLES, answers), DIGIT_OK);
    ck_assert_uint_eq(_mm_getcsr(), before);
    ck_assert_int_eq(digit_model_save_memory(model, file, size), DIGIT_OK);
    digit_dataset_free(dataset);
    digit_model_free(model);
    ck_assert_uint_eq(_mm_getcsr(), before);
    ck_assert_int_eq(fegetround(), rounding);
    ck_assert_int_eq(fetestexcept(FE_ALL_EXCEPT), FE_UNDERFLOW);
    fesetround(FE_TONEAREST);
}

START_TEST(results_do_not_depend_on_the_callers_rounding)
{
    static digit_prediction plain[SAMPLES], other[SAMPLES];
    static uint8_t plain_file[1 << 17], other_file[1 << 17];
    size_t plain_size = sizeof plain_file, other_size = sizeof other_file;
    digit_metrics plain_metrics, other_metrics;
    synthetic_fill(5, SAMPLES, samples, labels);
    run_all(FE_TONEAREST, plain, plain_file, &plain_size, &plain_metrics);
    run_all(roundings[_i], other, other_file, &other_size, &other_metrics);
    ck_assert_int_gt(calls_seen, 0);
    ck_assert_int_eq(faults_seen, 0);
    ck_assert_mem_eq(plain, other, sizeof plain);
    ck_assert_mem_eq(&plain_metrics, &other_metrics, sizeof plain_metrics);
    ck_assert_uint_eq(plain_size, other_size);
    ck_assert_mem_eq(plain_file, other_file, plain_size);
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("fpenv");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, comes_and_goes, 0, ROUNDINGS);
    tcase_add_loop_test(tcase, results_do_not_depend_on_the_callers_rounding, 1, ROUNDINGS);
    return suite_run("fpenv", tcase);
}
