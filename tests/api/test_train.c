/* Training through the interface: options, progress, cancelling, what it leaves behind. */
#include "api.h"
#include "support/temp_folder.h"

#include <errno.h>
#include <fenv.h>
#include <math.h>
#include <pthread.h>
#include <stddef.h>

/* ---- Options ---------------------------------------------------------- */

START_TEST(defaults_are_those_of_the_header)
{
    digit_train_options options;
    memset(&options, 0xA5, sizeof options);
    digit_train_options_init(&options, sizeof options);
    ck_assert_uint_eq(options.size, sizeof options);
    ck_assert_uint_eq(options.epochs, 10);
    ck_assert_uint_eq(options.batch, 128);
    ck_assert(options.learning_rate == 0.001f);
    ck_assert(options.weight_decay == 0.0001f);
    ck_assert(options.augment == 0);
    ck_assert(options.label_smoothing == 0);
    ck_assert(options.average == 0.99f);
    ck_assert_uint_eq(options.schedule, DIGIT_SCHEDULE_COSINE);
    ck_assert_uint_eq(options.seed, 1);
    ck_assert_ptr_null(options.validation);
    ck_assert_ptr_null(options.checkpoint);
    ck_assert(!options.progress);
    ck_assert_ptr_null(options.user_data);
    ck_assert_ptr_null(options.trained_on);
    ck_assert_ptr_null(options.licence);
    ck_assert(options.pull == 0);
    ck_assert_uint_eq(options.checkpoint_interval, 0);
    ck_assert(!options.reduce);
    ck_assert_ptr_null(options.reduce_data);
    ck_assert_uint_eq(options.rank, 0);
    ck_assert_uint_eq(options.ranks, 1);
    ck_assert_ptr_null(options.teachers);
    ck_assert_uint_eq(options.teacher_count, 0);
    ck_assert(options.teacher_share == 0.5f);
}
END_TEST

START_TEST(defaults_for_adapting_differ_in_four_members)
{
    digit_train_options options, expected;
    memset(&options, 0xA5, sizeof options);
    digit_train_options_init(&expected, sizeof expected);
    digit_adapt_options_init(&options, sizeof options);
    expected.epochs = 20;
    expected.batch = 32;
    expected.augment = 0.5f;
    expected.pull = 100;
    ck_assert_mem_eq(&options, &expected, sizeof options);
}
END_TEST

START_TEST(defaults_for_adapting_of_other_sizes)
{
    union {
        digit_train_options options;
        unsigned char bytes[sizeof(digit_train_options) + 8];
    } given;
    const size_t first = offsetof(digit_train_options, pull), later = sizeof given;
    memset(&given, 0xA5, sizeof given);
    digit_adapt_options_init(&given.options, first);
    ck_assert_uint_eq(given.options.size, first);
    ck_assert_uint_eq(given.options.epochs, 20);
    ck_assert_uint_eq(given.bytes[first], 0xA5); /* the caller has no such member */
    digit_adapt_options_init(&given.options, later);
    ck_assert_uint_eq(given.options.size, later);
    ck_assert(given.options.pull == 100);
    ck_assert_uint_eq(given.bytes[sizeof(digit_train_options)], 0);
    memset(&given, 0xA5, sizeof given);
    digit_adapt_options_init(&given.options, 0);
    ck_assert_uint_eq(given.bytes[0], 0xA5);
    digit_adapt_options_init(NULL, sizeof given);
}
END_TEST

/* Runs one epoch with changed options; a model that was not trained must be as before. */
static void expect_train(const digit_train_options *options, digit_status expected,
                         const char *part)
{
    digit_model *model = api_model(API_SMALL, 1), *before = api_model(API_SMALL, 1);
    digit_dataset *data = api_dataset(20, 1);
    if (expected == DIGIT_OK) {
        assert_ok(digit_model_train(model, data, options));
        ck_assert(!api_same_models(model, before));
    } else {
        assert_fails(digit_model_train(model, data, options), expected, part);
        ck_assert(api_same_models(model, before));
    }
    digit_dataset_free(data);
    digit_model_free(model);
    digit_model_free(before);
}

#define EXPECT(member, value, status)                                                          \
    do {                                                                                       \
        digit_train_options o = api_train_options(1, 10);                                      \
        o.member = (value);                                                                    \
        expect_train(&o, (status), #member);                                                   \
    } while (0)

START_TEST(options_keep_to_their_ranges)
{
    EXPECT(epochs, 0, DIGIT_ERR_ARGUMENT);
    EXPECT(epochs, 100001, DIGIT_ERR_ARGUMENT);
    EXPECT(batch, 0, DIGIT_ERR_ARGUMENT);
    EXPECT(batch, 16385, DIGIT_ERR_ARGUMENT);
    EXPECT(batch, 1, DIGIT_OK);
    EXPECT(batch, 16384, DIGIT_OK);
    EXPECT(label_smoothing, 0.51f, DIGIT_ERR_ARGUMENT);
    EXPECT(label_smoothing, 0.5f, DIGIT_OK);
    EXPECT(average, 1, DIGIT_ERR_ARGUMENT);
    EXPECT(average, 0.99f, DIGIT_OK);
    EXPECT(weight_decay, 0, DIGIT_OK);
    EXPECT(schedule, 2, DIGIT_ERR_ARGUMENT);
    EXPECT(schedule, DIGIT_SCHEDULE_CONSTANT, DIGIT_OK);
    EXPECT(learning_rate, 0, DIGIT_ERR_ARGUMENT);
    EXPECT(augment, 1.01f, DIGIT_ERR_ARGUMENT);
    EXPECT(augment, 0.5f, DIGIT_OK);
    EXPECT(augment, 1, DIGIT_OK);
}
END_TEST

START_TEST(no_real_option_may_be_odd)
{
    static const float odd[] = {NAN, -NAN, INFINITY, -INFINITY, -1, 1e30f};
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        EXPECT(learning_rate, odd[i], DIGIT_ERR_ARGUMENT);
        EXPECT(weight_decay, odd[i], DIGIT_ERR_ARGUMENT);
        EXPECT(augment, odd[i], DIGIT_ERR_ARGUMENT);
        EXPECT(label_smoothing, odd[i], DIGIT_ERR_ARGUMENT);
        EXPECT(average, odd[i], DIGIT_ERR_ARGUMENT);
        EXPECT(pull, odd[i], DIGIT_ERR_ARGUMENT);
    }
}
END_TEST

START_TEST(options_of_other_sizes)
{
    union {
        digit_train_options options;
        unsigned char bytes[4200];
    } later = {.bytes = {0}};
    later.options = api_train_options(1, 10);
    later.options.size = 4096;
    expect_train(&later.options, DIGIT_OK, "");
    later.bytes[4095] = 1;
    expect_train(&later.options, DIGIT_ERR_UNSUPPORTED, "digit_train_options");
    later.options.size = 4097;
    expect_train(&later.options, DIGIT_ERR_ARGUMENT, "size");
    later.options.size = offsetof(digit_train_options, pull); /* as it was at first */
    later.options.pull = -1;
    expect_train(&later.options, DIGIT_OK, "");
    later.options.size--;
    expect_train(&later.options, DIGIT_ERR_ARGUMENT, "size");
    later.options.size = 0;
    expect_train(&later.options, DIGIT_ERR_ARGUMENT, "size");
}
END_TEST

START_TEST(null_arguments_are_named)
{
    digit_model *model = api_model(API_SMALL, 1), *before = api_model(API_SMALL, 1);
    digit_dataset *data = api_dataset(20, 1), *nothing = api_dataset(0, 1);
    assert_fails(digit_model_train(NULL, data, NULL), DIGIT_ERR_ARGUMENT, "model");
    assert_fails(digit_model_train(model, NULL, NULL), DIGIT_ERR_ARGUMENT, "dataset");
    assert_ok(digit_model_train(model, nothing, NULL));
    ck_assert(api_same_models(model, before));
    assert_ok(digit_model_train(model, data, NULL)); /* all defaults */
    ck_assert(!api_same_models(model, before));
    digit_dataset_free(data);
    digit_dataset_free(nothing);
    digit_model_free(model);
    digit_model_free(before);
}
END_TEST

/* ---- Progress --------------------------------------------------------- */

typedef struct history {
    digit_progress entries[100];
    int count;
    int ends;     /* epochs that ended */
    int stop_at;  /* report that asks to stop; 0: none */
    int stop_end; /* the same for the end of an epoch */
    pthread_t thread;
} history;

static int note(const digit_progress *progress, void *user_data)
{
    history *h = user_data;
    ck_assert_int_lt(h->count, 100);
    ck_assert(pthread_equal(h->thread, pthread_self()));
    h->entries[h->count++] = *progress;
    const bool end = progress->samples_done == progress->samples_total;
    h->ends += end;
    errno = 1234; /* a callback may do what it likes with these */
    feraiseexcept(FE_OVERFLOW);
    return h->count == h->stop_at || (end && h->ends == h->stop_end);
}

static void check_entry(const digit_progress *p, const digit_progress *before)
{
    ck_assert_uint_eq(p->size, sizeof *p);
    ck_assert_uint_eq(p->epochs, 4);
    ck_assert_uint_eq(p->samples_total, 330);
    ck_assert_uint_le(p->samples_done, 330);
    ck_assert_uint_gt(p->samples_done, 0);
    ck_assert_uint_ge(p->epoch, before->epoch);
    ck_assert(p->epoch > before->epoch || p->samples_done > before->samples_done);
    ck_assert(p->loss > 0 && p->loss < 10);
    ck_assert(p->accuracy >= 0 && p->accuracy <= 1);
    ck_assert(p->seconds >= before->seconds);
    const bool ended = p->epoch > 1 || p->samples_done == p->samples_total;
    ck_assert(ended == !isnan(p->validation_accuracy));
}

START_TEST(progress_tells_the_truth)
{
    digit_model *model = api_model(API_SMALL, 1);
    digit_dataset *data = api_dataset(330, 1), *validation = api_dataset(70, 2);
    history h = {.thread = pthread_self()};
    digit_progress before = {.epoch = 0};
    digit_train_options options = api_train_options(4, 32);
    options.learning_rate = 0.01f;
    options.progress = note;
    options.user_data = &h;
    options.validation = validation;
    assert_ok(digit_model_train(model, data, &options));
    ck_assert_int_eq(h.ends, 4);
    for (int i = 0; i < h.count; i++) {
        check_entry(&h.entries[i], &before);
        before = h.entries[i];
    }
    digit_metrics metrics = {.size = sizeof metrics};
    assert_ok(digit_model_evaluate(model, validation, &metrics));
    ck_assert(before.validation_accuracy == (double)metrics.correct / 70);
    ck_assert(before.loss < h.entries[0].loss);
    ck_assert(before.accuracy > 0.9);
    digit_dataset_free(data);
    digit_dataset_free(validation);
    digit_model_free(model);
}
END_TEST

START_TEST(the_callers_environment_stays)
{
    digit_model *model = api_model(API_SMALL, 1);
    digit_dataset *data = api_dataset(64, 1);
    history h = {.thread = pthread_self()};
    digit_train_options options = api_train_options(2, 32);
    options.progress = note;
    options.user_data = &h;
    feclearexcept(FE_ALL_EXCEPT);
    fesetround(FE_DOWNWARD);
    errno = 99;
    const digit_status status = digit_model_train(model, data, &options);
    const int mode = fegetround(), error = errno, inexact = fetestexcept(FE_INEXACT);
    fesetround(FE_TONEAREST);
    ck_assert_int_eq(status, DIGIT_OK);
    ck_assert_int_eq(mode, FE_DOWNWARD);
    ck_assert_int_eq(error, 99);
    ck_assert_int_eq(inexact, 0);
    digit_dataset_free(data);
    digit_model_free(model);
}
END_TEST

START_TEST(cancelling_keeps_what_was_learned)
{
    digit_model *cancelled = api_model(API_SMALL, 1), *shorter = api_model(API_SMALL, 1);
    digit_dataset *data = api_dataset(300, 1);
    history h = {.thread = pthread_self(), .stop_at = 1};
    digit_train_options options = api_train_options(4, 50);
    options.schedule = DIGIT_SCHEDULE_CONSTANT;
    options.progress = note;
    options.user_data = &h;
    assert_fails(digit_model_train(cancelled, data, &options), DIGIT_ERR_CANCELLED, "progress");
    ck_assert_int_eq(h.count, 1);
    /* Stopped at the end of the first epoch (or before it on a slow machine): what the
     * model has is what that much training gives, not more. */
    options = api_train_options(1, 50);
    options.schedule = DIGIT_SCHEDULE_CONSTANT;
    assert_ok(digit_model_train(shorter, data, &options));
    if (h.ends == 1)
        ck_assert(api_same_models(cancelled, shorter));
    digit_prediction answer;
    assert_ok(digit_model_predict(cancelled, digit_dataset_samples(data), 1, &answer));
    assert_ok(digit_model_train(cancelled, data, &options)); /* and it may go on */
    digit_dataset_free(data);
    digit_model_free(cancelled);
    digit_model_free(shorter);
}
END_TEST

/* ---- Pull --------------------------------------------------------------- */

/* The mean square of how far the weights of `a` and `b` are apart, by what they predict. */
static double apart(const digit_model *a, const digit_model *b, const digit_dataset *data)
{
    const size_t count = digit_dataset_count(data);
    digit_prediction *one = calloc(count, sizeof *one), *other = calloc(count, sizeof *other);
    double sum = 0;
    assert_ok(digit_model_predict(a, digit_dataset_samples(data), count, one));
    assert_ok(digit_model_predict(b, digit_dataset_samples(data), count, other));
    for (size_t i = 0; i < count * DIGIT_CLASSES; i++) {
        const float difference = one[i / DIGIT_CLASSES].probabilities[i % DIGIT_CLASSES] -
                                 other[i / DIGIT_CLASSES].probabilities[i % DIGIT_CLASSES];
        sum += (double)(difference * difference);
    }
    free(one);
    free(other);
    return sum / (double)count;
}

START_TEST(pull_keeps_a_model_what_it_was)
{
    static const float pulls[] = {0, 10, 100, 1000, 1e6f};
    digit_dataset *known = api_dataset(200, 1), *new = api_dataset(40, 9);
    digit_model *base = api_model(API_NORM, 1);
    const digit_train_options first = api_train_options(3, 32);
    digit_train_options options = first;
    double before = 1e9;
    assert_ok(digit_model_train(base, known, &first));
    options.learning_rate = 0.003f;
    options.average = 0;
    for (size_t i = 0; i < sizeof pulls / sizeof pulls[0]; i++) {
        digit_model *model = api_model(API_NORM, 1);
        assert_ok(digit_model_train(model, known, &first));
        options.pull = pulls[i];
        assert_ok(digit_model_train(model, new, &options));
        const double now = apart(model, base, known);
        ck_assert_double_lt(now, before);
        before = now;
        digit_model_free(model);
    }
    ck_assert_double_lt(before, 1e-6);
    digit_dataset_free(known);
    digit_dataset_free(new);
    digit_model_free(base);
}
END_TEST

/* ---- Teachers --------------------------------------------------------- */

/* Of teachers that know nothing the student learns nothing: by how much is the share's. */
START_TEST(teachers_count_by_their_share)
{
    static const float shares[] = {0, 0.3f, 1};
    digit_dataset *data = api_dataset(200, 1);
    digit_model *teacher = api_model(API_NORM, 3);
    digit_train_options options = api_train_options(6, 16);
    double before = 1e9;
    options.learning_rate = 0.003f;
    options.teachers = (const digit_model *const[]){teacher, teacher};
    options.teacher_count = 2;
    for (size_t i = 0; i < sizeof shares / sizeof shares[0]; i++) {
        digit_model *student = api_model(API_NORM, 1);
        options.teacher_share = shares[i];
        assert_ok(digit_model_train(student, data, &options));
        const double now = apart(student, teacher, data);
        ck_assert_double_lt(now, before);
        before = now;
        digit_model_free(student);
    }
    /* A model may learn from what it was. */
    options.teachers = (const digit_model *const[]){teacher};
    options.teacher_count = 1;
    assert_ok(digit_model_train(teacher, data, &options));
    digit_dataset_free(data);
    digit_model_free(teacher);
}
END_TEST

START_TEST(wrong_teachers_are_named)
{
    digit_dataset *data = api_dataset(20, 1);
    digit_model *model = api_model(API_SMALL, 1), *other = api_model("dense 10 other 1", 1);
    const digit_model *teachers[17] = {model, other};
    digit_train_options options = api_train_options(1, 16);
    options.teachers = teachers;
    options.teacher_count = 2;
    assert_fails(digit_model_train(model, data, &options), DIGIT_ERR_ARGUMENT,
                 "teacher 1 has 11 outputs, the model 10");
    options.teacher_count = 3;
    assert_fails(digit_model_train(model, data, &options), DIGIT_ERR_ARGUMENT,
                 "teacher 2 is NULL");
    options.teacher_count = 17;
    assert_fails(digit_model_train(model, data, &options), DIGIT_ERR_ARGUMENT,
                 "teacher_count is 17, not 0 to 16");
    options.teachers = NULL;
    options.teacher_count = 1;
    assert_fails(digit_model_train(model, data, &options), DIGIT_ERR_ARGUMENT,
                 "teacher 0 is NULL");
    options.teacher_count = 0;
    options.teacher_share = 1.5f;
    assert_fails(digit_model_train(model, data, &options), DIGIT_ERR_ARGUMENT, "teacher_share");
    digit_dataset_free(data);
    digit_model_free(model);
    digit_model_free(other);
}
END_TEST

START_TEST(a_checkpoint_knows_its_teachers)
{
    digit_dataset *data = api_dataset(20, 1);
    digit_model *model = api_model(API_SMALL, 1), *again = api_model(API_SMALL, 1);
    const digit_model *one = api_model(API_SMALL, 2), *two = api_model(API_SMALL, 3);
    digit_train_options options = api_train_options(1, 16);
    options.checkpoint = temp_path("checkpoint");
    options.teachers = &one;
    options.teacher_count = 1;
    assert_ok(digit_model_train(model, data, &options));
    options.teachers = &two;
    assert_fails(digit_model_train(again, data, &options), DIGIT_ERR_ARGUMENT,
                 "not a checkpoint of this model");
    options.teachers = &one;
    assert_ok(digit_model_train(again, data, &options));
    digit_model_free((digit_model *)(size_t)one);
    digit_model_free((digit_model *)(size_t)two);
    digit_model_free(model);
    digit_model_free(again);
    digit_dataset_free(data);
}
END_TEST

/* ---- What it depends on ----------------------------------------------- */

static uint8_t *train_bytes(const char *architecture, uint32_t threads, uint64_t seed, size_t *size)
{
    digit_model *model = api_model(architecture, 1);
    digit_dataset *data = api_dataset(333, 1), *validation = api_dataset(60, 2);
    digit_train_options options = api_train_options(2, 96);
    options.seed = seed;
    options.average = 0.9f;
    options.label_smoothing = 0.1f;
    options.pull = 1;
    options.validation = validation;
    const digit_model *teacher = api_model(architecture, 9);
    options.teachers = &teacher;
    options.teacher_count = 1;
    assert_ok(digit_model_set_threads(model, threads));
    assert_ok(digit_model_train(model, data, &options));
    uint8_t *bytes = api_bytes(model, size);
    digit_model_free((digit_model *)(size_t)teacher);
    digit_dataset_free(data);
    digit_dataset_free(validation);
    digit_model_free(model);
    return bytes;
}

START_TEST(threads_change_nothing)
{
    static const char *const architectures[] = {"keras", API_NORM};
    static const uint32_t threads[] = {2, 3, 8, 1};
    size_t size, other_size;
    uint8_t *expected = train_bytes(architectures[_i], 1, 1, &size);
    for (size_t i = 0; i < sizeof threads / sizeof threads[0]; i++) {
        uint8_t *bytes = train_bytes(architectures[_i], threads[i], 1, &other_size);
        ck_assert_uint_eq(size, other_size);
        assert_same_bytes(bytes, expected, size);
        free(bytes);
    }
    uint8_t *other = train_bytes(architectures[_i], 1, 2, &other_size);
    ck_assert_int_ne(memcmp(other, expected, size), 0);
    free(other);
    free(expected);
}
END_TEST

START_TEST(a_slice_trains_like_a_copy)
{
    digit_model *by_slice = api_model(API_SMALL, 1), *by_copy = api_model(API_SMALL, 1);
    digit_dataset *all = api_dataset(100, 1), *slice, *copy;
    digit_train_options options = api_train_options(1, 16);
    assert_ok(digit_dataset_slice(all, 20, 50, &slice));
    assert_ok(digit_dataset_create(digit_dataset_samples(slice), digit_dataset_labels(slice), 50,
                                   &copy));
    digit_dataset_free(all);
    assert_ok(digit_model_train(by_slice, slice, &options));
    assert_ok(digit_model_train(by_copy, copy, &options));
    ck_assert(api_same_models(by_slice, by_copy));
    digit_dataset_free(slice);
    digit_dataset_free(copy);
    digit_model_free(by_slice);
    digit_model_free(by_copy);
}
END_TEST

/* ---- Checkpoints and texts -------------------------------------------- */

START_TEST(a_resumed_training_ends_the_same)
{
    digit_model *whole = api_model(API_NORM, 1), *resumed = api_model(API_NORM, 1);
    digit_dataset *data = api_dataset(120, 1), *nothing = api_dataset(0, 1);
    history h = {.thread = pthread_self()};
    digit_train_options options = api_train_options(3, 32);
    options.average = 0.95f;
    assert_ok(digit_model_train(whole, data, &options));
    options.checkpoint = temp_path("checkpoint");
    options.progress = note;
    options.user_data = &h;
    h.stop_end = 1;
    assert_fails(digit_model_train(resumed, data, &options), DIGIT_ERR_CANCELLED, "");
    digit_model_free(resumed);
    resumed = api_model(API_NORM, 1);
    h = (history){.thread = pthread_self()};
    assert_ok(digit_model_train(resumed, data, &options));
    ck_assert_uint_eq(h.entries[0].epoch, 2);
    ck_assert(api_same_models(whole, resumed));
    assert_ok(digit_model_train(resumed, nothing, &options));
    options.seed = 2;
    assert_fails(digit_model_train(resumed, data, &options), DIGIT_ERR_ARGUMENT, "checkpoint");
    ck_assert(api_same_models(whole, resumed));
    options.checkpoint = temp_write("foreign", "no checkpoint", 13);
    assert_fails(digit_model_train(resumed, data, &options), DIGIT_ERR_FORMAT, "");
    options.checkpoint = temp_path("none/checkpoint");
    assert_fails(digit_model_train(resumed, data, &options), DIGIT_ERR_IO, "none/checkpoint");
    ck_assert(api_same_models(whole, resumed));
    digit_dataset_free(nothing);
    digit_dataset_free(data);
    digit_model_free(whole);
    digit_model_free(resumed);
}
END_TEST

/* A model that was trained can be saved: texts that no file could hold are refused
 * before the work, not after it. */
START_TEST(texts_a_file_cannot_hold_are_refused_first)
{
    digit_train_options options = api_train_options(1, 10);
    char *longer = malloc(100001);
    ck_assert_ptr_nonnull(longer);
    memset(longer, 'x', 100000);
    longer[100000] = '\0';
    options.trained_on = longer;
    expect_train(&options, DIGIT_ERR_LIMIT, "header");
    options.trained_on = "\xFF\xFE no UTF-8";
    expect_train(&options, DIGIT_ERR_ARGUMENT, "trained_on");
    options.trained_on = NULL;
    options.licence = longer;
    expect_train(&options, DIGIT_ERR_LIMIT, "header");
    free(longer);
}
END_TEST

/* The checkpoint has four times the tensors and bytes of the model: too many for a file, which
 * is no reason not to train without one. */
START_TEST(only_a_checkpoint_has_to_fit_into_a_file)
{
    static const char wide[] = "dense 21200 dense 10"; /* 16.85 million weights */
    char deep[1024] = "";
    for (int i = 0; i < 31; i++)
        strcat(deep, "dense 20 relu ");
    strcat(deep, "dense 10"); /* 63 layers, 64 tensors */
    const char *architecture = _i == 0 ? deep : wide;
    digit_model *model = api_model(architecture, 1), *before = api_model(architecture, 1);
    digit_dataset *data = api_dataset(16, 1);
    digit_train_options options = api_train_options(1, 16);
    options.checkpoint = temp_path("checkpoint");
    assert_fails(digit_model_train(model, data, &options), DIGIT_ERR_LIMIT, "the checkpoint: ");
    ck_assert(api_same_models(model, before));
    options.checkpoint = NULL;
    assert_ok(digit_model_train(model, data, &options));
    ck_assert(!api_same_models(model, before));
    digit_dataset_free(data);
    digit_model_free(model);
    digit_model_free(before);
}
END_TEST

START_TEST(divergence_is_an_error_and_changes_nothing)
{
    digit_model *model = api_model("dense 300 dense 300 dense 300 dense 10", 1);
    digit_model *before = api_model("dense 300 dense 300 dense 300 dense 10", 1);
    digit_dataset *data = api_dataset(300, 1);
    digit_train_options options = api_train_options(400, 10);
    options.learning_rate = 10;
    options.weight_decay = 1;
    options.schedule = DIGIT_SCHEDULE_CONSTANT;
    assert_fails(digit_model_train(model, data, &options), DIGIT_ERR_DIVERGED, "diverged");
    ck_assert(api_same_models(model, before));
    digit_dataset_free(data);
    digit_model_free(model);
    digit_model_free(before);
}
END_TEST

static const api_test tests[] = {
    API_TEST(defaults_are_those_of_the_header),
    API_TEST(defaults_for_adapting_differ_in_four_members),
    API_TEST(defaults_for_adapting_of_other_sizes),
    API_TEST(options_keep_to_their_ranges),
    API_TEST(no_real_option_may_be_odd),
    API_TEST(options_of_other_sizes),
    API_TEST(null_arguments_are_named),
    API_TEST(progress_tells_the_truth),
    API_TEST(the_callers_environment_stays),
    API_TEST(cancelling_keeps_what_was_learned),
    API_TEST(pull_keeps_a_model_what_it_was),
    API_TEST(teachers_count_by_their_share),
    API_TEST(wrong_teachers_are_named),
    API_TEST(a_checkpoint_knows_its_teachers),
    API_LOOP(threads_change_nothing, 2),
    API_TEST(a_slice_trains_like_a_copy),
    API_TEST(a_resumed_training_ends_the_same),
    API_TEST(texts_a_file_cannot_hold_are_refused_first),
    API_LOOP(only_a_checkpoint_has_to_fit_into_a_file, 2),
    API_TEST(divergence_is_an_error_and_changes_nothing),
};

int main(void)
{
    return API_RUN("train", tests, 120, temp_folder_make, temp_folder_remove);
}
