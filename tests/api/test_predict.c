/* Answers: the same bits whatever else is asked, and whoever asks. */
#include "api.h"

#include <errno.h>
#include <fenv.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>

static const char *const architectures[] = {"keras", API_NORM, "batchnorm dense 10"};
#define ARCHITECTURES ((int)(sizeof architectures / sizeof architectures[0]))

static digit_prediction *predict(const digit_model *model, const uint8_t *samples, size_t count)
{
    digit_prediction *answers = malloc((count + 1) * sizeof *answers);
    ck_assert_ptr_nonnull(answers);
    assert_ok(digit_model_predict(model, samples, count, answers));
    return answers;
}

START_TEST(answers_are_probabilities)
{
    digit_model *model = api_model(architectures[_i], 5);
    uint8_t *samples = api_samples(100, 1, NULL);
    digit_prediction *answers = predict(model, samples, 100);
    for (int i = 0; i < 100; i++) {
        const digit_prediction *p = &answers[i];
        double sum = 0;
        int best = 0;
        for (int c = 0; c < DIGIT_CLASSES; c++) {
            ck_assert(p->probabilities[c] >= 0 && p->probabilities[c] <= 1);
            sum += (double)p->probabilities[c];
            if (p->probabilities[c] > p->probabilities[best])
                best = c;
        }
        ck_assert(fabs(sum - 1) < 1e-5);
        ck_assert_int_eq(p->digit, best);
        ck_assert_uint_eq(p->flags, 0);
        ck_assert(p->other == 0);
        ck_assert(fabsf(p->confidence - p->probabilities[best]) < 1e-6f);
    }
    free(answers);
    free(samples);
    digit_model_free(model);
}
END_TEST

START_TEST(batches_and_threads_change_nothing)
{
    enum { COUNT = 200 };
    static const size_t batches[] = {1, 7, 8, 9, 64, COUNT};
    static const uint32_t threads[] = {1, 2, 3, 8};
    digit_model *model = api_model(architectures[_i], 5);
    uint8_t *samples = api_samples(COUNT, 1, NULL);
    digit_prediction *expected = predict(model, samples, COUNT), answers[COUNT];
    for (size_t t = 0; t < sizeof threads / sizeof threads[0]; t++) {
        assert_ok(digit_model_set_threads(model, threads[t]));
        for (size_t b = 0; b < sizeof batches / sizeof batches[0]; b++) {
            memset(answers, 0xA5, sizeof answers);
            for (size_t at = 0; at < COUNT; at += batches[b]) {
                const size_t left = COUNT - at, count = left < batches[b] ? left : batches[b];
                assert_ok(digit_model_predict(model, samples + at * DIGIT_SAMPLE_BYTES, count,
                                              answers + at));
            }
            assert_same_bytes(answers, expected, sizeof answers);
        }
    }
    free(expected);
    free(samples);
    digit_model_free(model);
}
END_TEST

START_TEST(a_batch_of_1000_gives_the_same_bits)
{
    digit_model *model = api_model(API_SMALL, 5);
    uint8_t *samples = api_samples(1000, 1, NULL);
    digit_prediction one, *expected = predict(model, samples, 1000);
    assert_ok(digit_model_set_threads(model, 4));
    digit_prediction *answers = predict(model, samples, 1000);
    assert_same_bytes(answers, expected, 1000 * sizeof *answers);
    for (size_t i = 0; i < 1000; i++) {
        assert_ok(digit_model_predict(model, samples + i * DIGIT_SAMPLE_BYTES, 1, &one));
        assert_same_bytes(&one, &expected[i], sizeof one);
    }
    free(answers);
    free(expected);
    free(samples);
    digit_model_free(model);
}
END_TEST

START_TEST(a_blank_sample_is_told_apart)
{
    digit_model *model = api_model(API_SMALL, 5);
    uint8_t samples[3 * DIGIT_SAMPLE_BYTES] = {0};
    digit_prediction answers[3];
    samples[DIGIT_SAMPLE_BYTES + 300] = 1; /* one dot is ink */
    assert_ok(digit_model_predict(model, samples, 3, answers));
    for (int i = 0; i < 3; i++) {
        ck_assert_uint_eq(answers[i].flags, i == 1 ? 0 : DIGIT_FLAG_BLANK);
        ck_assert((answers[i].confidence == 0) == (i != 1));
    }
    digit_model_free(model);
}
END_TEST

START_TEST(a_count_of_0_does_nothing)
{
    digit_model *model = api_model(API_SMALL, 5);
    digit_prediction untouched, answer;
    uint8_t sample[DIGIT_SAMPLE_BYTES] = {0};
    memset(&untouched, 0xA5, sizeof untouched);
    answer = untouched;
    assert_ok(digit_model_predict(model, NULL, 0, NULL));
    assert_ok(digit_model_predict(model, sample, 0, &answer));
    assert_same_bytes(&answer, &untouched, sizeof answer);
    digit_model_free(model);
}
END_TEST

START_TEST(wrong_arguments_are_named)
{
    digit_model *model = api_model(API_SMALL, 5);
    digit_prediction untouched, answer;
    uint8_t sample[DIGIT_SAMPLE_BYTES] = {0};
    memset(&untouched, 0xA5, sizeof untouched);
    answer = untouched;
    assert_fails(digit_model_predict(NULL, sample, 1, &answer), DIGIT_ERR_ARGUMENT, "model");
    assert_fails(digit_model_predict(model, NULL, 1, &answer), DIGIT_ERR_ARGUMENT, "samples");
    assert_fails(digit_model_predict(model, sample, 1, NULL), DIGIT_ERR_ARGUMENT, "out");
    assert_fails(digit_model_predict(model, sample, SIZE_MAX, &answer), DIGIT_ERR_ARGUMENT,
                 "samples");
    assert_same_bytes(&answer, &untouched, sizeof answer);
    digit_model_free(model);
}
END_TEST

/* ---- The caller's surroundings ---------------------------------------- */

START_TEST(the_callers_environment_stays)
{
    static const int modes[] = {FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO};
    digit_model *model = api_model("keras", 5);
    uint8_t *samples = api_samples(40, 1, NULL);
    digit_prediction *expected = predict(model, samples, 40), answers[40];
    for (uint32_t threads = 1; threads <= 3; threads++) {
        assert_ok(digit_model_set_threads(model, threads));
        for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
            ck_assert_int_eq(fesetround(modes[i]), 0);
            feclearexcept(FE_ALL_EXCEPT);
            feraiseexcept(FE_DIVBYZERO);
            errno = 4711;
            const digit_status status = digit_model_predict(model, samples, 40, answers);
            const int mode = fegetround(), flags = fetestexcept(FE_ALL_EXCEPT), error = errno;
            fesetround(FE_TONEAREST);
            ck_assert_int_eq(status, DIGIT_OK);
            ck_assert_int_eq(mode, modes[i]);
            ck_assert_int_eq(flags, FE_DIVBYZERO);
            ck_assert_int_eq(error, 4711);
            assert_same_bytes(answers, expected, sizeof answers);
        }
    }
    free(expected);
    free(samples);
    digit_model_free(model);
}
END_TEST

/* A host may want traps for its own numbers; ours must not spring them. */
START_TEST(unmasked_exceptions_do_not_trap)
{
#ifdef __x86_64__
    digit_model *model = api_model("keras", 5);
    uint8_t *samples = api_samples(40, 1, NULL);
    digit_prediction answers[40];
    const unsigned saved = __builtin_ia32_stmxcsr();
    feclearexcept(FE_ALL_EXCEPT);
    __builtin_ia32_ldmxcsr(saved & ~0x1F80u & ~0x3Fu);
    const digit_status status = digit_model_predict(model, samples, 40, answers);
    __builtin_ia32_ldmxcsr(saved);
    ck_assert_int_eq(status, DIGIT_OK);
    free(samples);
    digit_model_free(model);
#endif
}
END_TEST

/* ---- Many callers ----------------------------------------------------- */

enum { CALLERS = 8, CALLER_SAMPLES = 50, CALLER_ROUNDS = 12 };

typedef struct caller {
    pthread_t thread;
    const digit_model *model;
    const uint8_t *samples;
    const digit_prediction *expected;
    uint32_t seed;
    atomic_int *wrong;
} caller;

/* Runs of changing length and place, all the time. */
static void *ask(void *argument)
{
    caller *me = argument;
    digit_prediction answers[CALLER_SAMPLES];
    for (int round = 0; round < CALLER_ROUNDS; round++) {
        const size_t first = api_random(&me->seed) % CALLER_SAMPLES;
        const size_t count = api_random(&me->seed) % (CALLER_SAMPLES - first + 1);
        const digit_status status = digit_model_predict(
            me->model, me->samples + first * DIGIT_SAMPLE_BYTES, count, answers);
        if (status != DIGIT_OK ||
            memcmp(answers, me->expected + first, count * sizeof answers[0]) != 0)
            atomic_fetch_add(me->wrong, 1);
    }
    return NULL;
}

START_TEST(one_model_serves_many_threads)
{
    digit_model *model = api_model("keras", 5);
    uint8_t *samples = api_samples(CALLER_SAMPLES, 1, NULL);
    digit_prediction *expected = predict(model, samples, CALLER_SAMPLES);
    caller callers[CALLERS];
    atomic_int wrong = 0;
    assert_ok(digit_model_set_threads(model, _i == 0 ? 1 : 3));
    for (uint32_t i = 0; i < CALLERS; i++) {
        callers[i] = (caller){0, model, samples, expected, i, &wrong};
        ck_assert_int_eq(pthread_create(&callers[i].thread, NULL, ask, &callers[i]), 0);
    }
    for (int i = 0; i < CALLERS; i++)
        pthread_join(callers[i].thread, NULL);
    ck_assert_int_eq(wrong, 0);
    free(expected);
    free(samples);
    digit_model_free(model);
}
END_TEST

/* ---- Pictures ------------------------------------------------------------ */

#define PICTURES 1100 /* more than are prepared at once */

/* Pictures of `side` pixels: white ones, and ones with a bar somewhere. */
static digit_image *draw_pictures(uint8_t *pixels, int side)
{
    digit_image *images = malloc(PICTURES * sizeof *images);
    ck_assert_ptr_nonnull(images);
    memset(pixels, 255, (size_t)PICTURES * (size_t)(side * side));
    for (int i = 0; i < PICTURES; i++) {
        uint8_t *at = pixels + (size_t)i * (size_t)(side * side);
        for (int y = 5; i % 10 != 0 && y < side - 5; y++)
            memset(at + y * side + 8 + i % 9, 0, 4);
        images[i] = (digit_image){at, side, (uint32_t)side, (uint32_t)side, DIGIT_PIXEL_GRAY8,
                                  DIGIT_INK_DARK};
    }
    return images;
}

/* The same as one after the other, on any number of threads; and which are blank. */
START_TEST(pictures_are_prepared_and_classified)
{
    enum { SIDE = 40 };
    digit_model *model = api_model(API_NORM, 5);
    uint8_t *pixels = malloc((size_t)PICTURES * SIDE * SIDE), sample[DIGIT_SAMPLE_BYTES];
    ck_assert_ptr_nonnull(pixels);
    digit_image *images = draw_pictures(pixels, SIDE);
    digit_prediction *answers = malloc(PICTURES * sizeof *answers), alone;
    ck_assert_ptr_nonnull(answers);
    assert_ok(digit_model_set_threads(model, (uint32_t)_i));
    assert_ok(digit_model_predict_images(model, images, PICTURES, answers));
    for (int i = 0; i < PICTURES; i++) {
        digit_sample_info info = {.size = sizeof info};
        assert_ok(digit_model_normalize(model, &images[i], sample, &info));
        assert_ok(digit_model_predict(model, sample, 1, &alone));
        alone.flags |= info.flags;
        assert_same_bytes(&alone, &answers[i], sizeof alone);
        ck_assert_int_eq(answers[i].flags == DIGIT_FLAG_BLANK, i % 10 == 0);
    }
    free(answers);
    free(images);
    free(pixels);
    digit_model_free(model);
}
END_TEST

START_TEST(the_first_bad_picture_is_named)
{
    enum { SIDE = 20 };
    digit_model *model = api_model(API_SMALL, 5);
    uint8_t *pixels = malloc((size_t)PICTURES * SIDE * SIDE);
    ck_assert_ptr_nonnull(pixels);
    digit_image *images = draw_pictures(pixels, SIDE);
    digit_prediction *answers = malloc(PICTURES * sizeof *answers);
    ck_assert_ptr_nonnull(answers);
    images[1050].width = 0;
    images[1060].format = 99;
    assert_ok(digit_model_set_threads(model, 4));
    assert_fails(digit_model_predict_images(model, images, PICTURES, answers), DIGIT_ERR_ARGUMENT,
                 "picture 1050");
    assert_ok(digit_model_predict_images(model, images, 1050, answers));
    assert_ok(digit_model_predict_images(model, NULL, 0, NULL));
    assert_fails(digit_model_predict_images(model, NULL, 1, answers), DIGIT_ERR_ARGUMENT,
                 "images");
    assert_fails(digit_model_predict_images(model, images, 1, NULL), DIGIT_ERR_ARGUMENT, "out");
    assert_fails(digit_model_predict_images(NULL, images, 1, answers), DIGIT_ERR_ARGUMENT,
                 "model");
    free(answers);
    free(images);
    free(pixels);
    digit_model_free(model);
}
END_TEST

static const api_test tests[] = {
    API_LOOP(answers_are_probabilities, ARCHITECTURES),
    API_LOOP(batches_and_threads_change_nothing, ARCHITECTURES),
    API_TEST(a_batch_of_1000_gives_the_same_bits),
    API_TEST(a_blank_sample_is_told_apart),
    API_TEST(a_count_of_0_does_nothing),
    API_TEST(wrong_arguments_are_named),
    API_TEST(the_callers_environment_stays),
    API_TEST(unmasked_exceptions_do_not_trap),
    API_LOOP(one_model_serves_many_threads, 2),
    API_LOOP(pictures_are_prepared_and_classified, 3),
    API_TEST(the_first_bad_picture_is_named),
};

int main(void)
{
    return API_RUN("predict", tests, 120, NULL, NULL);
}
