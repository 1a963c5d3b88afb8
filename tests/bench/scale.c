/*
 * What a second thread gains, beside what a second processor could: the same work on one thread,
 * shared by two threads of the library, and done twice at once by two threads that have nothing
 * in common. Where neighbours share caches, memory and power, the last is under 2 as well.
 */
#include "bench.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define SAMPLES 6400
#define SAMPLES_QUICK 256
#define ROUNDS 7
#define ROUNDS_QUICK 3

typedef struct worker {
    const bench_data *data;
    const digit_dataset *dataset;
    digit_model *model;
    digit_prediction *answers; /* [data->count] */
    uint32_t batch;            /* of training; 0: predict */
} worker;

static void *work(void *opaque)
{
    worker *w = opaque;
    if (w->batch == 0) {
        bench_check(digit_model_predict(w->model, w->data->samples, w->data->count, w->answers),
                    "predict");
        return NULL;
    }
    digit_train_options options;
    digit_train_options_init(&options, sizeof options);
    options.epochs = 1;
    options.batch = w->batch;
    options.trained_on = "";
    bench_check(digit_model_train(w->model, w->dataset, &options), "train");
    return NULL;
}

static double alone(worker *w, uint32_t threads)
{
    bench_check(digit_model_set_threads(w->model, threads), "threads");
    const double began = bench_now();
    work(w);
    return bench_now() - began;
}

static double side_by_side(worker pair[2])
{
    pthread_t other;
    for (int i = 0; i < 2; i++)
        bench_check(digit_model_set_threads(pair[i].model, 1), "threads");
    const double began = bench_now();
    if (pthread_create(&other, NULL, work, &pair[1]) != 0) {
        fprintf(stderr, "benchmark: no second thread\n");
        exit(1);
    }
    work(&pair[0]);
    pthread_join(other, NULL);
    return bench_now() - began;
}

static void measure(worker pair[2], uint32_t batch)
{
    const uint32_t rounds = bench_quick() ? ROUNDS_QUICK : ROUNDS;
    double shared[ROUNDS], apart[ROUNDS];
    char facts[64];
    pair[0].batch = pair[1].batch = batch;
    alone(&pair[0], 2);
    side_by_side(pair);
    for (uint32_t i = 0; i < rounds; i++) {
        const double one = alone(&pair[0], 1);
        shared[i] = one / alone(&pair[0], 2);
        apart[i] = 2 * one / side_by_side(pair);
    }
    if (batch)
        snprintf(facts, sizeof facts, "\"work\": \"train %u\"", batch);
    else
        snprintf(facts, sizeof facts, "\"work\": \"predict\"");
    bench_report("two threads", facts, bench_spread_of(shared, rounds), 1, "x");
    bench_report("two processors", facts, bench_spread_of(apart, rounds), 1, "x");
}

int main(void)
{
    bench_data data = bench_data_load(bench_quick() ? SAMPLES_QUICK : SAMPLES);
    digit_dataset *dataset = NULL;
    worker pair[2];
    bench_check(digit_dataset_create(data.samples, data.labels, data.count, &dataset), "data");
    for (int i = 0; i < 2; i++)
        pair[i] = (worker){.data = &data,
                           .dataset = dataset,
                           .model = bench_model(1),
                           .answers = bench_alloc(data.count * sizeof(digit_prediction))};
    measure(pair, 0);
    measure(pair, 128);
    measure(pair, 32);
    for (int i = 0; i < 2; i++) {
        digit_model_free(pair[i].model);
        free(pair[i].answers);
    }
    digit_dataset_free(dataset);
    bench_data_free(&data);
    return 0;
}
