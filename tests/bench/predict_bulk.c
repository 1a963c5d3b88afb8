/*
 * Many samples a call: what an image costs as the batch grows, sizes in turn. Each call goes on
 * where the one before stopped, so that all sizes read the same pictures from the same memory.
 *
 *     bench-predict-bulk [threads=N] [batch=N] [samples=N]
 */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>

#define SAMPLES 60000
#define SAMPLES_QUICK 600
#define SAMPLES_A_BLOCK 20000

typedef struct context {
    digit_model *model;
    const bench_data *data;
    digit_prediction *answers; /* [data->count] */
    size_t batch, next;
    uint32_t calls;
} context;

static void work(void *opaque)
{
    context *c = opaque;
    for (uint32_t i = 0; i < c->calls; i++) {
        if (c->next + c->batch > c->data->count)
            c->next = 0;
        bench_check(digit_model_predict(c->model,
                                        c->data->samples + c->next * DIGIT_SAMPLE_BYTES,
                                        c->batch, c->answers + c->next),
                    "predict");
        c->next += c->batch;
    }
}

static void measure(digit_model *model, uint32_t threads, const size_t *batches, uint32_t count,
                    const bench_data *data)
{
    context contexts[8];
    void *pointers[8];
    bench_spread spreads[8];
    digit_prediction *answers = bench_alloc(data->count * sizeof *answers);
    const size_t block = data->count < SAMPLES_A_BLOCK ? data->count : SAMPLES_A_BLOCK;
    bench_check(digit_model_set_threads(model, threads), "threads");
    for (uint32_t i = 0; i < count; i++) {
        const size_t batch = batches[i] < data->count ? batches[i] : data->count;
        contexts[i] = (context){.model = model, .data = data, .answers = answers, .batch = batch};
        contexts[i].calls = batch < block ? (uint32_t)(block / batch) : 1;
        pointers[i] = &contexts[i];
    }
    bench_time_in_turn(work, pointers, count, spreads);
    for (uint32_t i = 0; i < count; i++) {
        char facts[128];
        const double images = (double)(contexts[i].calls * contexts[i].batch);
        snprintf(facts, sizeof facts, "\"threads\": %u, \"batch\": %zu, \"data\": \"%s\"",
                 threads, contexts[i].batch, data->origin);
        bench_report("predict bulk", facts, spreads[i], 1e6 / images, "us an image");
    }
    free(answers);
}

int main(int argc, char **argv)
{
    static const size_t all[] = {64, 256, 1024, 10000, 60000};
    const uint32_t most = bench_quick() ? SAMPLES_QUICK : SAMPLES;
    const uint32_t threads = bench_argument(argc, argv, "threads", 0);
    const size_t batch = bench_argument(argc, argv, "batch", 0);
    bench_data data = bench_data_load(bench_argument(argc, argv, "samples", most));
    digit_model *model = bench_model(1);
    for (uint32_t t = threads ? threads : 1; t <= (threads ? threads : 2); t++)
        measure(model, t, batch ? &batch : all, batch ? 1 : sizeof all / sizeof *all, &data);
    bench_data_free(&data);
    digit_model_free(model);
    return 0;
}
