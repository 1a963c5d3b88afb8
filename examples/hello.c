#include <digit/digit.h>
#include <stdio.h>
#include <string.h>

int main(void)
{
    static unsigned char picture[80][60]; /* black; a white seven is drawn on it */
    for (int i = 0; i < 52; i++)
        memset(&picture[14 + i][i < 6 ? 12 : 42 - i / 2], 255, i < 6 ? 36 : 6);

    digit_image image = {picture, 60, 60, 80, DIGIT_PIXEL_GRAY8, DIGIT_INK_AUTO};
    unsigned char sample[DIGIT_SAMPLE_BYTES];
    digit_prediction answer;
    digit_model *model;
    if (digit_model_load_pretrained(&model) != DIGIT_OK ||
        digit_model_normalize(model, &image, sample, NULL) != DIGIT_OK ||
        digit_model_predict(model, sample, 1, &answer) != DIGIT_OK) {
        fprintf(stderr, "%s\n", digit_last_error());
        return 1;
    }
    printf("%d (%.0f%%)\n", answer.digit, 100 * answer.confidence);
    digit_model_free(model);
    return 0;
}
