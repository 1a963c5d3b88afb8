/*
 * Pictures of 64 Mpx that mean no good, read and normalised: seconds, of them this process's own,
 * and memory of each. docs/reliability.md says what is allowed. Nothing fails here;
 * digit_model_read() may say DIGIT_ERR_LIMIT.
 */
#define _DEFAULT_SOURCE
#include <digit/digit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { SIDE = 8192 };

static uint8_t (*page)[SIDE];

/* ---- The pictures ----------------------------------------------------- */

static void white(void)
{
    memset(page, 255, (size_t)SIDE * SIDE);
}

static void black(void)
{
    memset(page, 0, (size_t)SIDE * SIDE);
}

static void noise(void)
{
    uint32_t state = 1;
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++) {
            state = state * 1664525u + 1013904223u;
            page[y][x] = (uint8_t)(state >> 24);
        }
}

static void checkerboard(void)
{
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++)
            page[y][x] = (x + y) % 2 ? 255 : 0;
}

static void dots(void)
{
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++)
            page[y][x] = x % 7 < 3 && y % 7 < 3 ? 0 : 255;
}

static void comb(void)
{
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++)
            page[y][x] = x % 6 > 2 && y > 3 ? 255 : 0;
}

/* One line of ink, rolled up: 8 on, 8 off. */
static void spiral(void)
{
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++) {
            const int ring_x = x < SIDE - 1 - x ? x : SIDE - 1 - x;
            const int ring_y = y < SIDE - 1 - y ? y : SIDE - 1 - y;
            const int ring = (ring_x < ring_y ? ring_x : ring_y) / 8;
            const int gap = y >= 8 * ring && y < 8 * ring + 8 && x >= 8 * ring + 8 &&
                            x < 8 * ring + 16;
            page[y][x] = (ring % 2) ^ gap ? 255 : 0;
        }
}

static void digits(void)
{
    white();
    for (int y = 8; y + 48 < SIDE; y += 64)
        for (int x = 8; x + 24 < SIDE; x += 32)
            for (int row = 0; row < 40; row++)
                memset(&page[y + row][x + row / 4], 0, 5);
}

static const struct {
    const char *name;
    void (*paint)(void);
} pictures[] = {
    {"white", white}, {"black", black}, {"noise", noise}, {"checkerboard", checkerboard},
    {"dots", dots},   {"comb", comb},   {"spiral", spiral}, {"digits", digits},
};
#define PICTURES (sizeof pictures / sizeof pictures[0])

/* ---- One picture, in a process of its own ----------------------------- */

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static long peak_mib(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss / 1024;
}

static void report(const char *name, const char *call, uint32_t limit_ms)
{
    const digit_image image = {page, SIDE, SIDE, SIDE, DIGIT_PIXEL_GRAY8, DIGIT_INK_AUTO};
    digit_read_options options;
    digit_model *model;
    digit_reading *reading = NULL;
    uint8_t sample[DIGIT_SAMPLE_BYTES];
    digit_read_options_init(&options, sizeof options);
    options.time_limit_ms = limit_ms;
    if (digit_model_load_pretrained(&model) != DIGIT_OK)
        exit(EXIT_FAILURE);
    const long before = peak_mib();
    const double begin = seconds();
    const clock_t worked = clock();
    const digit_status status = strcmp(call, "normalize") == 0
                                    ? digit_model_normalize(model, &image, sample, NULL)
                                    : digit_model_read(model, &image, &options, &reading);
    printf("{\"picture\": \"%s\", \"call\": \"%s\", \"time_limit_ms\": %u, \"seconds\": %.2f, "
           "\"cpu_seconds\": %.2f, \"more_memory_mib\": %ld, \"status\": \"%s\"}\n",
           name, call, limit_ms, seconds() - begin, (double)(clock() - worked) / CLOCKS_PER_SEC,
           peak_mib() - before, digit_status_text(status));
    fflush(stdout);
    digit_reading_free(reading);
    digit_model_free(model);
}

static void report_apart(const char *name, const char *call, uint32_t limit_ms)
{
    const pid_t child = fork();
    if (child == 0) {
        report(name, call, limit_ms);
        _exit(EXIT_SUCCESS);
    }
    waitpid(child, NULL, 0);
}

int main(int argc, char **argv)
{
    page = malloc((size_t)SIDE * SIDE);
    if (!page)
        return EXIT_FAILURE;
    for (size_t i = 0; i < PICTURES; i++) {
        if (argc > 1 && strcmp(argv[1], pictures[i].name) != 0)
            continue;
        pictures[i].paint();
        report_apart(pictures[i].name, "normalize", 0);
        report_apart(pictures[i].name, "read", 0);
        report_apart(pictures[i].name, "read", 1000);
    }
    free(page);
    return EXIT_SUCCESS;
}
