/*
 * Model files of every release stay readable, mean the same, and are written again byte
 * for byte. DIGIT_GOLDEN names the folder of the files.
 */
#include "api/api.h"
#include "golden.h"

#include <math.h>
#include <stdio.h>

static const struct {
    const char *name, *architecture;
    uint64_t parameters;
    uint32_t preparation, rejects;
} golden[] = {
    {"v1-plain", "conv 2x3 relu maxpool 2 dense 10", 2 * 9 + 2 + 338 * 10 + 10, 1, 0},
    {"v1-batchnorm",
     "conv 3x5 same stride 2 batchnorm relu avgpool 2 dropout 25 dense 12 relu dense 10",
     3 * 25 + 3 + 6 + 147 * 12 + 12 + 12 * 10 + 10, 1, 0},
    {"v1-other", "conv 2x3 batchnorm relu maxpool 2 dense 10 other 1",
     2 * 9 + 2 + 4 + 338 * 11 + 11, 1, 1},
};
#define GOLDEN ((int)(sizeof golden / sizeof golden[0]))

static const char *path_of(const char *name, const char *suffix)
{
    static char path[1024];
    const char *folder = getenv("DIGIT_GOLDEN");
    ck_assert_msg(folder != NULL, "DIGIT_GOLDEN is not set");
    snprintf(path, sizeof path, "%s/%s%s", folder, name, suffix);
    return path;
}

START_TEST(a_golden_file_is_read)
{
    digit_model *model;
    digit_model_info info = {.size = sizeof info};
    assert_ok(digit_model_load(path_of(golden[_i].name, ".safetensors"), &model));
    assert_ok(digit_model_get_info(model, &info));
    ck_assert_str_eq(info.architecture, golden[_i].architecture);
    ck_assert_uint_eq(info.parameters, golden[_i].parameters);
    ck_assert_str_eq(info.trained_on, "600 samples of a formula, tests/golden/golden.h");
    ck_assert_str_eq(info.licence, "MIT");
    ck_assert_uint_eq(info.preparation, golden[_i].preparation);
    ck_assert_uint_eq(info.rejects, golden[_i].rejects);
    digit_model_free(model);
}
END_TEST

START_TEST(its_answers_are_what_they_were)
{
    digit_model *model;
    assert_ok(digit_model_load(path_of(golden[_i].name, ".safetensors"), &model));
    FILE *file = fopen(path_of(golden[_i].name, ".txt"), "r");
    ck_assert_ptr_nonnull(file);
    for (unsigned i = 0; i < GOLDEN_SAMPLES; i++) {
        uint8_t sample[DIGIT_SAMPLE_BYTES];
        digit_prediction p;
        int digit;
        golden_sample(i, sample);
        assert_ok(digit_model_predict(model, sample, 1, &p));
        ck_assert_int_eq(fscanf(file, "%d", &digit), 1);
        ck_assert_int_eq(p.digit, digit);
        for (int c = 0; c < DIGIT_CLASSES; c++) {
            long expected; /* in hundred-millionths */
            ck_assert_int_eq(fscanf(file, "%ld", &expected), 1);
            ck_assert(fabs((double)p.probabilities[c] - 1e-8 * (double)expected) <= 1e-5);
        }
        long other = 0;
        ck_assert_int_eq(golden[_i].rejects ? fscanf(file, "%ld", &other) : 1, 1);
        ck_assert(fabs((double)p.other - 1e-8 * (double)other) <= 1e-5);
    }
    fclose(file);
    digit_model_free(model);
}
END_TEST

START_TEST(saved_again_it_has_the_same_bytes)
{
    digit_model *model;
    size_t size;
    assert_ok(digit_model_load(path_of(golden[_i].name, ".safetensors"), &model));
    uint8_t *bytes = api_bytes(model, &size), *original = malloc(size + 1);
    FILE *file = fopen(path_of(golden[_i].name, ".safetensors"), "rb");
    ck_assert_ptr_nonnull(original);
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fread(original, 1, size + 1, file), size);
    assert_same_bytes(original, bytes, size);
    fclose(file);
    free(original);
    free(bytes);
    digit_model_free(model);
}
END_TEST

static const api_test tests[] = {
    API_LOOP(a_golden_file_is_read, GOLDEN),
    API_LOOP(its_answers_are_what_they_were, GOLDEN),
    API_LOOP(saved_again_it_has_the_same_bytes, GOLDEN),
};

int main(void)
{
    return API_RUN("golden", tests, 30, NULL, NULL);
}
