/* Confidence that means what it says: is the temperature found that made the labels? */
#include "base/fpenv.h"
#include "math/blas.h"
#include "math/vec.h"
#include "net/loss.h"
#include "train/calibrate.h"

#include "../support/numbers.h"
#include "../support/suite.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SAMPLES 3000

static uint8_t samples[SAMPLES * DIGIT_SAMPLE_BYTES], labels[SAMPLES];
static dg_real logits[SAMPLES * DIGIT_CLASSES];

static void copy(void *context, size_t first, uint32_t count, const dg_real *from)
{
    (void)context;
    memcpy(logits + first * DIGIT_CLASSES, from, count * DIGIT_CLASSES * sizeof *from);
}

/* A network of one layer, noise for samples; its logits into `logits`. */
static dg_predictor *make_predictor(void)
{
    dg_snapshot *snapshot;
    dg_predictor *predictor;
    dg_pool none = {0};
    uint64_t state = 5;
    dg_fpenv_enter();
    dg_vec_open();
    ck_assert_int_eq(dg_blas_open(), DIGIT_OK);
    ck_assert_int_eq(dg_snapshot_create("dense 10", false, &snapshot), DIGIT_OK);
    numbers_fill(4, dg_network_params(snapshot->network), 0.4, snapshot->params);
    ck_assert_int_eq(dg_predictor_create(snapshot, &predictor), DIGIT_OK);
    dg_snapshot_free(snapshot);
    for (size_t i = 0; i < sizeof samples; i++)
        samples[i] = (uint8_t)(numbers_next(&state) >> 8);
    ck_assert_int_eq(dg_predictor_visit(predictor, (dg_threads){&none, 1, NULL}, samples, SAMPLES,
                                        copy, NULL), DIGIT_OK);
    return predictor;
}

/* Labels as likely as softmax(logits / temperature) says. */
static digit_dataset *draw_labels(double temperature)
{
    digit_dataset *dataset;
    uint64_t state = 17;
    for (size_t i = 0; i < SAMPLES; i++) {
        double p[DIGIT_CLASSES], rest = numbers_unit(&state);
        dg_softmax(DIGIT_CLASSES, logits + i * DIGIT_CLASSES, temperature, p);
        labels[i] = 0;
        while (labels[i] < DIGIT_CLASSES - 1 && (rest -= p[labels[i]]) > 0)
            labels[i]++;
    }
    ck_assert_int_eq(dg_dataset_create(samples, labels, SAMPLES, &dataset), DIGIT_OK);
    return dataset;
}

/* Of labels that are trusted all but once in SAMPLES + 2 times. */
static double mean_loss(double temperature)
{
    double sum = 0;
    for (size_t i = 0; i < SAMPLES; i++)
        sum += dg_smooth_cross_entropy(DIGIT_CLASSES, logits + i * DIGIT_CLASSES, temperature,
                                       labels[i], 1.0 / (SAMPLES + 2));
    return sum / SAMPLES;
}

static const double temperatures[] = {0.3, 1, 2.5, 6};

#define TEMPERATURES (int)(sizeof temperatures / sizeof temperatures[0])

START_TEST(finds_the_temperature)
{
    dg_predictor *predictor = make_predictor();
    digit_dataset *dataset = draw_labels(temperatures[_i]);
    dg_pool pool = {0};
    float found, again;
    ck_assert_int_eq(dg_calibrate(predictor, (dg_threads){&pool, 1, NULL}, dataset, &found),
                     DIGIT_OK);
    ck_assert_int_eq(dg_calibrate(predictor, (dg_threads){&pool, 3, NULL}, dataset, &again),
                     DIGIT_OK);
    ck_assert(found == again);
    ck_assert_double_eq_tol((double)found, temperatures[_i], 0.12 * temperatures[_i]);
    const double least = mean_loss((double)found);
    for (double t = 0.05; t <= 20; t *= 1.02)
        ck_assert_double_le(least, mean_loss(t) + 1e-9);
    dg_pool_close(&pool);
    dg_dataset_free(dataset);
    dg_predictor_free(predictor);
}
END_TEST

START_TEST(of_no_samples_is_one)
{
    dg_predictor *predictor = make_predictor();
    digit_dataset *dataset;
    dg_pool none = {0};
    float found = 7;
    ck_assert_int_eq(dg_dataset_create(NULL, NULL, 0, &dataset), DIGIT_OK);
    ck_assert_int_eq(dg_calibrate(predictor, (dg_threads){&none, 1, NULL}, dataset, &found),
                     DIGIT_OK);
    ck_assert_float_eq(found, 1);
    dg_dataset_free(dataset);
    dg_predictor_free(predictor);
}
END_TEST

/* Labels that contradict the network, or that it always gets right: still a usable number. */
START_TEST(stays_within_reason)
{
    dg_predictor *predictor = make_predictor();
    digit_dataset *dataset;
    dg_pool none = {0};
    float found;
    for (size_t i = 0; i < SAMPLES; i++) {
        const int answer = dg_argmax(DIGIT_CLASSES, logits + i * DIGIT_CLASSES);
        labels[i] = (uint8_t)(_i ? answer : (answer + 1) % DIGIT_CLASSES);
    }
    ck_assert_int_eq(dg_dataset_create(samples, labels, SAMPLES, &dataset), DIGIT_OK);
    ck_assert_int_eq(dg_calibrate(predictor, (dg_threads){&none, 1, NULL}, dataset, &found),
                     DIGIT_OK);
    ck_assert_float_ge(found, 0.049f);
    ck_assert_float_le(found, 20.001f);
    dg_dataset_free(dataset);
    dg_predictor_free(predictor);
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("calibrate");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, finds_the_temperature, 0, TEMPERATURES);
    tcase_add_test(tcase, of_no_samples_is_one);
    tcase_add_loop_test(tcase, stays_within_reason, 0, 2);
    return suite_run("calibrate", tcase);
}
