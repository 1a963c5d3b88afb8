/*
 * fuzz.h - what the fuzz targets share.
 *
 * A target is one fuzz_one(). Linked with a fuzzing engine it is fed with what the engine makes
 * up; linked with replay.c it is fed with files. Either way patience.c is between them.
 */
#ifndef DIGIT_FUZZ_H
#define DIGIT_FUZZ_H

#include <digit/digit.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Look at one input; the result is 0. */
int fuzz_one(const uint8_t *data, size_t size);

/* Seconds of processor time that an input may take: a page is judged by two networks, in plain C,
 * under sanitizers. */
extern int fuzz_patience;

/* What must hold whatever the input is: in every build, with NDEBUG too. */
#define FUZZ_REQUIRE(condition)                                                                \
    do {                                                                                       \
        if (!(condition)) {                                                                    \
            fprintf(stderr, "%s:%d: not so: %s (last error: %s)\n", __FILE__, __LINE__,        \
                    #condition, digit_last_error());                                           \
            abort();                                                                           \
        }                                                                                      \
    } while (0)

/* Bytes from strangers are refused in one of these ways, and with a sentence. */
static inline void fuzz_check_refusal(digit_status status)
{
    FUZZ_REQUIRE(status == DIGIT_ERR_FORMAT || status == DIGIT_ERR_LIMIT ||
                 status == DIGIT_ERR_UNSUPPORTED);
    FUZZ_REQUIRE(strlen(digit_last_error()) > 8);
}

/* ---- Input taken bit by bit: zeros when it is used up ------------------ */

typedef struct fuzz_input {
    const uint8_t *at;
    size_t left;
} fuzz_input;

static inline uint8_t fuzz_byte(fuzz_input *in)
{
    if (in->left == 0)
        return 0;
    in->left--;
    return *in->at++;
}

static inline uint32_t fuzz_number(fuzz_input *in, int bytes)
{
    uint32_t number = 0;
    for (int i = 0; i < bytes; i++)
        number |= (uint32_t)fuzz_byte(in) << 8 * i;
    return number;
}

/* ---- Models ----------------------------------------------------------- */

static inline digit_model *fuzz_model(const char *architecture)
{
    digit_model *model;
    digit_model_options options;
    digit_model_options_init(&options, sizeof options);
    options.architecture = architecture;
    FUZZ_REQUIRE(digit_model_create(&options, &model) == DIGIT_OK);
    return model;
}

static inline void fuzz_check_prediction(const digit_prediction *answer)
{
    float sum = 0;
    FUZZ_REQUIRE(answer->digit >= 0 && answer->digit < DIGIT_CLASSES);
    FUZZ_REQUIRE(answer->confidence >= 0 && answer->confidence <= 1);
    FUZZ_REQUIRE(answer->other >= 0 && answer->other <= 1);
    for (int i = 0; i < DIGIT_CLASSES; i++)
        sum += answer->probabilities[i];
    FUZZ_REQUIRE(sum > 0.999F && sum < 1.001F);
}

#endif
