/* page.h - pages of handwritten digits to measure reading with. */
#ifndef DIGIT_BENCH_PAGE_H
#define DIGIT_BENCH_PAGE_H

#include "bench.h"

/* A4 at 300 dots an inch. */
enum { PAGE_WIDTH = 2480, PAGE_HEIGHT = 3508, PAGE_DIGITS = 1000 };

typedef struct bench_page {
    uint8_t *pixels; /* [height][width], dark ink on grainy paper */
    char *text;      /* digits, a space between groups of five, a newline between lines */
    uint32_t width, height, digits;
} bench_page;

/* MNIST's test pictures, which no model was trained on; without MNIST_DIR drawn ones. */
bench_data bench_page_data(void);

/* The first `digits` of `data`, 28 * scale pixels each, line by line. Ends the program if
 * they don't fit. */
bench_page bench_page_draw(const bench_data *data, uint32_t width, uint32_t height,
                           uint32_t digits, double scale);
void bench_page_free(bench_page *page);

digit_image bench_page_image(const bench_page *page);

/* The page as PGM on standard output. */
void bench_page_write(const bench_page *page);

/* The built-in model, or the file that BENCH_MODEL names. */
digit_model *bench_page_model(uint32_t threads);

#endif
