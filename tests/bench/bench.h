/* bench.h - what the benchmark programs share: clock, repeats, samples, one line of results. */
#ifndef DIGIT_BENCH_H
#define DIGIT_BENCH_H

#include <digit/digit.h>
#include <stdbool.h>

/* Seconds a call: the median block and the two extremes. */
typedef struct bench_spread {
    double median, low, high;
    uint32_t blocks;
} bench_spread;

/* samples[count][DIGIT_SAMPLE_BYTES], labels[count] */
typedef struct bench_data {
    uint8_t *samples, *labels;
    size_t count;
    const char *origin; /* "mnist" or "formula" */
} bench_data;

typedef void (*bench_work)(void *context);

double bench_now(void);

/* DIGIT_BENCH_QUICK is set: few and short blocks, to see that all runs. Figures are no good. */
bool bench_quick(void);

/*
 * Time a call of work(contexts[i]) for each i: first one warm-up each, then blocks in turn
 * (0 1 2 0 1 2 ...), so that a noisy moment hits all alike. A block repeats the call for at
 * least 50 ms.
 */
void bench_time_in_turn(bench_work work, void *const *contexts, uint32_t count,
                        bench_spread *spreads);
bench_spread bench_time(bench_work work, void *context);

/* Median and extremes of what was measured elsewhere; sorts `values`. */
bench_spread bench_spread_of(double *values, uint32_t count);

/* A readable line, and the same as JSON. `facts` goes into both: "\"threads\": 2" or "".
 * Values are multiplied with `scale` to give `unit`. */
void bench_report(const char *name, const char *facts, bench_spread spread, double scale,
                  const char *unit);

/* Whole number behind "name=" among the arguments. */
uint32_t bench_argument(int argc, char **argv, const char *name, uint32_t otherwise);
double bench_argument_real(int argc, char **argv, const char *name, double otherwise);

/* End the program with a message unless all is well. */
void bench_check(digit_status status, const char *what);
void *bench_alloc(size_t size);

/* The network to measure with so many threads. */
digit_model *bench_model(uint32_t threads);

/* MNIST's training pictures if MNIST_DIR is set, else pictures like them: as much ink, as
 * much of the field empty. At most `count`. */
bench_data bench_data_load(size_t count);
void bench_data_free(bench_data *data);

/* MNIST itself: set is "train" or "t10k". Ends the program without MNIST_DIR. */
digit_dataset *bench_mnist(const char *set);

#endif
