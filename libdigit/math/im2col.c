#include "math/im2col.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* One window row: `before` zeros, `inside` reals of the picture, `after` zeros. */
typedef struct run {
    const dg_real *pixels; /* NULL: the row lies outside the picture */
    size_t before, inside, after;
} run;

static run window_row(const dg_windows *w, const dg_real *in, uint32_t out_row,
                      uint32_t out_column, uint32_t row)
{
    const int64_t y = (int64_t)out_row * w->stride + row - w->pad.rows;
    const int64_t x = (int64_t)out_column * w->stride - w->pad.columns;
    const size_t whole = (size_t)w->window.columns * w->channels;
    if (y < 0 || y >= w->in_rows)
        return (run){.before = whole};
    const int64_t first = x < 0 ? 0 : x;
    const int64_t end = x + w->window.columns > w->in_columns ? w->in_columns
                                                              : x + w->window.columns;
    if (first >= end)
        return (run){.before = whole};
    run r = {.pixels = in + ((size_t)y * w->in_columns + (size_t)first) * w->channels,
             .before = (size_t)(first - x) * w->channels,
             .inside = (size_t)(end - first) * w->channels};
    r.after = whole - r.before - r.inside;
    return r;
}

/* A run laid out: zeros, pixels, zeros; returns where the next one goes. */
static dg_real *copy_run(const run *r, dg_real *out)
{
    memset(out, 0, r->before * sizeof *out);
    if (r->inside)
        memcpy(out + r->before, r->pixels, r->inside * sizeof *out);
    memset(out + r->before + r->inside, 0, r->after * sizeof *out);
    return out + r->before + r->inside + r->after;
}

/* Its adjoint; `in` is the picture r->pixels points into. */
static const dg_real *add_run(const run *r, const dg_real *columns, dg_real *in)
{
    if (r->inside)
        dg_vec_loops->add(r->inside, columns + r->before, in + (r->pixels - in));
    return columns + r->before + r->inside + r->after;
}

/* Every window lies inside: what `valid` convolutions always are. */
static bool all_inside(const dg_windows *w)
{
    return w->pad.rows == 0 && w->pad.columns == 0 &&
           (w->out_rows - 1) * w->stride + w->window.rows <= w->in_rows &&
           (w->out_columns - 1) * w->stride + w->window.columns <= w->in_columns;
}

static void im2col_inside(const dg_windows *w, const dg_real *in, dg_real *columns)
{
    const size_t width = (size_t)w->window.columns * w->channels;
    const size_t in_row = (size_t)w->in_columns * w->channels;
    for (uint32_t y = 0; y < w->out_rows; y++) {
        const dg_real *window = in + y * w->stride * in_row;
        for (uint32_t x = 0; x < w->out_columns; x++, window += w->stride * w->channels) {
            dg_vec_loops->gather(w->window.rows, width, in_row, window, columns);
            columns += w->window.rows * width;
        }
    }
}

void dg_im2col(const dg_windows *w, const dg_real *in, dg_real *columns)
{
    if (all_inside(w)) {
        im2col_inside(w, in, columns);
        return;
    }
    for (uint32_t y = 0; y < w->out_rows; y++) {
        for (uint32_t x = 0; x < w->out_columns; x++) {
            for (uint32_t row = 0; row < w->window.rows; row++) {
                const run r = window_row(w, in, y, x, row);
                columns = copy_run(&r, columns);
            }
        }
    }
}

static void unroll_inside(const dg_windows *w, const dg_real *in, dg_real *rows)
{
    const size_t width = (size_t)w->window.columns * w->channels;
    for (uint32_t y = 0; y < w->out_rows + w->window.rows - 1; y++, rows += w->out_columns * width)
        dg_vec_loops->gather(w->out_columns, width, w->channels,
                             in + (size_t)y * w->in_columns * w->channels, rows);
}

void dg_unroll_rows(const dg_windows *w, const dg_real *in, dg_real *rows)
{
    if (all_inside(w)) {
        unroll_inside(w, in, rows);
        return;
    }
    for (uint32_t y = 0; y < w->out_rows + w->window.rows - 1; y++) {
        for (uint32_t x = 0; x < w->out_columns; x++) {
            const run r = window_row(w, in, y, x, 0);
            rows = copy_run(&r, rows);
        }
    }
}

/* Windows that reach to the last column: nothing of the picture is left out. */
static void roll_inside(const dg_windows *w, const dg_real *rows, dg_real *in)
{
    const size_t row = (size_t)w->out_columns * w->window.columns * w->channels;
    const size_t in_row = (size_t)w->in_columns * w->channels;
    for (uint32_t y = 0; y < w->in_rows; y++, rows += row, in += in_row)
        dg_vec_loops->overlap(w->out_columns, w->window.columns, w->channels, rows, in);
}

static bool covers(const dg_windows *w)
{
    return all_inside(w) && w->in_rows == w->out_rows + w->window.rows - 1 &&
           w->in_columns == w->out_columns + w->window.columns - 1;
}

void dg_roll_rows(const dg_windows *w, const dg_real *rows, dg_real *in)
{
    if (covers(w)) {
        roll_inside(w, rows, in);
        return;
    }
    memset(in, 0, sizeof *in * w->in_rows * w->in_columns * w->channels);
    for (uint32_t y = 0; y < w->out_rows + w->window.rows - 1; y++) {
        for (uint32_t x = 0; x < w->out_columns; x++) {
            const run r = window_row(w, in, y, x, 0);
            rows = add_run(&r, rows, in);
        }
    }
}

/* One row of one tap: the pixels that out columns 0 .. out_columns-1 see through it. */
static void tap_row(const dg_windows *w, const dg_real *in_row, uint32_t tap_column, dg_real *out)
{
    const int64_t shift = (int64_t)tap_column - w->pad.columns;
    if (w->stride == 1) {
        /* out columns first .. end-1 lie inside the picture; a wide tap may see none of it */
        const int64_t all = w->out_columns, room = (int64_t)w->in_columns - shift;
        const int64_t first = shift >= 0 ? 0 : -shift < all ? -shift : all;
        const int64_t reach = room < all ? room : all, end = reach > first ? reach : first;
        if (first > 0)
            memset(out, 0, (size_t)first * sizeof *out);
        memcpy(out + first, in_row + first + shift, (size_t)(end - first) * sizeof *out);
        if (end < all)
            memset(out + end, 0, (size_t)(all - end) * sizeof *out);
        return;
    }
    for (uint32_t x = 0; x < w->out_columns; x++) {
        const int64_t from = (int64_t)x * w->stride + shift;
        out[x] = from >= 0 && from < w->in_columns ? in_row[from] : 0;
    }
}

static uint32_t taps_of(const dg_windows *w)
{
    return w->window.rows * w->window.columns;
}

void dg_im2col_by_tap(const dg_windows *w, const dg_real *in, dg_real *taps)
{
    if (all_inside(w) && w->stride == 1) {
        for (uint32_t tap = 0; tap < taps_of(w); tap++) {
            dg_vec_loops->gather(
                w->out_rows, w->out_columns, w->in_columns,
                in + tap / w->window.columns * w->in_columns + tap % w->window.columns, taps);
            taps += (size_t)w->out_rows * w->out_columns;
        }
        return;
    }
    for (uint32_t tap = 0; tap < taps_of(w); tap++) {
        for (uint32_t y = 0; y < w->out_rows; y++, taps += w->out_columns) {
            const int64_t from = (int64_t)y * w->stride + tap / w->window.columns - w->pad.rows;
            if (from >= 0 && from < w->in_rows)
                tap_row(w, in + (size_t)from * w->in_columns, tap % w->window.columns,
                        taps);
            else
                memset(taps, 0, w->out_columns * sizeof *taps);
        }
    }
}

void dg_col2im(const dg_windows *w, const dg_real *columns, dg_real *in)
{
    memset(in, 0, sizeof *in * w->in_rows * w->in_columns * w->channels);
    for (uint32_t y = 0; y < w->out_rows; y++) {
        for (uint32_t x = 0; x < w->out_columns; x++) {
            for (uint32_t row = 0; row < w->window.rows; row++) {
                const run r = window_row(w, in, y, x, row);
                columns = add_run(&r, columns, in);
            }
        }
    }
}
