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
            for (uint32_t row = 0; row < w->side; row++)
                for (uint32_t column = 0; column < w->side; column++)
                    for (uint32_t c = 0; c < w->channels; c++)
                        *columns++ = pixel(w, in, (int64_t)y * w->stride + row - w->pad,
                                           (int64_t)x * w->stride + column - w->pad, c);
}

static size_t in_count(const dg_windows *w)
{
    return (size_t)w->in_rows * w->in_columns * w->channels;
}

static size_t columns_count(const dg_windows *w)
{
    return (size_t)w->out_rows * w->out_columns * w->side * w->side * w->channels;
}

/* Windows may reach beyond the far edges, too, by `over` output rows and columns. */
static dg_windows geometry(uint32_t rows, uint32_t side, uint32_t stride, uint32_t pad,
                           uint32_t channels, uint32_t over)
{
    dg_windows w = {.in_rows = rows, .in_columns = rows + 2, .channels = channels, .side = side,
                    .stride = stride, .pad = pad};
    const uint32_t reach = side > pad ? side - pad : 1;
    w.out_rows = (rows > reach ? (rows - reach) / stride : 0) + 1 + over;
    w.out_columns = (rows + 2 > reach ? (rows + 2 - reach) / stride : 0) + 1 + over;
    return w;
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
    dg_col2im(w, y, back);
    for (size_t i = 0; i < taps; i++) {
        if (columns[i] != expected[i])
            ck_abort_msg("side %u stride %u pad %u: at %zu %g, not %g", w->side, w->stride, w->pad,
                         i, (double)columns[i], (double)expected[i]);
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

START_TEST(follows_the_definition)
{
    static const uint32_t sides[] = {1, 2, 3, 5, 9}, channels[] = {1, 3, 8};
    const uint32_t side = sides[_i];
    dg_vec_open();
    for (uint32_t rows = 1; rows < 10; rows += 2)
        for (uint32_t stride = 1; stride < 4; stride++)
            for (uint32_t pad = 0; pad < side; pad++)
                for (int c = 0; c < 3; c++)
                    for (uint32_t over = 0; over < 3; over++) {
                        const dg_windows w =
                            geometry(rows, side, stride, pad, channels[c], over);
                        check(&w);
                    }
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("im2col");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, follows_the_definition, 0, 5);
    return suite_run("im2col", tcase);
}
