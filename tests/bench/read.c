/*
 * Reading: a page of A4 at 300 dots an inch with 1,000 digits, beside what the network alone takes
 * for as many samples; how time grows with pixels and with digits; a crop of one digit; memory.
 *
 *     bench-read              all of it
 *     bench-read threads=N    the page only, on so many threads
 *     bench-read page=1       the page as PGM on standard output, nothing else
 *     bench-read text=1       what is written on it and, behind an empty line, what was read
 */
#include "page.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

/* Where it fits, at most this many digits and pixels a digit. */
#define SCALE 2.5
#define SCALE_SMALL 1.75

typedef struct context {
    const digit_model *model;
    digit_image image;
    uint32_t layout;
    const uint8_t *samples; /* [count][28][28]; NULL: read the image */
    size_t count;
    digit_prediction *answers; /* [count] */
} context;

static digit_reading *read_image(const context *c)
{
    digit_read_options options;
    digit_reading *reading = NULL;
    digit_read_options_init(&options, sizeof options);
    options.layout = c->layout;
    bench_check(digit_model_read(c->model, &c->image, &options, &reading), "read");
    return reading;
}

static void work(void *opaque)
{
    context *c = opaque;
    if (c->samples)
        bench_check(digit_model_predict(c->model, c->samples, c->count, c->answers), "predict");
    else
        digit_reading_free(read_image(c));
}

/* ---- The page ------------------------------------------------------------- */

/* A page and the network by itself, in turn. */
static void measure_page(const bench_data *data, uint32_t threads)
{
    bench_page page = bench_page_draw(data, PAGE_WIDTH, PAGE_HEIGHT, PAGE_DIGITS, SCALE);
    digit_model *model = bench_page_model(threads);
    context read = {.model = model, .image = bench_page_image(&page)}, network = read;
    network.samples = data->samples;
    network.count = PAGE_DIGITS;
    network.answers = bench_alloc(PAGE_DIGITS * sizeof *network.answers);
    void *const contexts[] = {&read, &network};
    bench_spread spreads[2];
    char facts[96];
    bench_time_in_turn(work, contexts, 2, spreads);
    snprintf(facts, sizeof facts, "\"threads\": %u, \"digits\": %u, \"data\": \"%s\"", threads,
             page.digits, data->origin);
    bench_report("read page", facts, spreads[0], 1e3, "ms");
    bench_report("network alone", facts, spreads[1], 1e3, "ms");
    free(network.answers);
    digit_model_free(model);
    bench_page_free(&page);
}

static double peak_bytes(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return 1024.0 * (double)usage.ru_maxrss;
}

/* What reading adds to the peak of the process, with everything else warm. Before all others, since
 * a peak never falls. */
static void measure_memory(const bench_data *data)
{
    bench_page page = bench_page_draw(data, PAGE_WIDTH, PAGE_HEIGHT, PAGE_DIGITS, SCALE);
    digit_model *model = bench_page_model(2);
    const context c = {.model = model, .image = bench_page_image(&page)};
    digit_prediction answers[64];
    bench_check(digit_model_predict(model, data->samples, 64, answers), "predict");
    const double before = peak_bytes();
    digit_reading_free(read_image(&c));
    double added = peak_bytes() - before;
    bench_report("read memory", "", bench_spread_of(&added, 1), 1.0 / (1 << 20), "MiB");
    added /= (double)PAGE_WIDTH * PAGE_HEIGHT;
    bench_report("read memory", "", bench_spread_of(&added, 1), 1, "bytes a pixel");
    digit_model_free(model);
    bench_page_free(&page);
}

/* ---- Growth --------------------------------------------------------------- */

static void measure_pages(const char *name, const bench_data *data, bench_page *pages,
                          uint32_t count)
{
    digit_model *model = bench_page_model(1);
    context contexts[8];
    void *pointers[8];
    bench_spread spreads[8];
    for (uint32_t i = 0; i < count; i++) {
        contexts[i] = (context){.model = model, .image = bench_page_image(&pages[i])};
        pointers[i] = &contexts[i];
    }
    bench_time_in_turn(work, pointers, count, spreads);
    for (uint32_t i = 0; i < count; i++) {
        char facts[96];
        snprintf(facts, sizeof facts, "\"pixels\": %.0f, \"digits\": %u, \"data\": \"%s\"",
                 (double)pages[i].width * pages[i].height, pages[i].digits, data->origin);
        bench_report(name, facts, spreads[i], 1e3, "ms");
        bench_page_free(&pages[i]);
    }
    digit_model_free(model);
}

static void measure_growth(const bench_data *data)
{
    static const uint32_t sizes[][2] = {{1240, 1754}, {1754, 2480}, {2480, 3508}, {3508, 4961},
                                        {4960, 7016}};
    static const uint32_t digits[] = {125, 250, 500, 1000, 2000};
    bench_page pages[5];
    const uint32_t count = bench_quick() ? 2 : 5;
    for (uint32_t i = 0; i < count; i++)
        pages[i] = bench_page_draw(data, sizes[i][0], sizes[i][1], 250, SCALE_SMALL);
    measure_pages("read pixels", data, pages, count);
    for (uint32_t i = 0; i < count; i++)
        pages[i] = bench_page_draw(data, PAGE_WIDTH, PAGE_HEIGHT, digits[i], SCALE_SMALL);
    measure_pages("read digits", data, pages, count);
}

/* ---- A crop --------------------------------------------------------------- */

static void measure_crop(const bench_data *data)
{
    static const char *const names[] = {"single", "line", "page"};
    static const uint32_t layouts[] = {DIGIT_LAYOUT_SINGLE, DIGIT_LAYOUT_LINE,
                                       DIGIT_LAYOUT_PAGE};
    digit_model *model = bench_page_model(1);
    digit_prediction answer;
    context contexts[4];
    void *pointers[4];
    bench_spread spreads[4];
    for (uint32_t i = 0; i < 4; i++) {
        contexts[i] = (context){.model = model, .count = 1, .answers = &answer};
        contexts[i].image = (digit_image){data->samples, DIGIT_SAMPLE_SIDE, DIGIT_SAMPLE_SIDE,
                                          DIGIT_SAMPLE_SIDE, DIGIT_PIXEL_GRAY8, DIGIT_INK_AUTO};
        contexts[i].layout = i < 3 ? layouts[i] : 0;
        contexts[i].samples = i < 3 ? NULL : data->samples;
        pointers[i] = &contexts[i];
    }
    bench_time_in_turn(work, pointers, 4, spreads);
    for (uint32_t i = 0; i < 3; i++) {
        char facts[64];
        snprintf(facts, sizeof facts, "\"layout\": \"%s\"", names[i]);
        bench_report("read crop", facts, spreads[i], 1e6, "us");
    }
    bench_report("predict one", "", spreads[3], 1e6, "us");
    digit_model_free(model);
}

/* ---- For others ----------------------------------------------------------- */

static void print_text(const bench_data *data)
{
    bench_page page = bench_page_draw(data, PAGE_WIDTH, PAGE_HEIGHT, PAGE_DIGITS, SCALE);
    digit_model *model = bench_page_model(0);
    const context c = {.model = model, .image = bench_page_image(&page)};
    digit_reading *reading = read_image(&c);
    printf("%s\n\n%s\n", page.text, digit_reading_text(reading));
    digit_reading_free(reading);
    digit_model_free(model);
    bench_page_free(&page);
}

int main(int argc, char **argv)
{
    bench_data data = bench_page_data();
    const uint32_t threads = bench_argument(argc, argv, "threads", 0);
    if (bench_argument(argc, argv, "page", 0)) {
        bench_page page = bench_page_draw(&data, PAGE_WIDTH, PAGE_HEIGHT, PAGE_DIGITS, SCALE);
        bench_page_write(&page);
        bench_page_free(&page);
    } else if (bench_argument(argc, argv, "text", 0)) {
        print_text(&data);
    } else if (threads) {
        measure_page(&data, threads);
    } else {
        measure_memory(&data);
        measure_page(&data, 1);
        measure_page(&data, 2);
        measure_crop(&data);
        measure_growth(&data);
    }
    bench_data_free(&data);
    return 0;
}
