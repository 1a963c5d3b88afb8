/*
 * What drawing a line of writing costs, by its columns. Training asks for one a digit and epoch.
 *
 *     bench-lines [sheet=FILE.pgm [first name [strength]]]
 *
 * `sheet` writes lines below each other to look at instead, paper light, and says on standard
 * output what they say, a line each. Without MNIST_DIR their digits are blocks.
 */
#include "data/line.h"

#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SAMPLES 4000
#define SAMPLES_QUICK 50
#define LINES 200
#define LINES_QUICK 10

/* Of the sheet. */
#define SHEET_LINES 60
#define SHEET_COLUMNS 256
#define GAP 4 /* pixels between lines */
#define PITCH (DG_LINE_ROWS + GAP)

typedef struct context {
    const digit_dataset *dataset;
    uint32_t columns;
    uint64_t name;
    uint64_t lines;
} context;

static void work(void *opaque)
{
    static float scratch[DG_LINE_SCRATCH(DG_LINE_COLUMNS_MOST)];
    static uint8_t pixels[DG_LINE_ROWS * DG_LINE_COLUMNS_MOST];
    context *c = opaque;
    dg_line_text text;
    for (uint64_t i = 0; i < c->lines; i++, c->name++)
        dg_line_draw(c->dataset, c->name % c->dataset->count, 1, 1, c->name, c->columns, scratch,
                     pixels, &text);
}

static void measure(const digit_dataset *dataset)
{
    static const uint32_t columns[] = {64, 256, 1024};
    const uint64_t lines = bench_quick() ? LINES_QUICK : LINES;
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        context c = {dataset, columns[i], 0, lines};
        char facts[64];
        snprintf(facts, sizeof facts, "\"columns\": %u", columns[i]);
        bench_report("lines", facts, bench_time(work, &c), 1e3 / (double)lines, "ms");
    }
}

static void print_text(const dg_line_text *text)
{
    static const char signs[] = "0123456789.,-/:+%w";
    for (uint32_t i = 0; i < text->count; i++)
        putchar(signs[text->labels[i]]);
    putchar('\n');
}

static void draw_line(const digit_dataset *dataset, uint64_t name, float strength, uint8_t *sheet)
{
    static float scratch[DG_LINE_SCRATCH(SHEET_COLUMNS)];
    dg_line_text text;
    dg_line_draw(dataset, name % dataset->count, strength, 1, name, SHEET_COLUMNS, scratch, sheet,
                 &text);
    for (size_t i = 0; i < (size_t)DG_LINE_ROWS * SHEET_COLUMNS; i++)
        sheet[i] = (uint8_t)(255 - sheet[i]);
    print_text(&text);
}

static void draw_sheet(const digit_dataset *dataset, uint64_t first, float strength,
                       const char *path)
{
    static uint8_t sheet[SHEET_LINES * PITCH * SHEET_COLUMNS];
    memset(sheet, 128, sizeof sheet);
    for (uint64_t i = 0; i < SHEET_LINES; i++)
        draw_line(dataset, first + i, strength, sheet + i * PITCH * SHEET_COLUMNS);
    FILE *file = fopen(path, "wb");
    if (!file || fprintf(file, "P5 %d %d 255\n", SHEET_COLUMNS, SHEET_LINES * PITCH) < 0 ||
        fwrite(sheet, sizeof sheet, 1, file) != 1 || fclose(file) != 0) {
        perror(path);
        exit(1);
    }
}

int main(int argc, char **argv)
{
    bench_data data = bench_data_load(bench_quick() ? SAMPLES_QUICK : SAMPLES);
    digit_dataset *dataset;
    if (digit_dataset_create(data.samples, data.labels, data.count, &dataset) != DIGIT_OK)
        return 1;
    if (argc > 1 && strncmp(argv[1], "sheet=", 6) == 0)
        draw_sheet(dataset, argc > 2 ? strtoull(argv[2], NULL, 10) : 0,
                   argc > 3 ? strtof(argv[3], NULL) : 1, argv[1] + 6);
    else
        measure(dataset);
    digit_dataset_free(dataset);
    bench_data_free(&data);
    return 0;
}
