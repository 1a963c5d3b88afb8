#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BLOCKS 9
#define BLOCKS_QUICK 3
#define BLOCK_SECONDS 0.05
#define BLOCK_SECONDS_QUICK 0.002
#define CONTEXTS_MOST 16

double bench_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

bool bench_quick(void)
{
    return getenv("DIGIT_BENCH_QUICK") != NULL;
}

void *bench_alloc(size_t size)
{
    void *memory = malloc(size ? size : 1);
    if (!memory) {
        fprintf(stderr, "benchmark: out of memory\n");
        exit(1);
    }
    return memory;
}

void bench_check(digit_status status, const char *what)
{
    if (status == DIGIT_OK)
        return;
    fprintf(stderr, "benchmark: %s: %s\n", what, digit_last_error());
    exit(1);
}

/* ---- Time ------------------------------------------------------------- */

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

bench_spread bench_spread_of(double *values, uint32_t count)
{
    qsort(values, count, sizeof *values, compare);
    return (bench_spread){
        .median = (values[(count - 1) / 2] + values[count / 2]) / 2,
        .low = values[0],
        .high = values[count - 1],
        .blocks = count,
    };
}

static double time_block(bench_work work, void *context, uint32_t repeats)
{
    const double began = bench_now();
    for (uint32_t i = 0; i < repeats; i++)
        work(context);
    return (bench_now() - began) / repeats;
}

static uint32_t warm_up(bench_work work, void *context)
{
    const double block = bench_quick() ? BLOCK_SECONDS_QUICK : BLOCK_SECONDS;
    uint32_t repeats = 1;
    time_block(work, context, 1);
    for (;;) {
        const double took = time_block(work, context, repeats) * repeats;
        if (took >= block || repeats >= 1u << 24)
            return repeats;
        repeats *= 2;
    }
}

void bench_time_in_turn(bench_work work, void *const *contexts, uint32_t count,
                        bench_spread *spreads)
{
    const uint32_t blocks = bench_quick() ? BLOCKS_QUICK : BLOCKS;
    double values[CONTEXTS_MOST][BLOCKS];
    uint32_t repeats[CONTEXTS_MOST];
    if (count > CONTEXTS_MOST)
        abort();
    for (uint32_t i = 0; i < count; i++)
        repeats[i] = warm_up(work, contexts[i]);
    for (uint32_t b = 0; b < blocks; b++)
        for (uint32_t i = 0; i < count; i++)
            values[i][b] = time_block(work, contexts[i], repeats[i]);
    for (uint32_t i = 0; i < count; i++)
        spreads[i] = bench_spread_of(values[i], blocks);
}

bench_spread bench_time(bench_work work, void *context)
{
    bench_spread spread;
    bench_time_in_turn(work, &context, 1, &spread);
    return spread;
}

/* ---- Results ---------------------------------------------------------- */

static void print_facts(const char *facts)
{
    for (; *facts; facts++)
        if (*facts != '"')
            putchar(*facts == ':' ? ' ' : *facts);
}

void bench_report(const char *name, const char *facts, bench_spread s, double scale,
                  const char *unit)
{
    printf("%s", name);
    if (*facts) {
        printf(" (");
        print_facts(facts);
        printf(")");
    }
    printf(": %.4g %s, between %.4g and %.4g in %u blocks\n", s.median * scale, unit,
           s.low * scale, s.high * scale, s.blocks);
    printf("{\"benchmark\": \"%s\"%s%s, \"unit\": \"%s\", \"median\": %.9g, \"low\": %.9g, "
           "\"high\": %.9g, \"blocks\": %u}\n",
           name, *facts ? ", " : "", facts, unit, s.median * scale, s.low * scale,
           s.high * scale, s.blocks);
    fflush(stdout);
}

/* ---- Arguments -------------------------------------------------------- */

static const char *find_argument(int argc, char **argv, const char *name)
{
    const size_t length = strlen(name);
    for (int i = 1; i < argc; i++)
        if (strncmp(argv[i], name, length) == 0 && argv[i][length] == '=')
            return argv[i] + length + 1;
    return NULL;
}

uint32_t bench_argument(int argc, char **argv, const char *name, uint32_t otherwise)
{
    const char *value = find_argument(argc, argv, name);
    return value ? (uint32_t)strtoul(value, NULL, 10) : otherwise;
}

double bench_argument_real(int argc, char **argv, const char *name, double otherwise)
{
    const char *value = find_argument(argc, argv, name);
    return value ? strtod(value, NULL) : otherwise;
}

digit_model *bench_model(uint32_t threads)
{
    const char *path = getenv("BENCH_MODEL");
    digit_model_options options;
    digit_model *model = NULL;
    digit_model_options_init(&options, sizeof options);
    options.architecture = "keras";
    if (path)
        bench_check(digit_model_load(path, &model), path);
    else
        bench_check(digit_model_create(&options, &model), "keras");
    bench_check(digit_model_set_threads(model, threads), "threads");
    return model;
}
