/* Answers: the same bits for any batching, any number of threads, any company. */
#include "base/fpenv.h"
#include "math/blas.h"
#include "math/vec.h"
#include "net/predict.h"
#include "train/evaluate.h"

#include "../support/numbers.h"
#include "../support/suite.h"
#include "../support/synthetic.h"

#include <math.h>
#include <pthread.h>
#include <string.h>

#define SAMPLES 130

static const char *const architectures[] = {
    "keras",
    "conv 8x3 same batchnorm relu avgpool 2 conv 16x3 stride 2 relu dropout 25 dense 33 relu "
    "dense 10",
    "dense 100 relu dense 10",
    "conv 8x3 relu maxpool 2 dense 10 other 1",
};

#define KNOWS_OTHER 3 /* of these */

#define ARCHITECTURES (int)(sizeof architectures / sizeof architectures[0])

static uint8_t samples[SAMPLES * DIGIT_SAMPLE_BYTES], labels[SAMPLES];
static digit_prediction plain[SAMPLES], other[SAMPLES];
static dg_pool pool;

static dg_predictor *make_predictor(int index)
{
    dg_snapshot *snapshot;
    dg_predictor *predictor;
    dg_fpenv_enter();
    dg_vec_open();
    ck_assert_int_eq(dg_blas_open(), DIGIT_OK);
    ck_assert_int_eq(dg_snapshot_create(architectures[index], false, &snapshot), DIGIT_OK);
    dg_network_init(snapshot->network, 2, snapshot->params);
    ck_assert_int_eq(dg_predictor_create(snapshot, &predictor), DIGIT_OK);
    dg_snapshot_free(snapshot);
    synthetic_fill(1, SAMPLES, samples, labels);
    ck_assert_int_eq(dg_predictor_run(predictor, (dg_threads){&pool, 1, NULL}, samples, SAMPLES,
                                      plain), DIGIT_OK);
    return predictor;
}

static void predict_in(const dg_predictor *predictor, uint32_t threads, size_t batch)
{
    memset(other, 0xA5, sizeof other);
    for (size_t first = 0; first < SAMPLES; first += batch) {
        const size_t left = SAMPLES - first, count = left < batch ? left : batch;
        ck_assert_int_eq(dg_predictor_run(predictor, (dg_threads){&pool, threads, NULL},
                                          samples + first * DIGIT_SAMPLE_BYTES, count,
                                          other + first), DIGIT_OK);
    }
    ck_assert_mem_eq(plain, other, sizeof plain);
}

START_TEST(bits_depend_on_nothing)
{
    static const struct {
        size_t batch;
        uint32_t threads;
    } ways[] = {{1, 1},  {2, 2},  {7, 3},       {8, 8},       {9, 1},      {9, 2},
                {64, 2}, {64, 3}, {SAMPLES, 2}, {SAMPLES, 3}, {SAMPLES, 8}};
    dg_predictor *predictor = make_predictor(_i);
    for (size_t w = 0; w < sizeof ways / sizeof ways[0]; w++)
        predict_in(predictor, ways[w].threads, ways[w].batch);
    dg_pool_close(&pool);
    dg_predictor_free(predictor);
}
END_TEST

static void *predict_often(void *argument)
{
    const dg_predictor *predictor = argument;
    size_t wrong = 0;
    dg_fpenv_enter();
    for (uint32_t i = 0; i < 8; i++) {
        digit_prediction answers[20];
        const size_t first = 13 * i;
        dg_predictor_run(predictor, (dg_threads){&pool, 1 + i % 3, NULL},
                         samples + first * DIGIT_SAMPLE_BYTES, 20, answers);
        wrong += memcmp(answers, plain + first, sizeof answers) != 0;
    }
    return (void *)wrong;
}

START_TEST(many_may_ask_at_once)
{
    enum { CALLERS = 8 };
    dg_predictor *predictor = make_predictor(_i);
    pthread_t callers[CALLERS];
    for (int i = 0; i < CALLERS; i++)
        ck_assert_int_eq(pthread_create(&callers[i], NULL, predict_often, predictor), 0);
    for (int i = 0; i < CALLERS; i++) {
        void *wrong;
        pthread_join(callers[i], &wrong);
        ck_assert_ptr_null(wrong);
    }
    dg_pool_close(&pool);
    dg_predictor_free(predictor);
}
END_TEST

static void check_answer(const digit_prediction *p)
{
    double sum = 0;
    ck_assert(p->digit >= 0 && p->digit < DIGIT_CLASSES);
    for (int c = 0; c < DIGIT_CLASSES; c++) {
        ck_assert(p->probabilities[c] >= 0 && p->probabilities[c] <= 1);
        ck_assert(p->probabilities[c] <= p->probabilities[p->digit]);
        sum += (double)p->probabilities[c];
    }
    ck_assert_double_eq_tol(sum, 1, 1e-6);
    ck_assert_float_eq(p->confidence,
                       (float)((double)p->probabilities[p->digit] * (1 - (double)p->other)));
}

START_TEST(answers_make_sense)
{
    dg_predictor *predictor = make_predictor(_i);
    for (int i = 0; i < SAMPLES; i++) {
        check_answer(&plain[i]);
        ck_assert_uint_eq(plain[i].flags, 0);
        ck_assert_float_ge(plain[i].other, 0);
        ck_assert(_i == KNOWS_OTHER ? plain[i].other > 0 : plain[i].other == 0);
    }
    digit_prediction blank;
    const uint8_t none[DIGIT_SAMPLE_BYTES] = {0};
    ck_assert_int_eq(dg_predictor_run(predictor, (dg_threads){&pool, 1, NULL}, none, 1,
                                      &blank), DIGIT_OK);
    check_answer(&blank);
    ck_assert_uint_eq(blank.flags, DIGIT_FLAG_BLANK);
    ck_assert_float_eq(blank.other, 1);
    ck_assert_float_eq(blank.confidence, 0);
    dg_predictor_free(predictor);
}
END_TEST

/* Any finite weights may be in a file: answers stay within their bounds. */
START_TEST(huge_weights_give_no_nan)
{
    dg_snapshot *snapshot;
    dg_predictor *predictor = make_predictor(_i);
    dg_predictor_free(predictor);
    ck_assert_int_eq(dg_snapshot_create(architectures[_i], false, &snapshot), DIGIT_OK);
    numbers_fill(3, dg_network_params(snapshot->network), 3e38, snapshot->params);
    for (size_t t = 0; t < dg_network_tensor_count(snapshot->network); t++) {
        const dg_tensor tensor = dg_network_tensor(snapshot->network, t);
        for (uint64_t i = 0; tensor.role == DG_ROLE_VARIANCE && i < tensor.count; i++)
            snapshot->params[tensor.at + i] = 1;
    }
    ck_assert_int_eq(dg_predictor_create(snapshot, &predictor), DIGIT_OK);
    ck_assert_int_eq(dg_predictor_run(predictor, (dg_threads){&pool, 1, NULL}, samples, 20,
                                      other), DIGIT_OK);
    for (int i = 0; i < 20; i++)
        check_answer(&other[i]);
    dg_predictor_free(predictor);
    dg_snapshot_free(snapshot);
}
END_TEST

/* Counted by hand from the answers; the same sum for any number of threads. */
START_TEST(evaluation_counts)
{
    dg_predictor *predictor = make_predictor(_i);
    digit_dataset *dataset = synthetic_dataset(1, SAMPLES);
    digit_metrics metrics = {.size = sizeof metrics}, again = metrics;
    uint64_t confusion[DIGIT_CLASSES][DIGIT_CLASSES] = {{0}}, correct = 0;
    double loss = 0;
    for (int i = 0; i < SAMPLES; i++) {
        confusion[labels[i]][plain[i].digit]++;
        correct += plain[i].digit == labels[i];
        loss -= log((double)plain[i].probabilities[labels[i]] * (1 - (double)plain[i].other)) /
                SAMPLES;
    }
    ck_assert_int_eq(dg_evaluate(predictor, (dg_threads){&pool, 1, NULL}, dataset, &metrics),
                     DIGIT_OK);
    ck_assert_uint_eq(metrics.count, SAMPLES);
    ck_assert_uint_eq(metrics.correct, correct);
    ck_assert_mem_eq(metrics.confusion, confusion, sizeof confusion);
    ck_assert_double_eq_tol(metrics.loss, loss, 1e-5);
    for (uint32_t threads = 2; threads < 5; threads++) {
        ck_assert_int_eq(dg_evaluate(predictor, (dg_threads){&pool, threads, NULL}, dataset,
                                     &again), DIGIT_OK);
        ck_assert_mem_eq(&metrics, &again, sizeof metrics);
    }
    dg_dataset_free(dataset);
    dg_pool_close(&pool);
    dg_predictor_free(predictor);
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("predict");
    tcase_set_timeout(tcase, 120);
    tcase_add_loop_test(tcase, bits_depend_on_nothing, 0, ARCHITECTURES);
    tcase_add_loop_test(tcase, many_may_ask_at_once, 0, ARCHITECTURES);
    tcase_add_loop_test(tcase, answers_make_sense, 0, ARCHITECTURES);
    tcase_add_loop_test(tcase, huge_weights_give_no_nan, 0, ARCHITECTURES);
    tcase_add_loop_test(tcase, evaluation_counts, 0, ARCHITECTURES);
    return suite_run("predict", tcase);
}
