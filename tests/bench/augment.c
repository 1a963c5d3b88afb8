/*
 * What distorting a sample costs, by strength. Training asks for one a sample and epoch.
 *
 *     bench-augment [sheet=FILE.pgm | forms=FILE.pgm | cuts=FILE.pgm | others=FILE.pgm]
 *
 * `sheet` writes rows of distortions to look at instead: a digit each, plain at the left. `forms`
 * are those of other schools, `cuts` digits that touched others, `others` what is no digit.
 */
#include "data/augment.h"
#include "data/augment_parts.h"
#include "data/cut.h"
#include "data/other.h"

#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SAMPLES 1000
#define SAMPLES_QUICK 50
#define SIDE DIGIT_SAMPLE_SIDE

/* Of the sheet; digits are enlarged and a line apart. */
#define ROWS 10
#define COLUMNS 14
#define SCALE 2
#define CARD (SIDE * SCALE + 2)

typedef struct context {
    const bench_data *data;
    float strength;
    uint64_t name;
} context;

static void work(void *opaque)
{
    context *c = opaque;
    uint8_t out[DIGIT_SAMPLE_BYTES];
    for (size_t i = 0; i < c->data->count; i++)
        dg_augment(c->data->samples + i * DIGIT_SAMPLE_BYTES, c->data->labels[i], c->strength, 1,
                   c->name++, out);
}

static void measure(const bench_data *data)
{
    static const float strengths[] = {0.5f, 1};
    for (size_t i = 0; i < sizeof strengths / sizeof *strengths; i++) {
        context c = {data, strengths[i], 0};
        char facts[64];
        snprintf(facts, sizeof facts, "\"strength\": %g", (double)strengths[i]);
        bench_report("augment", facts, bench_time(work, &c), 1e6 / (double)data->count, "us");
    }
}

static const uint8_t *first_of(const bench_data *data, int label)
{
    for (size_t i = 0; i < data->count; i++)
        if (data->labels[i] == label)
            return data->samples + i * DIGIT_SAMPLE_BYTES;
    return data->samples;
}

static void draw_card(const uint8_t *sample, int row, int column, uint8_t *sheet)
{
    for (int y = 0; y < SIDE * SCALE; y++)
        for (int x = 0; x < SIDE * SCALE; x++)
            sheet[(row * CARD + y) * COLUMNS * CARD + column * CARD + x] =
                sample[y / SCALE * SIDE + x / SCALE];
}

static void draw_digit(const bench_data *data, int row, int column, uint8_t *sample)
{
    const uint8_t *digit = first_of(data, row % DIGIT_CLASSES);
    dg_augment(digit, (uint8_t)(row % DIGIT_CLASSES), column ? 1 : 0, 1,
               (uint64_t)(row * COLUMNS + column), sample);
}

static void draw_other(const bench_data *data, int row, int column, uint8_t *sample)
{
    const uint64_t name = (uint64_t)(row * COLUMNS + column);
    digit_dataset *dataset;
    if (digit_dataset_create(data->samples, data->labels, data->count, &dataset) != DIGIT_OK)
        exit(1);
    dg_other_draw(1, name, dataset, sample);
    digit_dataset_free(dataset);
}

static void draw_cut(const bench_data *data, int row, int column, uint8_t *sample)
{
    const uint64_t name = (uint64_t)(row * COLUMNS + column);
    digit_dataset *dataset;
    if (digit_dataset_create(data->samples, data->labels, data->count, &dataset) != DIGIT_OK)
        exit(1);
    const size_t index = (size_t)(first_of(data, row % DIGIT_CLASSES) - data->samples);
    if (column)
        dg_cut_draw(1, name, dataset, dataset->samples + index, sample);
    else
        memcpy(sample, data->samples + index, DIGIT_SAMPLE_BYTES);
    digit_dataset_free(dataset);
}

/* The digit, or the next form that it becomes. */
static void draw_form(const bench_data *data, int row, int column, uint8_t *sample)
{
    const uint8_t *still = first_of(data, row % DIGIT_CLASSES);
    memcpy(sample, still, DIGIT_SAMPLE_BYTES);
    for (uint64_t name = 0; column > 0 && memcmp(sample, still, DIGIT_SAMPLE_BYTES) == 0; name++) {
        dg_field field;
        dg_rng rng;
        dg_field_from_bytes(still, &field);
        dg_rng_init(&rng, 1, DG_RNG_DISTORTION, (uint64_t)column * 1000 + name);
        dg_augment_style(&rng, 1, (uint8_t)(row % DIGIT_CLASSES), &field);
        dg_field_to_bytes(&field, sample);
    }
}

typedef void (*draw)(const bench_data *data, int row, int column, uint8_t *sample);

static void draw_sheet(const bench_data *data, draw one, const char *path)
{
    static uint8_t sheet[ROWS * CARD * COLUMNS * CARD];
    memset(sheet, 128, sizeof sheet);
    for (int row = 0; row < ROWS; row++) {
        for (int column = 0; column < COLUMNS; column++) {
            uint8_t sample[DIGIT_SAMPLE_BYTES];
            one(data, row, column, sample);
            draw_card(sample, row, column, sheet);
        }
    }
    FILE *file = fopen(path, "wb");
    if (!file || fprintf(file, "P5 %d %d 255\n", COLUMNS * CARD, ROWS * CARD) < 0 ||
        fwrite(sheet, sizeof sheet, 1, file) != 1 || fclose(file) != 0) {
        perror(path);
        exit(1);
    }
}

int main(int argc, char **argv)
{
    bench_data data = bench_data_load(bench_quick() ? SAMPLES_QUICK : SAMPLES);
    if (argc > 1 && strncmp(argv[1], "sheet=", 6) == 0)
        draw_sheet(&data, draw_digit, argv[1] + 6);
    else if (argc > 1 && strncmp(argv[1], "forms=", 6) == 0)
        draw_sheet(&data, draw_form, argv[1] + 6);
    else if (argc > 1 && strncmp(argv[1], "others=", 7) == 0)
        draw_sheet(&data, draw_other, argv[1] + 7);
    else if (argc > 1 && strncmp(argv[1], "cuts=", 5) == 0)
        draw_sheet(&data, draw_cut, argv[1] + 5);
    else
        measure(&data);
    bench_data_free(&data);
    return 0;
}
