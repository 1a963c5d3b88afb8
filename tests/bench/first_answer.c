/* The smallest program there is: the built-in model's answer for one sample. bench-start times
 * it from outside. */
#include <digit/digit.h>
#include <stdio.h>

int main(void)
{
    static uint8_t sample[DIGIT_SAMPLE_BYTES];
    digit_model *model;
    digit_prediction answer;
    for (int row = 5; row < 23; row++) /* a one */
        for (int column = 13; column < 16; column++)
            sample[row * DIGIT_SAMPLE_SIDE + column] = 255;
    if (digit_model_load_pretrained(&model) != DIGIT_OK ||
        digit_model_predict(model, sample, 1, &answer) != DIGIT_OK) {
        fprintf(stderr, "%s\n", digit_last_error());
        return 1;
    }
    printf("%d\n", (int)answer.digit);
    fflush(stdout);
    digit_model_free(model);
    return 0;
}
