/*
 * Weights so small that processors multiply them a hundred times slower unless told to take them
 * for zero. Must not cost more than half as much again as usual ones.
 */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define CRC_AT 34 /* docs/model-file.md */
#define CRC_DIGITS 8
#define SCALE 1e-38f
#define SAMPLES 1024

typedef struct context {
    digit_model *model;
    const bench_data *data;
    digit_prediction answers[SAMPLES];
} context;

static void work(void *opaque)
{
    context *c = opaque;
    bench_check(digit_model_predict(c->model, c->data->samples, c->data->count, c->answers),
                "predict");
}

/* Every weight of a model file, but not the temperature, which comes last. */
static void shrink(uint8_t *file, size_t size)
{
    char digits[CRC_DIGITS + 1];
    uint64_t header;
    memcpy(&header, file, sizeof header);
    for (size_t at = 8 + header; at + 2 * sizeof(float) <= size; at += sizeof(float)) {
        float weight;
        memcpy(&weight, file + at, sizeof weight);
        weight *= SCALE;
        memcpy(file + at, &weight, sizeof weight);
    }
    memset(file + CRC_AT, '0', CRC_DIGITS);
    const uLong crc = crc32(crc32(0, NULL, 0), file + 8, (uInt)(size - 8));
    snprintf(digits, sizeof digits, "%08lx", crc);
    memcpy(file + CRC_AT, digits, CRC_DIGITS);
}

static digit_model *denormal(const digit_model *model)
{
    digit_model *small = NULL;
    size_t size = 0;
    bench_check(digit_model_save_memory(model, NULL, &size), "size");
    uint8_t *file = bench_alloc(size);
    bench_check(digit_model_save_memory(model, file, &size), "save");
    shrink(file, size);
    bench_check(digit_model_load_memory(file, size, &small), "load");
    free(file);
    return small;
}

int main(void)
{
    static context normal, small;
    void *const both[] = {&normal, &small};
    bench_spread spreads[2];
    bench_data data = bench_data_load(SAMPLES);
    normal = (context){.model = bench_model(1), .data = &data};
    small = (context){.model = denormal(normal.model), .data = &data};
    bench_time_in_turn(work, both, 2, spreads);
    for (int i = 0; i < 2; i++)
        bench_report("predict bulk", i ? "\"weights\": \"denormal\"" : "\"weights\": \"usual\"",
                     spreads[i], 1e6 / SAMPLES, "us an image");
    const bench_spread ratio = {
        .median = spreads[1].median / spreads[0].median,
        .low = spreads[1].low / spreads[0].low,
        .high = spreads[1].high / spreads[0].high,
        .blocks = spreads[0].blocks,
    };
    bench_report("denormal weights", "", ratio, 1, "x");
    digit_model_free(normal.model);
    digit_model_free(small.model);
    bench_data_free(&data);
    return 0;
}
