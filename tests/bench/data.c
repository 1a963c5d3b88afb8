/* Samples to measure with: MNIST's, or made by formula. */
#include "bench.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIDE DIGIT_SAMPLE_SIDE

digit_dataset *bench_mnist(const char *set)
{
    char images[4096], labels[4096];
    digit_dataset *dataset = NULL;
    const char *folder = getenv("MNIST_DIR");
    if (!folder) {
        fprintf(stderr, "benchmark: MNIST_DIR is not set\n");
        exit(1);
    }
    snprintf(images, sizeof images, "%s/%s-images-idx3-ubyte", folder, set);
    snprintf(labels, sizeof labels, "%s/%s-labels-idx1-ubyte", folder, set);
    bench_check(digit_dataset_load_idx(images, labels, &dataset), "MNIST");
    return dataset;
}

static double uniform(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (double)(*state >> 40) / (double)(1u << 24);
}

/* A stroke three pixels wide with soft edges, along a Lissajous figure that the label names.
 * Like MNIST, one pixel in five has ink, the frame of four pixels hardly any. */
static void draw(uint64_t *state, uint32_t label, uint8_t *sample)
{
    const double across = 1 + label % 3, down = 1 + label / 3 % 2;
    const double phase = label * 0.6 + uniform(state) * 0.4;
    const double width = 4.5 + 1.5 * uniform(state), height = 7 + 2 * uniform(state);
    const double long_way = 3.8 / (across + down);
    memset(sample, 0, DIGIT_SAMPLE_BYTES);
    for (double t = 0; t < long_way * 2; t += 0.02) {
        const double x = 13.5 + width * cos(across * t + phase);
        const double y = 13.5 + height * sin(down * t);
        for (int row = (int)y - 1; row <= (int)y + 2; row++)
            for (int column = (int)x - 1; column <= (int)x + 2; column++) {
                const double away = hypot(column - x, row - y);
                const double ink = away < 1 ? 255 : 255 * (2 - away);
                uint8_t *pixel = &sample[row * SIDE + column];
                if (ink > *pixel)
                    *pixel = (uint8_t)ink;
            }
    }
}

static void draw_all(bench_data *data)
{
    uint64_t state = 1;
    for (size_t i = 0; i < data->count; i++) {
        data->labels[i] = (uint8_t)(uniform(&state) * DIGIT_CLASSES);
        draw(&state, data->labels[i], data->samples + i * DIGIT_SAMPLE_BYTES);
    }
    data->origin = "formula";
}

static void copy_mnist(bench_data *data)
{
    digit_dataset *mnist = bench_mnist("train");
    if (data->count > digit_dataset_count(mnist))
        data->count = digit_dataset_count(mnist);
    memcpy(data->samples, digit_dataset_samples(mnist), data->count * DIGIT_SAMPLE_BYTES);
    memcpy(data->labels, digit_dataset_labels(mnist), data->count);
    digit_dataset_free(mnist);
    data->origin = "mnist";
}

bench_data bench_data_load(size_t count)
{
    bench_data data = {.count = count};
    data.samples = bench_alloc(count * DIGIT_SAMPLE_BYTES);
    data.labels = bench_alloc(count);
    if (getenv("MNIST_DIR"))
        copy_mnist(&data);
    else
        draw_all(&data);
    return data;
}

void bench_data_free(bench_data *data)
{
    free(data->samples);
    free(data->labels);
    *data = (bench_data){0};
}
