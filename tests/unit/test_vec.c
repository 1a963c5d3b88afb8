/* The vector loops of every instruction set this CPU has, against the plain ones. */
#include "math/vec.h"

#include "../support/numbers.h"
#include "../support/suite.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

extern const dg_vec dg_vec_base;
#if defined(__x86_64__)
extern const dg_vec dg_vec_v3, dg_vec_v4;
#endif

/* NULL where this CPU lacks the level. */
static const dg_vec *level(int index)
{
#if defined(__x86_64__)
    if (index == 1 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
        __builtin_cpu_supports("bmi2"))
        return &dg_vec_v3;
    if (index == 2 && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512cd"))
        return &dg_vec_v4;
#endif
    return index == 0 ? &dg_vec_base : NULL;
}

#define LEVELS 3
#define MOST 150 /* numbers of an array: several of the widest vectors and a rest */
#define ROOM (16 * MOST)

static void check_close(size_t count, const dg_real *got, const dg_real *expected,
                        const char *what)
{
    for (size_t i = 0; i < count; i++) {
        const double limit = 1e-5 * fmax(1, fabs((double)expected[i]));
        if (!(fabs((double)got[i] - (double)expected[i]) <= limit))
            ck_abort_msg("%s of %zu: at %zu %g, not %g", what, count, i, (double)got[i],
                         (double)expected[i]);
    }
}

START_TEST(scales_bytes_exactly)
{
    const dg_vec *vec = level(_i);
    uint8_t bytes[256];
    dg_real out[257];
    if (!vec)
        return;
    for (int i = 0; i < 256; i++)
        bytes[i] = (uint8_t)i;
    for (size_t count = 0; count <= 256; count++) {
        out[count] = 7;
        vec->scale_bytes(count, bytes + 256 - count, out);
        for (size_t i = 0; i < count; i++)
            if (out[i] != (dg_real)bytes[256 - count + i] / (dg_real)255)
                ck_abort_msg("%d of 255 became %g", bytes[256 - count + i], (double)out[i]);
        ck_assert(out[count] == 7);
    }
    ck_assert(out[0] == 0 && out[255] == 1);
}
END_TEST

START_TEST(adds_and_rectifies)
{
    const dg_vec *vec = level(_i);
    dg_real x[ROOM], y[ROOM], expected[ROOM];
    if (!vec)
        return;
    for (size_t count = 0; count <= MOST; count++) {
        numbers_fill(count + 1, count + 1, 2, x);
        numbers_fill(count + 2, count + 1, 2, y);
        x[0] = 0;
        for (size_t i = 0; i <= count; i++)
            expected[i] = i < count ? y[i] + x[i] : y[i];
        vec->add(count, x, y);
        check_close(count + 1, y, expected, "add");

        for (size_t i = 0; i <= count; i++)
            expected[i] = i == count ? y[i] : x[i] > 0 ? x[i] : 0;
        vec->relu(count, x, y);
        check_close(count + 1, y, expected, "relu");

        for (size_t i = 0; i <= count; i++)
            expected[i] = i < count && x[i] <= 0 ? 0 : y[i];
        vec->relu_back(count, x, y);
        check_close(count + 1, y, expected, "relu_back");

        memcpy(expected, x, sizeof x);
        for (size_t i = 0; i < count; i++)
            expected[i] = x[i] > 0 ? x[i] : 0;
        vec->relu(count, x, x);
        check_close(count + 1, x, expected, "relu in place");
    }
}
END_TEST

START_TEST(works_on_rows)
{
    const dg_vec *vec = level(_i);
    dg_real x[ROOM], values[MOST], sums[MOST], expected[ROOM];
    if (!vec)
        return;
    for (size_t columns = 1; columns <= MOST; columns += 7) {
        for (size_t rows = 0; rows <= 3; rows++) {
            numbers_fill(columns, rows * columns, 2, x);
            numbers_fill(columns + 1, columns, 2, values);
            memcpy(sums, values, columns * sizeof *sums);
            memcpy(expected, values, columns * sizeof *sums);
            for (size_t i = 0; i < rows * columns; i++)
                expected[i % columns] += x[i];
            vec->column_sums(rows, columns, x, sums);
            check_close(columns, sums, expected, "column_sums");
            for (int with_relu = 0; with_relu < 2; with_relu++) {
                for (size_t i = 0; i < rows * columns; i++) {
                    expected[i] = x[i] + values[i % columns];
                    if (with_relu && expected[i] < 0)
                        expected[i] = 0;
                }
                vec->bias(rows, columns, values, with_relu, x);
                check_close(rows * columns, x, expected, "bias");
            }
        }
    }
}
END_TEST

/* A number for each column, and one for each place. */
START_TEST(normalises_columns)
{
    const dg_vec *vec = level(_i);
    dg_real x[ROOM], d[ROOM], a[MOST], b[MOST], c[MOST], sums[MOST], out[ROOM], expected[ROOM];
    if (!vec)
        return;
    for (size_t columns = 1; columns <= MOST; columns += 7) {
        const size_t rows = columns % 4, count = rows * columns;
        numbers_fill(columns, count, 2, x);
        numbers_fill(columns + 1, count, 2, d);
        numbers_fill(columns + 2, columns, 1, a);
        numbers_fill(columns + 3, columns, 1, b);
        numbers_fill(columns + 4, columns, 1, c);

        memcpy(sums, a, sizeof sums);
        memcpy(expected, a, sizeof sums);
        for (size_t i = 0; i < count; i++)
            expected[i % columns] += (x[i] - b[i % columns]) * (x[i] - b[i % columns]);
        vec->square_sums(rows, columns, x, b, sums);
        check_close(columns, sums, expected, "square_sums");

        memcpy(sums, a, sizeof sums);
        memcpy(expected, a, sizeof sums);
        for (size_t i = 0; i < count; i++)
            expected[i % columns] += d[i] * (x[i] - b[i % columns]);
        vec->product_sums(rows, columns, d, x, b, sums);
        check_close(columns, sums, expected, "product_sums");

        for (int with_relu = 0; with_relu < 2; with_relu++) {
            for (size_t i = 0; i < count; i++) {
                expected[i] = x[i] * a[i % columns] + b[i % columns];
                if (with_relu && expected[i] < 0)
                    expected[i] = 0;
            }
            vec->affine(rows, columns, x, a, b, with_relu, out);
            check_close(count, out, expected, "affine");
        }

        for (size_t i = 0; i < count; i++)
            expected[i] = a[i % columns] * d[i] + b[i % columns] * x[i] + c[i % columns];
        vec->mix(rows, columns, d, x, a, b, c, out);
        check_close(count, out, expected, "mix");
    }
}
END_TEST

#define WINDOWS 3 /* side by side */

START_TEST(gathers_runs)
{
    const dg_vec *vec = level(_i);
    dg_real in[4 * MOST], out[3 * MOST + 1];
    if (!vec)
        return;
    numbers_fill(7, 4 * MOST, 1, in);
    for (size_t count = 0; count <= MOST; count++) {
        for (size_t stride = 0; stride <= count; stride += 1 + count / 3) {
            out[3 * count] = 99;
            vec->gather(3, count, stride, in, out);
            for (size_t i = 0; i < 3 * count; i++)
                ck_assert(out[i] == in[i / count * stride + i % count]);
            ck_assert(out[3 * count] == 99);
        }
    }
}
END_TEST

static void check_overlap(const dg_vec *vec, size_t columns, size_t side, size_t channels)
{
    const size_t count = columns * side * channels, pixels = columns + side - 1;
    dg_real *windows = malloc(count * sizeof *windows);
    dg_real *out = malloc(pixels * channels * sizeof *out);
    dg_real *expected = calloc(pixels * channels, sizeof *expected);
    numbers_fill_whole(count, count, 8, windows); /* whole: exact in any order */
    for (size_t i = 0; i < count; i++)
        expected[(i / channels / side + i / channels % side) * channels + i % channels] +=
            windows[i];
    vec->overlap(columns, side, channels, windows, out);
    ck_assert_mem_eq(out, expected, pixels * channels * sizeof *out);
    free(expected);
    free(out);
    free(windows);
}

START_TEST(adds_overlapping_windows)
{
    const dg_vec *vec = level(_i);
    if (!vec)
        return;
    for (size_t columns = 1; columns < 7; columns++)
        for (size_t side = 1; side < 7; side++)
            for (size_t channels = 1; channels <= MOST; channels += 1 + channels / 3)
                check_overlap(vec, columns, side, channels);
}
END_TEST

/* By definition: the first of equals wins. Window x, channel c is number x * channels + c. */
static void naive_pool(size_t channels, dg_extent window, size_t row_stride, const dg_real *in,
                       const dg_vec_after *after, dg_real *out, uint8_t *which)
{
    for (size_t i = 0; i < WINDOWS * channels; i++) {
        const dg_real *first = in + i / channels * window.columns * channels + i % channels;
        for (uint32_t cell = 0; cell < window.rows * window.columns; cell++) {
            const dg_real x =
                first[cell / window.columns * row_stride + cell % window.columns * channels];
            if (cell == 0 || x > out[i]) {
                out[i] = x;
                which[i] = (uint8_t)cell;
            }
        }
        if (after)
            out[i] += after->bias[i % channels];
        if (after && after->relu && out[i] <= 0) {
            out[i] = 0;
            which[i] = DG_NO_CELL;
        }
    }
}

static void check_pool(const dg_vec *vec, size_t channels, dg_extent window, size_t extra,
                       const dg_vec_after *after)
{
    const size_t used = WINDOWS * window.columns * channels, row_stride = used + extra;
    const size_t count = window.rows * row_stride;
    dg_real *in = malloc(count * sizeof *in), *din = malloc(count * sizeof *din);
    dg_real out[WINDOWS * MOST], expected[WINDOWS * MOST], alone[WINDOWS * MOST];
    dg_real slope[WINDOWS * MOST];
    uint8_t which[WINDOWS * MOST], expected_which[WINDOWS * MOST];
    dg_real dbias[MOST], expected_dbias[MOST];
    numbers_fill_whole(window.rows + channels, count, 2, in); /* few values: many ties */
    vec->pool_max(WINDOWS, channels, window, row_stride, in, after, out, which);
    vec->pool_max(WINDOWS, channels, window, row_stride, in, after, alone, NULL);
    naive_pool(channels, window, row_stride, in, after, expected, expected_which);
    ck_assert_mem_eq(which, expected_which, WINDOWS * channels);
    for (size_t i = 0; i < count; i++)
        din[i] = 99;
    for (size_t i = 0; i < WINDOWS * channels; i++) {
        slope[i] = (dg_real)(i % 5) + 1;
        if (i < channels)
            dbias[i] = expected_dbias[i] = 1;
        if (which[i] != DG_NO_CELL)
            expected_dbias[i % channels] += slope[i];
    }
    vec->pool_max_back(WINDOWS, channels, window, row_stride, slope, which, din, NULL);
    vec->pool_max_back(WINDOWS, channels, window, row_stride, slope, which, din, dbias);
    ck_assert_mem_eq(dbias, expected_dbias, channels * sizeof *dbias);
    ck_assert_mem_eq(out, expected, WINDOWS * channels * sizeof *out);
    ck_assert_mem_eq(alone, expected, WINDOWS * channels * sizeof *out);
    for (size_t i = 0; i < count; i++) {
        const size_t row = i / row_stride, column = i % row_stride / channels;
        const bool outside = i % row_stride >= used;
        const size_t from = outside
                                ? 0
                                : column / window.columns * channels + i % row_stride % channels;
        const bool mine = which[from] == row * window.columns + column % window.columns;
        if (din[i] != (outside ? 99 : mine ? slope[from] : 0))
            ck_abort_msg("%u x %u, %zu channels: at %zu %g", window.rows, window.columns, channels,
                         i, (double)din[i]);
    }
    free(din);
    free(in);
}

START_TEST(pools_the_first_of_equals)
{
    const dg_vec *vec = level(_i);
    dg_real bias[MOST];
    if (!vec)
        return;
    numbers_fill_whole(3, MOST, 2, bias);
    const dg_vec_after with_bias = {bias, 0}, with_relu = {bias, 1};
    for (uint32_t cells = 0; cells < 15 * 15; cells++) {
        const dg_extent window = {1 + cells / 15, 1 + cells % 15};
        const bool square = window.rows == window.columns;
        for (size_t channels = 1; channels <= MOST; channels += square && cells < 60 ? 1 : 37) {
            check_pool(vec, channels, window, channels % 3, NULL);
            check_pool(vec, channels, window, channels % 3, &with_bias);
            check_pool(vec, channels, window, channels % 3, &with_relu);
        }
    }
}
END_TEST

START_TEST(steps_like_adam)
{
    const dg_vec *vec = level(_i);
    dg_real g[MOST], state[4][MOST], plain[4][MOST];
    if (!vec)
        return;
    for (size_t count = 0; count <= MOST; count++) {
        dg_adam_factors factors = {.rate = (dg_real)0.01, .decay1 = (dg_real)0.9,
                                   .decay2 = (dg_real)0.999, .epsilon = (dg_real)1e-7,
                                   .shrink = (dg_real)0.99};
        factors.average = count % 2 ? (dg_real)0.9 : 0;
        numbers_fill(count, count, 1, g);
        for (int s = 0; s < 4; s++) {
            numbers_fill(count + 10, MOST, 1, state[s]);
            for (size_t i = 0; i < MOST; i++)
                state[s][i] = (dg_real)fabs((double)state[s][i]);
            memcpy(plain[s], state[s], sizeof plain[s]);
        }
        vec->adam(count, &factors, g, state[0], state[1], state[2], state[3]);
        dg_vec_base.adam(count, &factors, g, plain[0], plain[1], plain[2], plain[3]);
        for (int s = 0; s < 4; s++)
            check_close(MOST, state[s], plain[s], "adam");
    }
}
END_TEST

START_TEST(one_of_them_is_in_use)
{
    bool found = false;
    dg_vec_open();
    dg_vec_open();
    for (int i = 0; i < LEVELS; i++)
        found = found || dg_vec_loops == level(i);
    ck_assert(found);
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("vec");
    tcase_add_loop_test(tcase, scales_bytes_exactly, 0, LEVELS);
    tcase_add_loop_test(tcase, adds_and_rectifies, 0, LEVELS);
    tcase_add_loop_test(tcase, works_on_rows, 0, LEVELS);
    tcase_add_loop_test(tcase, normalises_columns, 0, LEVELS);
    tcase_add_loop_test(tcase, gathers_runs, 0, LEVELS);
    tcase_add_loop_test(tcase, adds_overlapping_windows, 0, LEVELS);
    tcase_add_loop_test(tcase, pools_the_first_of_equals, 0, LEVELS);
    tcase_add_loop_test(tcase, steps_like_adam, 0, LEVELS);
    tcase_add_test(tcase, one_of_them_is_in_use);
    return suite_run("vec", tcase);
}
