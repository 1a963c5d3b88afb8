/*
 * Training with the library's own defaults (Adam, weight decay, averaged weights): the `keras`
 * network, batches of 32 and 128, one and two threads, in turn.
 *
 *     bench-train [threads=N] [batch=N] [samples=N] [epochs=N]
 *
 * `epochs` counts the timed ones; an untimed one over a twentieth of the samples comes first.
 */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>

#define SAMPLES 12800
#define SAMPLES_QUICK 640
#define EPOCHS 5
#define EPOCHS_MOST 64
#define MNIST_COUNT 60000.0

typedef struct setup {
    uint32_t threads, batch;
    digit_model *model;
    double seconds[EPOCHS_MOST];
} setup;

static double train(const setup *s, const digit_dataset *dataset)
{
    digit_train_options options;
    digit_train_options_init(&options, sizeof options);
    options.epochs = 1;
    options.batch = s->batch;
    options.trained_on = "";
    const double began = bench_now();
    bench_check(digit_model_train(s->model, dataset, &options), "train");
    return bench_now() - began;
}

static void prepare(setup *s, const digit_dataset *warm_up)
{
    digit_model_options options;
    digit_model_options_init(&options, sizeof options);
    options.architecture = "keras";
    bench_check(digit_model_create(&options, &s->model), "create");
    bench_check(digit_model_set_threads(s->model, s->threads), "threads");
    train(s, warm_up);
}

static void report(setup *s, uint32_t epochs, size_t samples, const char *origin)
{
    char facts[128];
    const bench_spread spread = bench_spread_of(s->seconds, epochs);
    const double steps = (double)((samples - 1) / s->batch + 1);
    snprintf(facts, sizeof facts,
             "\"threads\": %u, \"batch\": %u, \"samples\": %zu, \"data\": \"%s\"", s->threads,
             s->batch, samples, origin);
    bench_report("train step", facts, spread, 1e6 / steps, "us");
    bench_report("train epoch of 60000", facts, spread, MNIST_COUNT / (double)samples, "s");
}

int main(int argc, char **argv)
{
    setup setups[] = {
        {.threads = 1, .batch = 32},
        {.threads = 1, .batch = 128},
        {.threads = 2, .batch = 32},
        {.threads = 2, .batch = 128},
    };
    uint32_t count = sizeof setups / sizeof *setups;
    const uint32_t threads = bench_argument(argc, argv, "threads", 0);
    const uint32_t batch = bench_argument(argc, argv, "batch", 0);
    uint32_t epochs = bench_argument(argc, argv, "epochs", bench_quick() ? 1 : EPOCHS);
    if (epochs > EPOCHS_MOST)
        epochs = EPOCHS_MOST;
    if (threads && batch) {
        setups[0] = (setup){.threads = threads, .batch = batch};
        count = 1;
    }
    bench_data data = bench_data_load(
        bench_argument(argc, argv, "samples", bench_quick() ? SAMPLES_QUICK : SAMPLES));
    digit_dataset *dataset = NULL, *warm_up = NULL;
    bench_check(digit_dataset_create(data.samples, data.labels, data.count, &dataset), "dataset");
    bench_check(digit_dataset_slice(dataset, 0, data.count / 20 + 1, &warm_up), "slice");

    for (uint32_t i = 0; i < count; i++)
        prepare(&setups[i], warm_up);
    for (uint32_t e = 0; e < epochs; e++)
        for (uint32_t i = 0; i < count; i++)
            setups[i].seconds[e] = train(&setups[i], dataset);
    for (uint32_t i = 0; i < count; i++) {
        report(&setups[i], epochs, data.count, data.origin);
        digit_model_free(setups[i].model);
    }
    digit_dataset_free(warm_up);
    digit_dataset_free(dataset);
    bench_data_free(&data);
    return 0;
}
