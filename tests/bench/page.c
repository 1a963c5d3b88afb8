#include "page.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIDE DIGIT_SAMPLE_SIDE
#define GROUP 5
#define PAPER 242

bench_data bench_page_data(void)
{
    if (!getenv("MNIST_DIR"))
        return bench_data_load(10000);
    digit_dataset *mnist = bench_mnist("t10k");
    bench_data data = {.count = digit_dataset_count(mnist), .origin = "mnist"};
    data.samples = bench_alloc(data.count * DIGIT_SAMPLE_BYTES);
    data.labels = bench_alloc(data.count);
    memcpy(data.samples, digit_dataset_samples(mnist), data.count * DIGIT_SAMPLE_BYTES);
    memcpy(data.labels, digit_dataset_labels(mnist), data.count);
    digit_dataset_free(mnist);
    return data;
}

static double sample_at(const uint8_t *sample, int y, int x)
{
    return x < 0 || y < 0 || x >= SIDE || y >= SIDE ? 0 : sample[y * SIDE + x];
}

/* Bilinear. */
static double ink_at(const uint8_t *sample, double y, double x)
{
    const int top = (int)floor(y), left = (int)floor(x);
    const double down = y - top, across = x - left;
    return (1 - down) * ((1 - across) * sample_at(sample, top, left) +
                         across * sample_at(sample, top, left + 1)) +
           down * ((1 - across) * sample_at(sample, top + 1, left) +
                   across * sample_at(sample, top + 1, left + 1));
}

static void put(bench_page *page, const uint8_t *sample, double scale, double y, double x)
{
    const uint32_t side = (uint32_t)(SIDE * scale);
    for (uint32_t row = 0; row < side; row++)
        for (uint32_t column = 0; column < side; column++) {
            const double ink =
                ink_at(sample, (row + 0.5) / scale - 0.5, (column + 0.5) / scale - 0.5);
            uint8_t *pixel =
                &page->pixels[((size_t)y + row) * page->width + (size_t)x + column];
            const double darker = *pixel - ink * 190 / 255;
            *pixel = (uint8_t)(darker > 20 ? darker : 20);
        }
}

static void make_paper(bench_page *page)
{
    uint32_t grain = 1;
    for (size_t i = 0; i < (size_t)page->width * page->height; i++) {
        grain = grain * 1664525u + 1013904223u;
        page->pixels[i] = (uint8_t)(PAPER + (grain >> 29));
    }
}

bench_page bench_page_draw(const bench_data *data, uint32_t width, uint32_t height,
                           uint32_t digits, double scale)
{
    const double step = 32 * scale, gap = 24 * scale, down = 34 * scale, margin = 20 * scale;
    const uint32_t groups = (uint32_t)((width - 2 * margin + gap) / (GROUP * step + gap));
    const uint32_t a_line = groups * GROUP;
    bench_page page = {.width = width, .height = height, .digits = digits};
    if (a_line == 0 || digits > data->count ||
        margin + ((digits + a_line - 1) / a_line) * down > height) {
        fprintf(stderr, "benchmark: %u digits do not fit\n", digits);
        exit(1);
    }
    page.pixels = bench_alloc((size_t)width * height);
    page.text = bench_alloc(2 * (size_t)digits + 1);
    make_paper(&page);
    char *text = page.text;
    for (uint32_t i = 0; i < digits; i++) {
        const uint32_t row = i / a_line, column = i % a_line;
        put(&page, data->samples + (size_t)i * DIGIT_SAMPLE_BYTES, scale, margin + row * down,
            margin + column * step + column / GROUP * gap);
        if (i > 0 && column % GROUP == 0)
            *text++ = column == 0 ? '\n' : ' ';
        *text++ = (char)('0' + data->labels[i]);
    }
    *text = '\0';
    return page;
}

void bench_page_free(bench_page *page)
{
    free(page->pixels);
    free(page->text);
}

digit_image bench_page_image(const bench_page *page)
{
    return (digit_image){
        .pixels = page->pixels,
        .stride = (ptrdiff_t)page->width,
        .width = page->width,
        .height = page->height,
        .format = DIGIT_PIXEL_GRAY8,
        .ink = DIGIT_INK_AUTO,
    };
}

void bench_page_write(const bench_page *page)
{
    printf("P5 %u %u 255\n", page->width, page->height);
    fwrite(page->pixels, 1, (size_t)page->width * page->height, stdout);
}

digit_model *bench_page_model(uint32_t threads)
{
    digit_model *model = NULL;
    if (getenv("BENCH_MODEL"))
        return bench_model(threads);
    bench_check(digit_model_load_pretrained(&model), "the built-in model");
    bench_check(digit_model_set_threads(model, threads), "threads");
    return model;
}
