/*
 * The page of bench-read through Tesseract, digits only: time of a call in turn for ways to
 * segment the page, and what it read.
 *
 *     bench-read-tesseract [psm=N] [text=1]
 *
 * psm: 3 page as it comes, 6 one block of text, 11 text anywhere. Tesseract takes its threads from
 * OMP_THREAD_LIMIT.
 */
#include "page.h"

#include <stdio.h>
#include <stdlib.h>
#include <tesseract/capi.h>

#define SCALE 2.5
#define DPI 300

typedef struct context {
    TessBaseAPI *engine;
    const bench_page *page;
} context;

static char *read_page(const context *c)
{
    TessBaseAPISetImage(c->engine, c->page->pixels, (int)c->page->width, (int)c->page->height, 1,
                        (int)c->page->width);
    TessBaseAPISetSourceResolution(c->engine, DPI);
    char *text = TessBaseAPIGetUTF8Text(c->engine);
    if (!text) {
        fprintf(stderr, "benchmark: Tesseract failed\n");
        exit(1);
    }
    return text;
}

static void work(void *opaque)
{
    TessDeleteText(read_page(opaque));
}

int main(int argc, char **argv)
{
    const uint32_t psm = bench_argument(argc, argv, "psm", PSM_SINGLE_BLOCK);
    bench_data data = bench_page_data();
    bench_page page = bench_page_draw(&data, PAGE_WIDTH, PAGE_HEIGHT, PAGE_DIGITS, SCALE);
    context c = {.engine = TessBaseAPICreate(), .page = &page};
    if (!c.engine || TessBaseAPIInit3(c.engine, NULL, "eng") != 0) {
        fprintf(stderr, "benchmark: Tesseract has no 'eng'\n");
        return 1;
    }
    TessBaseAPISetVariable(c.engine, "debug_file", "/dev/null");
    TessBaseAPISetVariable(c.engine, "tessedit_char_whitelist", "0123456789");
    TessBaseAPISetPageSegMode(c.engine, (TessPageSegMode)psm);
    if (bench_argument(argc, argv, "text", 0)) {
        char *text = read_page(&c);
        printf("%s\n\n%s\n", page.text, text);
        TessDeleteText(text);
    } else {
        char facts[64];
        snprintf(facts, sizeof facts, "\"psm\": %u, \"version\": \"%s\"", psm, TessVersion());
        bench_report("tesseract page", facts, bench_time(work, &c), 1e3, "ms");
    }
    TessBaseAPIEnd(c.engine);
    TessBaseAPIDelete(c.engine);
    bench_page_free(&page);
    bench_data_free(&data);
    return 0;
}
