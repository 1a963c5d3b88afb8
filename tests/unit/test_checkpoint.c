/* A training that was interrupted goes on as if it had not been. */
#include "base/error.h"
#include "base/mem.h"
#include "train/fingerprint.h"

#include "../support/suite.h"
#include "../support/synthetic.h"
#include "../support/temp_folder.h"
#include "training.h"

#include <math.h>

#define NETWORK "conv 4x3 batchnorm relu maxpool 3 dropout 25 dense 10"
#define EPOCHS 5

static digit_dataset *dataset;

static void set_up(void)
{
    temp_folder_make();
    dataset = synthetic_dataset(8, 150);
}

static void tear_down(void)
{
    dg_dataset_free(dataset);
    temp_folder_remove();
}

/* ---- Below the files -------------------------------------------------- */

typedef struct keeper {
    uint64_t after; /* updates */
    dg_snapshot *kept;
} keeper;

/* Keeps where training stands after some updates, and ends it there. */
static digit_status keep(void *context, const dg_snapshot *snapshot)
{
    keeper *k = context;
    const dg_training_state *from = snapshot->training;
    const size_t size = dg_network_params(snapshot->network) * sizeof(dg_real);
    if (from->step < k->after)
        return DIGIT_OK;
    ck_assert_int_eq(dg_snapshot_copy(snapshot, true, &k->kept), DIGIT_OK);
    k->kept->training->epoch = from->epoch;
    k->kept->training->step = from->step;
    k->kept->training->loss = from->loss;
    memcpy(k->kept->training->first, from->first, size);
    memcpy(k->kept->training->second, from->second, size);
    memcpy(k->kept->training->average, from->average, size);
    return dg_fail(DIGIT_ERR_IO, "power cut");
}

/* What progress says at the end of each epoch. */
static int note(const digit_progress *progress, void *user_data)
{
    double (*loss)[2] = user_data;
    if (progress->samples_done == progress->samples_total) {
        loss[progress->epoch - 1][0] = progress->loss;
        loss[progress->epoch - 1][1] = progress->accuracy;
    }
    return 0;
}

static void begin(training *t, int average, uint32_t threads)
{
    training_begin(t, NETWORK, dataset, threads);
    t->options.epochs = EPOCHS;
    t->options.batch = 32;
    t->options.average = average ? 0.9f : 0;
    t->options.augment = average ? 0.5f : 0;
    t->options.validation = dataset;
}

START_TEST(goes_on_bit_for_bit)
{
    static const uint64_t after[] = {5, 10, 15, 20, 1, 7, 14, 21}; /* an epoch has 5 updates */
    keeper k = {.after = after[_i / 2]};
    double loss[EPOCHS][2], cut_loss[EPOCHS][2];
    training whole, cut;
    begin(&whole, _i % 2, 1);
    whole.options.progress = note;
    whole.options.user_data = loss;
    ck_assert_int_eq(training_run(&whole), DIGIT_OK);

    begin(&cut, _i % 2, 3);
    cut.options.checkpoint = "none: it goes through the hook";
    cut.options.checkpoint_interval = 1;
    cut.options.progress = note;
    cut.options.user_data = cut_loss;
    cut.job.checkpoint = keep;
    cut.job.checkpoint_context = &k;
    ck_assert_int_eq(training_run(&cut), DIGIT_ERR_IO);
    ck_assert_str_eq(dg_error_text(), "power cut");
    training_end(&cut);

    begin(&cut, _i % 2, 2);
    dg_snapshot_free(cut.snapshot);
    cut.snapshot = k.kept;
    cut.options.progress = note;
    cut.options.user_data = cut_loss;
    ck_assert_int_eq(training_run(&cut), DIGIT_OK);
    ck_assert(training_same(&cut, &whole));
    /* The epoch that was cut into two is one. The one that the cut fell behind was not told. */
    for (uint64_t e = 0; e < EPOCHS; e++)
        if (k.after % 5 != 0 || e + 1 != k.after / 5)
            ck_assert_mem_eq(cut_loss[e], loss[e], sizeof loss[e]);
    training_end(&cut);
    training_end(&whole);
}
END_TEST

static digit_status check_weights(void *context, const dg_snapshot *snapshot)
{
    uint64_t *written = context;
    for (size_t i = 0; i < dg_network_params(snapshot->network); i++)
        ck_assert(isfinite(snapshot->params[i]));
    ++*written;
    return DIGIT_OK;
}

/* Weights may be infinite an update before the loss shows it; who then wrote them would lose
 * the checkpoint from before. */
START_TEST(never_keeps_what_diverged)
{
    uint64_t written = 0;
    training t;
    begin(&t, 0, 1);
    t.options.learning_rate = 10;
    t.options.weight_decay = 1;
    t.options.schedule = DIGIT_SCHEDULE_CONSTANT;
    t.options.epochs = 100;
    t.options.checkpoint = "none: it goes through the hook";
    t.options.checkpoint_interval = 1;
    t.job.checkpoint = check_weights;
    t.job.checkpoint_context = &written;
    ck_assert_int_eq(training_run(&t), DIGIT_ERR_DIVERGED);
    ck_assert_uint_gt(written, 10);
    training_end(&t);
}
END_TEST

/* Places that no training comes by, another network: a file may say anything. */
START_TEST(knows_its_places)
{
    static const struct {
        uint64_t epoch, step;
        bool fits;
    } places[] = {
        {0, 0, true}, {0, 4, true}, {0, 5, false}, {1, 5, true}, {1, 4, false}, {4, 24, true},
        {5, 25, true}, {5, 26, false}, {6, 30, false}, {UINT64_MAX, UINT64_MAX, false},
        {UINT64_MAX / 5 + 1, 4, false}, /* 5 times that is 4 again */
    };
    training t, other;
    begin(&t, 0, 1);
    t.job.snapshot = t.snapshot;
    training_begin(&other, "dense 10", dataset, 1);
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        dg_training_state *state = t.snapshot->training;
        state->fingerprint = other.snapshot->training->fingerprint = 7;
        state->epoch = other.snapshot->training->epoch = places[i].epoch;
        state->step = other.snapshot->training->step = places[i].step;
        ck_assert_msg(dg_train_continues(&t.job, 7, t.snapshot) == places[i].fits, "%zu", i);
        ck_assert(!dg_train_continues(&t.job, 8, t.snapshot));
        ck_assert(!dg_train_continues(&t.job, 7, other.snapshot));
    }
    dg_snapshot_forget_training(other.snapshot);
    ck_assert(!dg_train_continues(&t.job, 0, other.snapshot));
    training_end(&other);
    training_end(&t);
}
END_TEST

/* Whatever makes it another training makes it another number. */
START_TEST(fingerprints_tell_trainings_apart)
{
    static const char *const networks[] = {
        "dropout 10 dense 10", "dropout 20 dense 10", "dense 10", "relu dense 10",
        "conv 4x3 same stride 2 maxpool 14 dense 10", "conv 4x3 same stride 2 avgpool 14 dense 10",
    };
    enum { NETWORKS = sizeof networks / sizeof networks[0], OPTIONS = 10 };
    uint64_t prints[NETWORKS + OPTIONS];
    digit_dataset *other = synthetic_dataset(9, 150);
    training t;
    for (int i = 0; i < NETWORKS; i++) {
        training_begin(&t, networks[i], dataset, 1);
        prints[i] = dg_fingerprint_start(&t.job);
        training_end(&t);
    }
    for (int i = 0; i < OPTIONS; i++) {
        training_begin(&t, "dense 10", i == 0 ? other : dataset, 1);
        t.options.seed += i == 1;
        t.options.batch += i == 2;
        t.options.epochs += i == 3;
        t.options.schedule = i == 4 ? DIGIT_SCHEDULE_CONSTANT : DIGIT_SCHEDULE_COSINE;
        t.options.learning_rate += i == 5 ? 0.001f : 0;
        t.options.weight_decay += i == 6 ? 0.001f : 0;
        t.options.label_smoothing = i == 7 ? 0.1f : 0;
        t.options.average = i == 8 ? 0.9f : 0;
        t.options.augment = i == 9 ? 0.1f : 0;
        prints[NETWORKS + i] = dg_fingerprint_start(&t.job);
        training_end(&t);
    }
    for (int i = 0; i < NETWORKS + OPTIONS; i++)
        for (int j = 0; j < i; j++)
            ck_assert_msg(prints[i] != prints[j], "numbers %d and %d are the same", j, i);
    dg_dataset_free(other);
}
END_TEST

/* ---- With a file, through the public calls ---------------------------- */

static digit_model *make_model(const char *architecture)
{
    digit_model_options options;
    digit_model *model;
    digit_model_options_init(&options, sizeof options);
    options.architecture = architecture;
    ck_assert_int_eq(digit_model_create(&options, &model), DIGIT_OK);
    return model;
}

static int stop_after_two(const digit_progress *progress, void *user_data)
{
    (void)user_data;
    return progress->epoch == 2 && progress->samples_done == progress->samples_total;
}

static digit_train_options make_options(const char *checkpoint)
{
    digit_train_options options;
    digit_train_options_init(&options, sizeof options);
    options.epochs = EPOCHS;
    options.batch = 32;
    options.average = 0.9f;
    options.validation = dataset;
    options.checkpoint = checkpoint;
    return options;
}

typedef struct bytes {
    size_t size;
    uint8_t data[1 << 16];
} bytes;

static bytes save(const digit_model *model)
{
    static bytes b;
    b.size = sizeof b.data;
    ck_assert_int_eq(digit_model_save_memory(model, b.data, &b.size), DIGIT_OK);
    return b;
}

static void check_same(const digit_model *a, const digit_model *b)
{
    const bytes one = save(a), two = save(b);
    ck_assert_uint_eq(one.size, two.size);
    ck_assert_mem_eq(one.data, two.data, one.size);
}

START_TEST(resumes_from_its_file)
{
    const char *path = temp_path("checkpoint");
    digit_model *whole = make_model(NETWORK), *first = make_model(NETWORK);
    digit_model *second = make_model(NETWORK), *third = make_model(NETWORK);
    digit_train_options options = make_options(NULL);
    ck_assert_int_eq(digit_model_train(whole, dataset, &options), DIGIT_OK);

    options = make_options(path);
    options.progress = stop_after_two;
    digit_model_set_threads(first, 2);
    ck_assert_int_eq(digit_model_train(first, dataset, &options), DIGIT_ERR_CANCELLED);
    options.progress = NULL;
    digit_model_set_threads(second, 3);
    ck_assert_int_eq(digit_model_train(second, dataset, &options), DIGIT_OK);
    check_same(whole, second);
    ck_assert_int_eq(digit_model_train(third, dataset, &options), DIGIT_OK); /* all was done */
    check_same(whole, third);
    ck_assert_int_eq(temp_folder_count(), 1);
    digit_model_free(third);
    digit_model_free(second);
    digit_model_free(first);
    digit_model_free(whole);
}
END_TEST

/* A checkpoint of something else, no checkpoint at all, a place that can't be written to. */
START_TEST(refuses_other_files)
{
    const char *path = temp_path("checkpoint");
    digit_model *model = make_model(NETWORK), *untouched = make_model(NETWORK);
    digit_model *other = make_model("conv 4x3 batchnorm relu maxpool 3 dropout 50 dense 10");
    digit_train_options options = make_options(path);
    options.epochs = 1;
    ck_assert_int_eq(digit_model_train(other, dataset, &options), DIGIT_OK);
    options.epochs = 2;
    ck_assert_int_eq(digit_model_train(model, dataset, &options), DIGIT_ERR_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(dg_error_text(), "not a checkpoint of this"));
    options.epochs = 1; /* all alike but the dropout */
    ck_assert_int_eq(digit_model_train(model, dataset, &options), DIGIT_ERR_ARGUMENT);
    ck_assert_int_eq(digit_model_save(other, path), DIGIT_OK);
    ck_assert_int_eq(digit_model_train(model, dataset, &options), DIGIT_ERR_ARGUMENT);
    temp_write("checkpoint", "nonsense", 8);
    ck_assert_int_eq(digit_model_train(model, dataset, &options), DIGIT_ERR_FORMAT);
    options.checkpoint = temp_path("nowhere/checkpoint");
    ck_assert_int_eq(digit_model_train(model, dataset, &options), DIGIT_ERR_IO);
    check_same(model, untouched);
    digit_model_free(other);
    digit_model_free(untouched);
    digit_model_free(model);
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("checkpoint");
    tcase_set_timeout(tcase, 120);
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_loop_test(tcase, goes_on_bit_for_bit, 0, 16);
    tcase_add_test(tcase, never_keeps_what_diverged);
    tcase_add_test(tcase, knows_its_places);
    tcase_add_test(tcase, fingerprints_tell_trainings_apart);
    tcase_add_test(tcase, resumes_from_its_file);
    tcase_add_test(tcase, refuses_other_files);
    return suite_run("checkpoint", tcase);
}
