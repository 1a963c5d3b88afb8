/* From a picture to a sample: grey pictures of three sizes, dark ink on paper. */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct context {
    uint8_t *pixels; /* [side][side] */
    uint32_t side;
} context;

static void work(void *opaque)
{
    const context *c = opaque;
    uint8_t sample[DIGIT_SAMPLE_BYTES];
    const digit_image image = {
        .pixels = c->pixels,
        .stride = (ptrdiff_t)c->side,
        .width = c->side,
        .height = c->side,
        .format = DIGIT_PIXEL_GRAY8,
        .ink = DIGIT_INK_AUTO,
    };
    bench_check(digit_model_normalize(NULL, &image, sample, NULL), "normalize");
}

/* A sample as if photographed: enlarged, ink of 40 on paper of 215 with a little grain. */
static void enlarge(const uint8_t *sample, const context *c)
{
    uint32_t grain = 1;
    for (uint32_t y = 0; y < c->side; y++)
        for (uint32_t x = 0; x < c->side; x++) {
            const uint32_t row = y * DIGIT_SAMPLE_SIDE / c->side;
            const uint32_t column = x * DIGIT_SAMPLE_SIDE / c->side;
            const uint32_t ink = sample[row * DIGIT_SAMPLE_SIDE + column];
            grain = grain * 1664525u + 1013904223u;
            c->pixels[(size_t)y * c->side + x] = (uint8_t)(215 - ink * 175 / 255 + (grain >> 30));
        }
}

int main(void)
{
    static const uint32_t sides[] = {28, 200, 1000};
    bench_data data = bench_data_load(1);
    for (size_t i = 0; i < sizeof sides / sizeof *sides; i++) {
        char facts[64];
        context c = {.side = sides[i], .pixels = bench_alloc((size_t)sides[i] * sides[i])};
        enlarge(data.samples, &c);
        snprintf(facts, sizeof facts, "\"side\": %u", sides[i]);
        bench_report("normalize", facts, bench_time(work, &c), 1e6, "us");
        free(c.pixels);
    }
    bench_data_free(&data);
    return 0;
}
