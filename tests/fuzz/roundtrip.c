/* A model from strange bytes is a model like any other: it answers, is saved, and answers alike. */
#include "fuzz.h"

enum { SAMPLES = 9 }; /* more than one run of eight */

static void draw(uint8_t samples[SAMPLES][DIGIT_SAMPLE_BYTES])
{
    for (int i = 0; i < SAMPLES; i++)
        for (int k = 0; k < DIGIT_SAMPLE_BYTES; k++)
            samples[i][k] = (uint8_t)(i == 0 ? 0 : i == 1 ? 255 : k * (i + 3) % 256);
}

static uint8_t *save(const digit_model *model, size_t *size)
{
    *size = 0;
    FUZZ_REQUIRE(digit_model_save_memory(model, NULL, size) == DIGIT_OK);
    uint8_t *bytes = malloc(*size);
    FUZZ_REQUIRE(bytes && digit_model_save_memory(model, bytes, size) == DIGIT_OK);
    return bytes;
}

/* All at once, and one by one: the same bits. */
static void predict(const digit_model *model, digit_prediction answers[SAMPLES])
{
    uint8_t samples[SAMPLES][DIGIT_SAMPLE_BYTES];
    digit_prediction one;
    draw(samples);
    FUZZ_REQUIRE(digit_model_predict(model, samples[0], SAMPLES, answers) == DIGIT_OK);
    for (int i = 0; i < SAMPLES; i++) {
        fuzz_check_prediction(&answers[i]);
        FUZZ_REQUIRE(digit_model_predict(model, samples[i], 1, &one) == DIGIT_OK);
        FUZZ_REQUIRE(memcmp(&one, &answers[i], sizeof one) == 0);
    }
}

int fuzz_one(const uint8_t *data, size_t size)
{
    digit_model *model, *again;
    digit_prediction answers[SAMPLES], same[SAMPLES];
    digit_model_info info = {.size = sizeof info};
    const digit_status status = digit_model_load_memory(data, size, &model);
    if (status != DIGIT_OK) {
        FUZZ_REQUIRE(model == NULL);
        fuzz_check_refusal(status);
        return 0;
    }
    FUZZ_REQUIRE(digit_model_get_info(model, &info) == DIGIT_OK);
    if (info.sample_ops > 1000000) { /* right, but slow */
        digit_model_free(model);
        return 0;
    }
    size_t saved_size, resaved_size;
    predict(model, answers);
    uint8_t *saved = save(model, &saved_size);
    FUZZ_REQUIRE(digit_model_load_memory(saved, saved_size, &again) == DIGIT_OK);
    predict(again, same);
    FUZZ_REQUIRE(memcmp(answers, same, sizeof answers) == 0);
    uint8_t *resaved = save(again, &resaved_size);
    FUZZ_REQUIRE(saved_size == resaved_size && memcmp(saved, resaved, saved_size) == 0);
    free(saved);
    free(resaved);
    digit_model_free(model);
    digit_model_free(again);
    return 0;
}
