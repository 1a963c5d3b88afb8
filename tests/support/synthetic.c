#include "synthetic.h"

#include "data/dataset.h"

#include "numbers.h"

#include <check.h>
#include <stdlib.h>

#define BLOCK 5

static void draw(uint64_t *state, uint32_t label, uint8_t *sample)
{
    /* Ten places: four columns, three rows. */
    const uint32_t left = 1 + label % 4 * 6 + numbers_next(state) % 3;
    const uint32_t top = 2 + label / 4 * 8 + numbers_next(state) % 3;
    for (uint32_t i = 0; i < DIGIT_SAMPLE_BYTES; i++)
        sample[i] = (uint8_t)(numbers_next(state) % 64);
    for (uint32_t y = top; y < top + BLOCK; y++)
        for (uint32_t x = left; x < left + BLOCK; x++)
            sample[y * DIGIT_SAMPLE_SIDE + x] = (uint8_t)(192 + numbers_next(state) % 64);
}

void synthetic_fill(uint64_t seed, size_t count, uint8_t *samples, uint8_t *labels)
{
    uint64_t state = seed;
    for (size_t i = 0; i < count; i++) {
        labels[i] = (uint8_t)(numbers_next(&state) % DIGIT_CLASSES);
        draw(&state, labels[i], samples + i * DIGIT_SAMPLE_BYTES);
    }
}

digit_dataset *synthetic_dataset(uint64_t seed, size_t count)
{
    uint8_t *samples = malloc(count * DIGIT_SAMPLE_BYTES + 1), *labels = malloc(count + 1);
    digit_dataset *dataset = NULL;
    ck_assert_ptr_nonnull(samples);
    ck_assert_ptr_nonnull(labels);
    synthetic_fill(seed, count, samples, labels);
    ck_assert_int_eq(dg_dataset_create(samples, labels, count, &dataset), DIGIT_OK);
    free(samples);
    free(labels);
    return dataset;
}
