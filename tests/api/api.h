/* api.h - what the tests of the public interface share: checks, samples, small models. */
#ifndef DIGIT_TEST_API_H
#define DIGIT_TEST_API_H

#include <check.h>
#include <digit/digit.h>
#include <locale.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Small enough to train in a test, with every kind of tensor a plain model has. */
#define API_SMALL "conv 4x3 relu maxpool 2 dense 10"
#define API_NORM "conv 4x3 batchnorm relu maxpool 2 dropout 25 dense 16 batchnorm relu dense 10"

/* ---- Checks ----------------------------------------------------------- */

static inline void api_check_status(digit_status status, digit_status expected, const char *call,
                                    const char *file, int line)
{
    if (status != expected)
        ck_abort_msg("%s:%d: %s is %d (%s: %s), not %d (%s)", file, line, call, (int)status,
                     digit_status_text(status), digit_last_error(), (int)expected,
                     digit_status_text(expected));
}

#define assert_ok(call) api_check_status((call), DIGIT_OK, #call, __FILE__, __LINE__)

/* The status, and a sentence that names `part`. */
#define assert_fails(call, expected, part)                                                     \
    do {                                                                                       \
        api_check_status((call), (expected), #call, __FILE__, __LINE__);                       \
        ck_assert_msg(strstr(digit_last_error(), (part)) != NULL, "%s: '%s' does not name '%s'", \
                      #call, digit_last_error(), (part));                                      \
    } while (0)

/* Bits, not values: tests of determinism want no less. */
#define assert_same_bytes(a, b, size) ck_assert_int_eq(memcmp((a), (b), (size)), 0)

/* ---- Samples ---------------------------------------------------------- */

/* The next number of a stream that is the same everywhere. */
static inline uint32_t api_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

/* A sample a small network can learn: two bars whose places name the class, moved and
 * shaded a little, in noise. */
static inline void api_draw(uint32_t *state, unsigned label, uint8_t *sample)
{
    const unsigned row = 3 + 4 * (label % 5) + api_random(state) % 3;
    const unsigned column = (label < 5 ? 3 : 14) + api_random(state) % 3;
    const unsigned ink = 160 + api_random(state) % 96;
    for (int i = 0; i < DIGIT_SAMPLE_BYTES; i++)
        sample[i] = (uint8_t)(api_random(state) % 24);
    for (unsigned y = 0; y < 3; y++)
        for (unsigned x = 0; x < 9; x++)
            sample[(row + y) * DIGIT_SAMPLE_SIDE + column + x] = (uint8_t)ink;
}

/* samples[count][DIGIT_SAMPLE_BYTES] and labels[count]; either is for free(). */
static inline uint8_t *api_samples(size_t count, uint32_t seed, uint8_t **labels)
{
    uint8_t *samples = malloc(count * DIGIT_SAMPLE_BYTES + 1);
    uint32_t state = seed;
    ck_assert_ptr_nonnull(samples);
    if (labels)
        ck_assert_ptr_nonnull(*labels = malloc(count + 1));
    for (size_t i = 0; i < count; i++) {
        const unsigned label = api_random(&state) % DIGIT_CLASSES;
        api_draw(&state, label, samples + i * DIGIT_SAMPLE_BYTES);
        if (labels)
            (*labels)[i] = (uint8_t)label;
    }
    return samples;
}

static inline digit_dataset *api_dataset(size_t count, uint32_t seed)
{
    digit_dataset *dataset;
    uint8_t *labels, *samples = api_samples(count, seed, &labels);
    assert_ok(digit_dataset_create(samples, labels, count, &dataset));
    free(samples);
    free(labels);
    return dataset;
}

/* ---- Models ----------------------------------------------------------- */

static inline digit_model *api_model(const char *architecture, uint64_t seed)
{
    digit_model *model;
    digit_model_options options;
    digit_model_options_init(&options, sizeof options);
    options.architecture = architecture;
    options.seed = seed;
    assert_ok(digit_model_create(&options, &model));
    return model;
}

static inline digit_train_options api_train_options(uint32_t epochs, uint32_t batch)
{
    digit_train_options options;
    digit_train_options_init(&options, sizeof options);
    options.epochs = epochs;
    options.batch = batch;
    return options;
}

/* All of a model's file; for free(). */
static inline uint8_t *api_bytes(const digit_model *model, size_t *size)
{
    *size = 0;
    assert_ok(digit_model_save_memory(model, NULL, size));
    uint8_t *bytes = malloc(*size);
    ck_assert_ptr_nonnull(bytes);
    assert_ok(digit_model_save_memory(model, bytes, size));
    return bytes;
}

static inline bool api_same_models(const digit_model *a, const digit_model *b)
{
    size_t size_a, size_b;
    uint8_t *bytes_a = api_bytes(a, &size_a), *bytes_b = api_bytes(b, &size_b);
    const bool same = size_a == size_b && memcmp(bytes_a, bytes_b, size_a) == 0;
    free(bytes_a);
    free(bytes_b);
    return same;
}

/* ---- Running ---------------------------------------------------------- */

typedef struct api_test {
    const char *name;
    const TTest **test;
    int rounds; /* a loop test runs for _i in 0 .. rounds-1; 0: once */
} api_test;

#define API_TEST(function) {#function, &function, 0}
#define API_LOOP(function, rounds) {#function, &function, rounds}

/* The sanitizers and valgrind make everything slower: CK_TIMEOUT_MULTIPLIER scales it. */
static inline int api_run(const char *suite_name, const api_test *tests, size_t count,
                          double timeout, void (*before)(void), void (*after)(void))
{
    setlocale(LC_ALL, ""); /* where a comma is a decimal point, too */
    Suite *suite = suite_create(suite_name);
    for (size_t i = 0; i < count; i++) {
        TCase *tcase = tcase_create(tests[i].name);
        tcase_set_timeout(tcase, timeout);
        if (before || after)
            tcase_add_checked_fixture(tcase, before, after);
        if (tests[i].rounds > 0)
            tcase_add_loop_test(tcase, *tests[i].test, 0, tests[i].rounds);
        else
            tcase_add_test(tcase, *tests[i].test);
        suite_add_tcase(suite, tcase);
    }
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#define API_RUN(name, tests, timeout, before, after)                                           \
    api_run(name, tests, sizeof(tests) / sizeof((tests)[0]), timeout, before, after)

#endif
