/* One sample a call, on one thread: what a single answer costs. */
#include "bench.h"

#include <stdio.h>

#define SAMPLES 1000

typedef struct context {
    digit_model *model;
    bench_data data;
    size_t next;
} context;

static void work(void *opaque)
{
    context *c = opaque;
    digit_prediction answer;
    const uint8_t *sample = c->data.samples + c->next * DIGIT_SAMPLE_BYTES;
    c->next = (c->next + 1) % c->data.count;
    bench_check(digit_model_predict(c->model, sample, 1, &answer), "predict");
}

int main(int argc, char **argv)
{
    char facts[64];
    const uint32_t threads = bench_argument(argc, argv, "threads", 1);
    context c = {.model = bench_model(threads), .data = bench_data_load(SAMPLES)};
    snprintf(facts, sizeof facts, "\"threads\": %u, \"data\": \"%s\"", threads, c.data.origin);
    bench_report("predict one", facts, bench_time(work, &c), 1e6, "us");
    bench_data_free(&c.data);
    digit_model_free(c.model);
    return 0;
}
