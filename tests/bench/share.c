/*
 * How much of OpenBLAS's own speed is left when the whole work is counted: the floating-point
 * operations of the matrix products over the time of everything, beside a product of 2048 x 2048
 * matrices, one thread each, in turn. This program carries an OpenBLAS of its own.
 */
#include "bench.h"

#include <cblas.h>
#include <stdio.h>
#include <stdlib.h>

#define SIDE 2048
#define SIDE_QUICK 256
#define SAMPLES 12800
#define SAMPLES_QUICK 256
#define ROUNDS 5
#define ROUNDS_QUICK 3

/* Multiply-adds of the first convolution of `keras`, 24 x 24 outputs x 32 filters x 9 pixels:
 * its input needs no gradient. */
#define FIRST_OPS (24.0 * 24 * 32 * 9)

static int side;

/* FLOP a second */
static double multiply(const float *a, const float *b, float *c)
{
    const double began = bench_now();
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, side, side, side, 1, a, side, b, side,
                0, c, side);
    return 2.0 * side * side * side / (bench_now() - began);
}

/* Images a second */
static double predict(const digit_model *model, const bench_data *data, digit_prediction *answers)
{
    const double began = bench_now();
    bench_check(digit_model_predict(model, data->samples, data->count, answers), "predict");
    return (double)data->count / (bench_now() - began);
}

static double train(digit_model *model, const digit_dataset *dataset)
{
    digit_train_options options;
    digit_train_options_init(&options, sizeof options);
    options.epochs = 1;
    options.trained_on = "";
    const double began = bench_now();
    bench_check(digit_model_train(model, dataset, &options), "train");
    return (double)digit_dataset_count(dataset) / (bench_now() - began);
}

static float *fill(void)
{
    float *matrix = bench_alloc(sizeof *matrix * (size_t)side * (size_t)side);
    for (size_t i = 0; i < (size_t)side * (size_t)side; i++)
        matrix[i] = (float)(i % 13) * 0.1f - 0.6f;
    return matrix;
}

static void measure(const bench_data *data)
{
    double blas[ROUNDS], predicting[ROUNDS], training[ROUNDS];
    digit_model *model = bench_model(1);
    digit_dataset *dataset = NULL;
    digit_model_info info = {.size = sizeof info};
    digit_prediction *answers = bench_alloc(data->count * sizeof *answers);
    float *a = fill(), *b = fill(), *c = fill();
    const uint32_t rounds = bench_quick() ? ROUNDS_QUICK : ROUNDS;
    bench_check(digit_model_get_info(model, &info), "info");
    bench_check(digit_dataset_create(data->samples, data->labels, data->count, &dataset), "data");
    const double forward = 2.0 * (double)info.sample_ops;
    const double both = 3 * forward - 2 * FIRST_OPS;

    multiply(a, b, c);
    predict(model, data, answers);
    for (uint32_t i = 0; i < rounds; i++) {
        blas[i] = multiply(a, b, c);
        predicting[i] = predict(model, data, answers) * forward / blas[i];
        training[i] = train(model, dataset) * both / blas[i];
    }
    bench_report("sgemm 2048", "\"threads\": 1", bench_spread_of(blas, rounds), 1e-9, "GFLOP/s");
    bench_report("gemm share", "\"work\": \"predict\"", bench_spread_of(predicting, rounds), 100,
                 "%");
    bench_report("gemm share", "\"work\": \"train\"", bench_spread_of(training, rounds), 100, "%");
    digit_dataset_free(dataset);
    digit_model_free(model);
    free(answers);
    free(a);
    free(b);
    free(c);
}

int main(void)
{
    openblas_set_num_threads(1);
    side = bench_quick() ? SIDE_QUICK : SIDE;
    bench_data data = bench_data_load(bench_quick() ? SAMPLES_QUICK : SAMPLES);
    measure(&data);
    bench_data_free(&data);
    return 0;
}
