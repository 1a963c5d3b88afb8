/* The training loop: it learns, the same for any number of threads, and stops as it should. */
#include "base/error.h"
#include "data/other.h"
#include "net/predict.h"

#include "../support/suite.h"
#include "../support/synthetic.h"
#include "training.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PLAIN "conv 6x3 relu maxpool 2 dense 16 relu dense 10"
#define NORMAL "conv 6x3 batchnorm relu maxpool 3 dropout 25 dense 16 batchnorm relu dense 10"

/* ---- Learning --------------------------------------------------------- */

typedef struct history {
    uint32_t calls, stop_after; /* epochs; 0: never */
    double loss[32], accuracy[32];
    digit_progress last;
} history;

static int note(const digit_progress *progress, void *user_data)
{
    history *h = user_data;
    if (progress->samples_done < progress->samples_total)
        return 0; /* a machine that slow */
    h->loss[h->calls] = progress->loss;
    h->accuracy[h->calls] = progress->accuracy;
    h->last = *progress;
    return ++h->calls == h->stop_after;
}

#define KNOWS_OTHER "conv 8x3 relu maxpool 2 dense 10 other 1"

static const char *const learners[] = {PLAIN, NORMAL, "dense 10", "avgpool 2 dense 10",
                                       KNOWS_OTHER, "conv 4x5 same stride 3 relu dense 10"};

#define LEARNERS (int)(sizeof learners / sizeof learners[0])

START_TEST(loss_falls)
{
    digit_dataset *dataset = synthetic_dataset(1, 500), *unseen = synthetic_dataset(2, 200);
    history h = {0};
    training t;
    training_begin(&t, learners[_i], dataset, 2);
    t.options.epochs = 12;
    t.options.batch = 32;
    t.options.learning_rate = 0.005f;
    t.options.validation = unseen;
    t.options.progress = note;
    t.options.user_data = &h;
    ck_assert_int_eq(training_run(&t), DIGIT_OK);
    const digit_metrics metrics = training_judge(&t, unseen);
    ck_assert_uint_eq(h.calls, 12);
    ck_assert_uint_eq(h.last.epoch, 12);
    ck_assert_uint_eq(h.last.epochs, 12);
    ck_assert_uint_eq(h.last.samples_total, 500);
    ck_assert_double_ge(h.last.seconds, 0);
    ck_assert_double_lt(h.loss[11], h.loss[0] / 2);
    ck_assert_double_gt(h.accuracy[11], h.accuracy[0]);
    ck_assert_double_gt((double)metrics.correct / (double)metrics.count, 0.95);
    ck_assert_double_eq(h.last.validation_accuracy,
                        (double)metrics.correct / (double)metrics.count);
    training_end(&t);
    dg_dataset_free(unseen);
    dg_dataset_free(dataset);
}
END_TEST

static double mean_other(const training *t, const uint8_t *pictures, size_t count)
{
    digit_prediction answers[200];
    dg_predictor *predictor;
    dg_pool none = {0};
    double sum = 0;
    ck_assert_int_eq(dg_predictor_create(t->snapshot, &predictor), DIGIT_OK);
    ck_assert_int_eq(dg_predictor_run(predictor, (dg_threads){&none, 1, NULL}, pictures, count,
                                      answers), DIGIT_OK);
    for (size_t i = 0; i < count; i++)
        sum += (double)answers[i].other / (double)count;
    dg_predictor_free(predictor);
    return sum;
}

START_TEST(learns_what_is_no_digit)
{
    enum { COUNT = 200 };
    digit_dataset *dataset = synthetic_dataset(1, 1000), *unseen = synthetic_dataset(2, COUNT);
    static uint8_t others[COUNT][DIGIT_SAMPLE_BYTES];
    training t;
    for (uint64_t i = 0; i < COUNT; i++)
        dg_other_draw(77, i, unseen, others[i]);
    training_begin(&t, KNOWS_OTHER, dataset, 2);
    t.options.epochs = 12;
    t.options.batch = 32;
    t.options.learning_rate = 0.005f;
    ck_assert_int_eq(training_run(&t), DIGIT_OK);
    ck_assert_double_lt(mean_other(&t, unseen->samples, COUNT), 0.1);
    ck_assert_double_gt(mean_other(&t, others[0], COUNT), 0.7);
    training_end(&t);
    dg_dataset_free(unseen);
    dg_dataset_free(dataset);
}
END_TEST

/* ---- The same bits ---------------------------------------------------- */

static const struct {
    const char *architecture;
    uint32_t batch;
    size_t count;
    float average, smoothing, augment;
} runs[] = {
    {PLAIN, 32, 300, 0, 0, 0},
    {PLAIN, 128, 300, 0.9f, 0.1f, 1},
    {NORMAL, 32, 300, 0.9f, 0, 0.5f},
    {NORMAL, 128, 300, 0, 0.1f, 0},
    {PLAIN, 1, 20, 0, 0, 0.1f},
    {PLAIN, 1000, 600, 0, 0, 0}, /* shards larger than 32 */
    {NORMAL, 7, 20, 0.5f, 0, 0},
    {KNOWS_OTHER, 64, 300, 0.9f, 0.1f, 0.5f},
};

#define RUNS (int)(sizeof runs / sizeof runs[0])

static void run(training *t, int index, const digit_dataset *dataset, uint32_t threads)
{
    training_begin(t, runs[index].architecture, dataset, threads);
    t->options.epochs = 2;
    t->options.batch = runs[index].batch;
    t->options.average = runs[index].average;
    t->options.label_smoothing = runs[index].smoothing;
    t->options.augment = runs[index].augment;
    t->options.validation = dataset;
    ck_assert_int_eq(training_run(t), DIGIT_OK);
}

START_TEST(any_number_of_threads_gives_the_same_bits)
{
    static const uint32_t threads[] = {2, 3, 8, 1};
    digit_dataset *dataset = synthetic_dataset(3, runs[_i].count);
    training alone, other;
    run(&alone, _i, dataset, 1);
    for (size_t i = 0; i < sizeof threads / sizeof threads[0]; i++) {
        run(&other, _i, dataset, threads[i]);
        ck_assert_msg(training_same(&alone, &other), "%u threads", threads[i]);
        training_end(&other);
    }
    training_end(&alone);
    dg_dataset_free(dataset);
}
END_TEST

/* Another seed is another training: nothing above was equal for want of anything random. */
START_TEST(the_seed_matters)
{
    digit_dataset *dataset = synthetic_dataset(3, 100);
    training one, two;
    training_begin(&one, PLAIN, dataset, 1);
    training_begin(&two, PLAIN, dataset, 1);
    one.options.epochs = two.options.epochs = 1;
    two.options.seed = 2;
    ck_assert_int_eq(training_run(&one), DIGIT_OK);
    ck_assert_int_eq(training_run(&two), DIGIT_OK);
    ck_assert(!training_same(&one, &two));
    training_end(&two);
    training_end(&one);
    dg_dataset_free(dataset);
}
END_TEST

/* ---- Stopping --------------------------------------------------------- */

/* Stopped after two of five epochs, it has learned as much as in two. */
START_TEST(cancelling_keeps_what_was_learned)
{
    digit_dataset *dataset = synthetic_dataset(4, 200);
    history h = {.stop_after = 2};
    training stopped, whole;
    training_begin(&stopped, NORMAL, dataset, 2);
    training_begin(&whole, NORMAL, dataset, 1);
    stopped.options.schedule = whole.options.schedule = DIGIT_SCHEDULE_CONSTANT;
    stopped.options.average = whole.options.average = _i ? 0.9f : 0;
    stopped.options.validation = whole.options.validation = dataset;
    stopped.options.epochs = 5;
    stopped.options.progress = note;
    stopped.options.user_data = &h;
    whole.options.epochs = 2;
    ck_assert_int_eq(training_run(&stopped), DIGIT_ERR_CANCELLED);
    ck_assert_str_eq(dg_error_text(), "training stopped by its progress callback");
    ck_assert_int_eq(training_run(&whole), DIGIT_OK);
    ck_assert_uint_eq(h.calls, 2);
    ck_assert(training_same(&stopped, &whole));
    training_end(&whole);
    training_end(&stopped);
    dg_dataset_free(dataset);
}
END_TEST

/* With these, every update multiplies the weights by -9. */
START_TEST(divergence_is_told)
{
    digit_dataset *dataset = synthetic_dataset(5, 300);
    training t;
    training_begin(&t, PLAIN, dataset, 2);
    t.options.learning_rate = 10;
    t.options.weight_decay = 1;
    t.options.schedule = DIGIT_SCHEDULE_CONSTANT;
    t.options.batch = 8;
    ck_assert_int_eq(training_run(&t), DIGIT_ERR_DIVERGED);
    ck_assert_mem_eq(dg_error_text(), "training diverged", strlen("training diverged"));
    training_end(&t);
    dg_dataset_free(dataset);
}
END_TEST

static size_t save(const digit_model *model, uint8_t *file, size_t room)
{
    ck_assert_int_eq(digit_model_save_memory(model, file, &room), DIGIT_OK);
    return room;
}

START_TEST(divergence_leaves_the_model_as_it_was)
{
    static uint8_t before[1 << 18], after[1 << 18];
    digit_dataset *dataset = synthetic_dataset(5, 300);
    digit_model_options model_options;
    digit_train_options options;
    digit_model *model;
    digit_model_options_init(&model_options, sizeof model_options);
    model_options.architecture = PLAIN;
    ck_assert_int_eq(digit_model_create(&model_options, &model), DIGIT_OK);
    digit_train_options_init(&options, sizeof options);
    options.learning_rate = 10;
    options.weight_decay = 1;
    options.schedule = DIGIT_SCHEDULE_CONSTANT;
    options.batch = 8;
    options.trained_on = "never";
    const size_t size = save(model, before, sizeof before);
    ck_assert_int_eq(digit_model_train(model, dataset, &options), DIGIT_ERR_DIVERGED);
    ck_assert_uint_eq(save(model, after, sizeof after), size);
    ck_assert_mem_eq(before, after, size);
    digit_model_free(model);
    dg_dataset_free(dataset);
}
END_TEST

/* ---- Batchnorm -------------------------------------------------------- */

/* Mean of the running variances of the dense layer's batchnorm. */
static double running_variance(const training *t)
{
    double sum = 0;
    for (size_t i = 0; i < dg_network_tensor_count(t->snapshot->network); i++) {
        const dg_tensor tensor = dg_network_tensor(t->snapshot->network, i);
        for (uint64_t j = 0; tensor.role == DG_ROLE_VARIANCE && j < tensor.count; j++)
            sum += (double)t->snapshot->params[tensor.at + j] / (double)tensor.count;
    }
    return sum;
}

/* One sample has no variance: the rest of an epoch must not be taken for a shard like others. */
START_TEST(a_shard_of_one_spoils_no_statistics)
{
    double variances[2];
    for (size_t more = 0; more < 2; more++) {
        digit_dataset *dataset = synthetic_dataset(6, 128 + more);
        training t;
        training_begin(&t, "dense 16 batchnorm relu dense 10", dataset, 1);
        t.options.epochs = 20; /* what it started with is forgotten */
        t.options.learning_rate = 1e-6f;
        t.options.average = 0;
        ck_assert_int_eq(training_run(&t), DIGIT_OK);
        variances[more] = running_variance(&t);
        training_end(&t);
        dg_dataset_free(dataset);
    }
    ck_assert_double_eq_tol(variances[1], variances[0], 0.03 * variances[0]);
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("train");
    tcase_set_timeout(tcase, 120);
    tcase_add_loop_test(tcase, loss_falls, 0, LEARNERS);
    tcase_add_test(tcase, learns_what_is_no_digit);
    tcase_add_loop_test(tcase, any_number_of_threads_gives_the_same_bits, 0, RUNS);
    tcase_add_test(tcase, the_seed_matters);
    tcase_add_loop_test(tcase, cancelling_keeps_what_was_learned, 0, 2);
    tcase_add_test(tcase, divergence_is_told);
    tcase_add_test(tcase, divergence_leaves_the_model_as_it_was);
    tcase_add_test(tcase, a_shard_of_one_spoils_no_statistics);
    return suite_run("train", tcase);
}
