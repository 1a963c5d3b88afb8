/* A user's program, in the C and C++ of any year: load the model inside, predict, say how
 * long it took since the process began. Exit 77: the library has no model inside. */
#define _POSIX_C_SOURCE 200809L
#include <digit/digit.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* A plain 1. */
static void draw(uint8_t *sample)
{
    int y, x;
    memset(sample, 0, DIGIT_SAMPLE_BYTES);
    for (y = 4; y < 24; y++)
        for (x = 13; x < 16; x++)
            sample[y * DIGIT_SAMPLE_SIDE + x] = 255;
}

int main(void)
{
    const double start = now();
    uint8_t sample[DIGIT_SAMPLE_BYTES];
    digit_prediction answer;
    digit_model *model;
    digit_status status = digit_model_load_pretrained(&model);
    if (status == DIGIT_ERR_UNSUPPORTED)
        return 77;
    draw(sample);
    if (status == DIGIT_OK)
        status = digit_model_predict(model, sample, 1, &answer);
    if (status != DIGIT_OK) {
        fprintf(stderr, "consumer: %s\n", digit_last_error());
        return 1;
    }
    digit_model_free(model);
    printf("libdigit %s reads %d, %.1f ms after main() began\n", digit_version(),
           (int)answer.digit, now() - start);
    return answer.digit == 1 ? 0 : 1;
}
