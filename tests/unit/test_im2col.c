/* Windows as rows of a matrix, against the definition. */
#include "math/im2col.h"
#include "math/vec.h"

#include "../support/numbers.h"
#include "../support/suite.h"

#include <stdlib.h>

/* By definition: pixel (row, column) of the picture, 0 outside. */
static dg_real pixel(const dg_windows *w, const dg_real *in, int64_t row, int64_t column,
                     uint32_t channel)
{
    if (row < 0 || column < 0 || row >= w->in_rows || column >= w->in_columns)
        return 0;
    return in[((size_t)row * w->in_columns + (size_t)column) * w->channels + channel];
}

static void naive_im2col(const dg_windows *w, const dg_real *in, dg_real *columns)
{
    for (uint32_t y = 0; y < w->out_rows; y++)
        for (uint32_t x = 0; x < w->out_columns; x++)
            for (uint32_t row = 0; row < w->window.rows; row++)
                for (uint32_t column = 0; column < w->window.columns; column++)
                    for (uint32_t c = 0; c < w->channels; c++)
                        *columns++ = pixel(w, in, (int64_t)y * w->stride + row - w->pad.rows,
                                           (int64_t)x * w->stride + column - w->pad.columns, c);
}

static size_t in_count(const dg_windows *w)
{
    return (size_t)w->in_rows * w->in_columns * w->channels;
}

static size_t columns_count(const dg_windows *w)
{
    return (size_t)w->out_rows * w->out_columns * w->window.rows * w->window.columns * w->channels;
}

/* Windows may reach beyond the far edges, too, by `over` outputs. */
static uint32_t outputs(uint32_t in, uint32_t window, uint32_t stride, uint32_t pad, uint32_t over)
{
    const uint32_t reach = window > pad ? window - pad : 1;
    return (in > reach ? (in - reach) / stride : 0) + 1 + over;
}

static dg_windows geometry(uint32_t rows, dg_extent window, uint32_t stride, dg_extent pad,
                           uint32_t channels, uint32_t over)
{
    return (dg_windows){
        .in_rows = rows,
        .in_columns = rows + 2,
        .channels = channels,
        .out_rows = outputs(rows, window.rows, stride, pad.rows, over),
        .out_columns = outputs(rows + 2, window.columns, stride, pad.columns, over),
        .window = window,
        .stride = stride,
        .pad = pad,
    };
}

/* <im2col(x), y> == <x, col2im(y)>: one is the other's transpose. All numbers are whole and
 * small, so the sums are exact. */
static void check(const dg_windows *w)
{
    const size_t pixels = in_count(w), taps = columns_count(w);
    dg_real *x = malloc(pixels * sizeof *x), *back = calloc(pixels, sizeof *back);
    dg_real *columns = malloc(taps * sizeof *columns), *expected = malloc(taps * sizeof *expected);
    dg_real *y = malloc(taps * sizeof *y);
    double there = 0, here = 0;
    numbers_fill_whole(pixels + taps, pixels, 8, x);
    numbers_fill_whole(pixels + taps + 1, taps, 8, y);
    for (size_t i = 0; i < taps; i++)
        columns[i] = 99;
    dg_im2col(w, x, columns);
    naive_im2col(w, x, expected);
    for (size_t i = 0; i < pixels; i++)
        back[i] = 99;
    dg_col2im(w, y, back);
    for (size_t i = 0; i < taps; i++) {
        if (columns[i] != expected[i])
            ck_abort_msg("%ux%u stride %u pad %ux%u: at %zu %g, not %g", w->window.rows,
                         w->window.columns, w->stride, w->pad.rows, w->pad.columns, i,
                         (double)columns[i], (double)expected[i]);
        there += (double)columns[i] * (double)y[i];
    }
    for (size_t i = 0; i < pixels; i++)
        here += (double)x[i] * (double)back[i];
    ck_assert_double_eq(there, here);
    free(y);
    free(expected);
    free(columns);
    free(back);
    free(x);
}

/* The transposed matrix, for one channel. */
static void check_by_tap(const dg_windows *w)
{
    const size_t rows = (size_t)w->out_rows * w->out_columns, taps = columns_count(w) / rows;
    dg_real *x = malloc(in_count(w) * sizeof *x);
    dg_real *expected = malloc(columns_count(w) * sizeof *expected);
    dg_real *found = malloc(columns_count(w) * sizeof *found);
    numbers_fill_whole(rows, in_count(w), 8, x);
    naive_im2col(w, x, expected);
    dg_im2col_by_tap(w, x, found);
    for (size_t i = 0; i < rows * taps; i++)
        if (found[i % taps * rows + i / taps] != expected[i])
            ck_abort_msg("%ux%u stride %u: row %zu, tap %zu", w->window.rows, w->window.columns,
                         w->stride, i / taps, i % taps);
    free(found);
    free(expected);
    free(x);
}

/* Rows r .. r+out_rows-1 are what the windows see through kernel row r; the way back is the
 * adjoint. */
static void check_rows(const dg_windows *w)
{
    const size_t width = (size_t)w->window.columns * w->channels, row = w->out_columns * width;
    const size_t count = (w->out_rows + w->window.rows - 1) * row;
    dg_real *x = malloc(in_count(w) * sizeof *x), *back = calloc(in_count(w), sizeof *back);
    dg_real *expected = malloc(columns_count(w) * sizeof *expected);
    dg_real *found = malloc(count * sizeof *found), *y = malloc(count * sizeof *y);
    double there = 0, here = 0;
    numbers_fill_whole(count, in_count(w), 8, x);
    numbers_fill_whole(count + 1, count, 8, y);
    naive_im2col(w, x, expected);
    dg_unroll_rows(w, x, found);
    for (size_t i = 0; i < columns_count(w); i++) {
        const size_t position = i / width / w->window.rows,
                     kernel_row = i / width % w->window.rows;
        if (found[kernel_row * row + position * width + i % width] != expected[i])
            ck_abort_msg("%ux%u: position %zu, kernel row %zu", w->window.rows, w->window.columns,
                         position, kernel_row);
    }
    for (size_t i = 0; i < in_count(w); i++)
        back[i] = 99;
    dg_roll_rows(w, y, back);
    for (size_t i = 0; i < count; i++)
        there += (double)found[i] * (double)y[i];
    for (size_t i = 0; i < in_count(w); i++)
        here += (double)x[i] * (double)back[i];
    ck_assert_double_eq(there, here);
    free(y);
    free(found);
    free(expected);
    free(back);
    free(x);
}

static void check_all(const dg_windows *w)
{
    check(w);
    if (w->channels == 1)
        check_by_tap(w);
    if (w->stride == 1)
        check_rows(w);
}

static const dg_extent shapes[] = {{1, 1}, {2, 2}, {3, 3}, {5, 5}, {9, 9}, {1, 7}, {7, 1}, {2, 3}};

#define SHAPES (int)(sizeof shapes / sizeof shapes[0])

START_TEST(follows_the_definition)
{
    static const uint32_t channels[] = {1, 3, 8};
    const dg_extent window = shapes[_i];
    dg_vec_open();
    for (uint32_t rows = 1; rows < 10; rows += 2)
        for (uint32_t stride = 1; stride < 4; stride++)
            for (uint32_t part = 0; part < 9; part++) /* of the window: padding */
                for (int c = 0; c < 3; c++)
                    for (uint32_t over = 0; over < 3; over++) {
                        const dg_extent pad = {part * window.rows / 9, part * window.columns / 9};
                        const dg_windows w =
                            geometry(rows, window, stride, pad, channels[c], over);
                        check_all(&w);
                    }
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("im2col");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, follows_the_definition, 0, SHAPES);
    return suite_run("im2col", tcase);
}
