/* golden.h - the samples whose answers are kept beside the golden model files. */
#ifndef DIGIT_TEST_GOLDEN_H
#define DIGIT_TEST_GOLDEN_H

#include <digit/digit.h>

#define GOLDEN_SAMPLES 20

/* A formula, so that it is the same for ever and everywhere: a bar and a blob whose places
 * depend on `number`, over a weak pattern. Those of equal number % 10 are much alike. */
static inline void golden_sample(unsigned number, uint8_t sample[DIGIT_SAMPLE_BYTES])
{
    const unsigned kind = number % DIGIT_CLASSES, turn = number / DIGIT_CLASSES;
    for (unsigned y = 0; y < DIGIT_SAMPLE_SIDE; y++) {
        for (unsigned x = 0; x < DIGIT_SAMPLE_SIDE; x++) {
            unsigned value = (7 * x + 11 * y + 13 * number) % 29;
            if (y >= 2 + 2 * kind && y < 6 + 2 * kind && x >= 5 + turn % 4 && x < 20)
                value = 200 + (x + turn) % 50;
            if (x >= 3 + 2 * kind && x < 7 + 2 * kind && y >= 20 + turn % 3 && y < 26)
                value = 255 - turn % 100;
            sample[y * DIGIT_SAMPLE_SIDE + x] = (uint8_t)value;
        }
    }
}

#endif
