/*
 * The loops themselves. Plain C that compilers turn into vector code: no branches
 * in the innermost loop, no aliasing, counts known before it starts.
 */
#include "math/vec.h"

#include <math.h>

#ifdef DG_DOUBLE
#define root sqrt
#else
#define root sqrtf
#endif

static inline dg_real larger(dg_real a, dg_real b)
{
    return a > b ? a : b;
}

static void scale_bytes(size_t count, const uint8_t *restrict bytes, dg_real *restrict out)
{
    for (size_t i = 0; i < count; i++)
        out[i] = (dg_real)bytes[i] / 255; /* a true division: 255 must become exactly 1 */
}

static void add(size_t count, const dg_real *restrict in, dg_real *restrict out)
{
    for (size_t i = 0; i < count; i++)
        out[i] += in[i];
}

static void gather(size_t runs, size_t count, size_t stride, const dg_real *restrict in,
                   dg_real *restrict out)
{
    for (size_t r = 0; r < runs; r++, in += stride, out += count)
        for (size_t i = 0; i < count; i++)
            out[i] = in[i];
}

/* Three wide, as nearly all are, away from the ends: each pixel is written once. */
static void overlap_3(size_t pixels, size_t channels, const dg_real *restrict windows,
                      dg_real *restrict out)
{
    for (size_t x = 0; x < pixels; x++, windows += 3 * channels, out += channels) {
        const dg_real *restrict last = windows + 2 * channels;
        const dg_real *restrict middle = windows + 4 * channels;
        const dg_real *restrict first = windows + 6 * channels;
        for (size_t c = 0; c < channels; c++)
            out[c] = last[c] + middle[c] + first[c];
    }
}

static void overlap_pixel(size_t x, size_t columns, size_t side, size_t channels,
                          const dg_real *restrict windows, dg_real *restrict out)
{
    const size_t first = x < side ? 0 : x - side + 1, end = x < columns ? x + 1 : columns;
    for (size_t c = 0; c < channels; c++)
        out[c] = 0;
    for (size_t w = first; w < end; w++) {
        const dg_real *restrict seen = windows + (w * side + x - w) * channels;
        for (size_t c = 0; c < channels; c++)
            out[c] += seen[c];
    }
}

static void overlap(size_t columns, size_t side, size_t channels, const dg_real *windows,
                    dg_real *out)
{
    const size_t pixels = columns + side - 1;
    size_t x = 0;
    if (side == 3 && columns > 2) {
        for (; x < 2; x++)
            overlap_pixel(x, columns, side, channels, windows, out + x * channels);
        overlap_3(columns - 2, channels, windows, out + x * channels);
        x = columns;
    }
    for (; x < pixels; x++)
        overlap_pixel(x, columns, side, channels, windows, out + x * channels);
}

static void relu(size_t count, const dg_real *in, dg_real *out)
{
    for (size_t i = 0; i < count; i++)
        out[i] = larger(in[i], 0);
}

static void relu_back(size_t count, const dg_real *restrict out, dg_real *restrict d)
{
    for (size_t i = 0; i < count; i++)
        d[i] = out[i] > 0 ? d[i] : 0;
}

static void bias(size_t rows, size_t columns, const dg_real *restrict values, int with_relu,
                 dg_real *restrict x)
{
    for (size_t r = 0; r < rows; r++, x += columns) {
        if (with_relu) {
            for (size_t c = 0; c < columns; c++)
                x[c] = larger(x[c] + values[c], 0);
        } else {
            for (size_t c = 0; c < columns; c++)
                x[c] += values[c];
        }
    }
}

static void column_sums(size_t rows, size_t columns, const dg_real *restrict x,
                        dg_real *restrict sums)
{
    for (size_t r = 0; r < rows; r++, x += columns)
        for (size_t c = 0; c < columns; c++)
            sums[c] += x[c];
}

static void square_sums(size_t rows, size_t columns, const dg_real *restrict x,
                        const dg_real *restrict mean, dg_real *restrict sums)
{
    for (size_t r = 0; r < rows; r++, x += columns)
        for (size_t c = 0; c < columns; c++)
            sums[c] += (x[c] - mean[c]) * (x[c] - mean[c]);
}

static void affine(size_t rows, size_t columns, const dg_real *restrict in,
                   const dg_real *restrict gain, const dg_real *restrict shift, int with_relu,
                   dg_real *restrict out)
{
    for (size_t r = 0; r < rows; r++, in += columns, out += columns) {
        if (with_relu) {
            for (size_t c = 0; c < columns; c++)
                out[c] = larger(in[c] * gain[c] + shift[c], 0);
        } else {
            for (size_t c = 0; c < columns; c++)
                out[c] = in[c] * gain[c] + shift[c];
        }
    }
}

static void product_sums(size_t rows, size_t columns, const dg_real *restrict d,
                         const dg_real *restrict x, const dg_real *restrict mean,
                         dg_real *restrict sums)
{
    for (size_t r = 0; r < rows; r++, d += columns, x += columns)
        for (size_t c = 0; c < columns; c++)
            sums[c] += d[c] * (x[c] - mean[c]);
}

static void mix(size_t rows, size_t columns, const dg_real *restrict d, const dg_real *restrict x,
                const dg_real *restrict a, const dg_real *restrict b, const dg_real *restrict c,
                dg_real *restrict out)
{
    for (size_t r = 0; r < rows; r++, d += columns, x += columns, out += columns)
        for (size_t i = 0; i < columns; i++)
            out[i] = a[i] * d[i] + b[i] * x[i] + c[i];
}

/* The usual window, in one pass over its four cells. */
static void window_2x2(size_t channels, size_t row_stride, const dg_real *restrict in,
                       dg_real *restrict out)
{
    const dg_real *restrict below = in + row_stride;
    for (size_t c = 0; c < channels; c++)
        out[c] = larger(larger(in[c], in[channels + c]), larger(below[c], below[channels + c]));
}

static void window_2x2_which(size_t channels, size_t row_stride, const dg_real *restrict in,
                             dg_real *restrict out, uint8_t *restrict which)
{
    const dg_real *restrict below = in + row_stride;
    for (size_t c = 0; c < channels; c++) {
        const dg_real a = in[c], b = in[channels + c];
        const dg_real d = below[c], e = below[channels + c];
        const dg_real top = larger(b, a), low = larger(e, d);
        const int32_t from_top = b > a ? 1 : 0, from_low = e > d ? 3 : 2;
        out[c] = larger(low, top);
        which[c] = (uint8_t)(low > top ? from_low : from_top);
    }
}

/* The same with bias and relu, as nearly every convolution has them. */
static void window_2x2_relu(size_t channels, size_t row_stride, const dg_real *restrict in,
                            const dg_real *restrict values, dg_real *restrict out)
{
    const dg_real *restrict below = in + row_stride;
    for (size_t c = 0; c < channels; c++) {
        const dg_real top = larger(in[c], in[channels + c]);
        const dg_real low = larger(below[c], below[channels + c]);
        out[c] = larger(larger(top, low) + values[c], 0);
    }
}

static void window_2x2_relu_which(size_t channels, size_t row_stride, const dg_real *restrict in,
                                  const dg_real *restrict values, dg_real *restrict out,
                                  uint8_t *restrict which)
{
    const dg_real *restrict below = in + row_stride;
    for (size_t c = 0; c < channels; c++) {
        const dg_real a = in[c], b = in[channels + c];
        const dg_real d = below[c], e = below[channels + c];
        const dg_real top = larger(b, a), low = larger(e, d);
        const int32_t from_top = b > a ? 1 : 0, from_low = e > d ? 3 : 2;
        const dg_real best = larger(low, top) + values[c];
        const int32_t from = low > top ? from_low : from_top;
        out[c] = larger(best, 0);
        which[c] = (uint8_t)(best > 0 ? from : DG_NO_CELL);
    }
}

static void window_any(size_t channels, dg_extent window, size_t row_stride,
                       const dg_real *restrict in, dg_real *restrict out, uint8_t *restrict which)
{
    for (size_t c = 0; c < channels; c++) {
        dg_real best = in[c];
        uint32_t from = 0;
        for (uint32_t cell = 1; cell < window.rows * window.columns; cell++) {
            const dg_real x =
                in[cell / window.columns * row_stride + cell % window.columns * channels + c];
            if (x > best) {
                best = x;
                from = cell;
            }
        }
        out[c] = best;
        if (which)
            which[c] = (uint8_t)from;
    }
}

static void finish_window(size_t channels, const dg_vec_after *after, dg_real *out, uint8_t *which)
{
    for (size_t c = 0; c < channels; c++) {
        out[c] += after->bias[c];
        if (after->relu && !(out[c] > 0)) {
            out[c] = 0;
            if (which)
                which[c] = DG_NO_CELL;
        }
    }
}

static int is_2x2(dg_extent window)
{
    return window.rows == 2 && window.columns == 2;
}

static void pool_window(size_t channels, dg_extent window, size_t row_stride, const dg_real *in,
                        const dg_vec_after *after, dg_real *out, uint8_t *which)
{
    if (!is_2x2(window))
        window_any(channels, window, row_stride, in, out, which);
    else if (which)
        window_2x2_which(channels, row_stride, in, out, which);
    else
        window_2x2(channels, row_stride, in, out);
    if (after)
        finish_window(channels, after, out, which);
}

static void pool_max(size_t columns, size_t channels, dg_extent window, size_t row_stride,
                     const dg_real *in, const dg_vec_after *after, dg_real *out, uint8_t *which)
{
    const int usual = is_2x2(window) && after && after->relu;
    for (size_t x = 0; x < columns; x++, in += window.columns * channels, out += channels) {
        uint8_t *from = which ? which + x * channels : NULL;
        if (usual && from)
            window_2x2_relu_which(channels, row_stride, in, after->bias, out, from);
        else if (usual)
            window_2x2_relu(channels, row_stride, in, after->bias, out);
        else
            pool_window(channels, window, row_stride, in, after, out, from);
    }
}

/* The cells by themselves: gcc believes `restrict` of parameters only. */
static void window_2x2_back(size_t channels, const dg_real *restrict d,
                            const uint8_t *restrict which, dg_real *restrict cell0,
                            dg_real *restrict cell1, dg_real *restrict cell2,
                            dg_real *restrict cell3)
{
    for (size_t c = 0; c < channels; c++) {
        const dg_real slope = d[c]; /* read in any case, or the loop would need branches */
        const uint8_t cell = which[c];
        cell0[c] = cell == 0 ? slope : 0;
        cell1[c] = cell == 1 ? slope : 0;
        cell2[c] = cell == 2 ? slope : 0;
        cell3[c] = cell == 3 ? slope : 0;
    }
}

static void window_any_back(size_t channels, dg_extent window, size_t row_stride,
                            const dg_real *restrict d, const uint8_t *restrict which,
                            dg_real *restrict din)
{
    for (uint32_t cell = 0; cell < window.rows * window.columns; cell++) {
        dg_real *restrict here =
            din + cell / window.columns * row_stride + cell % window.columns * channels;
        for (size_t c = 0; c < channels; c++)
            here[c] = which[c] == cell ? d[c] : 0;
    }
}

static void add_where(size_t channels, const dg_real *restrict d, const uint8_t *restrict which,
                      dg_real *restrict sums)
{
    for (size_t c = 0; c < channels; c++)
        sums[c] += which[c] == DG_NO_CELL ? 0 : d[c];
}

static void pool_max_back(size_t columns, size_t channels, dg_extent window, size_t row_stride,
                          const dg_real *d, const uint8_t *which, dg_real *din, dg_real *dbias)
{
    for (size_t x = 0; x < columns; x++) {
        if (is_2x2(window))
            window_2x2_back(channels, d, which, din, din + channels, din + row_stride,
                            din + row_stride + channels);
        else
            window_any_back(channels, window, row_stride, d, which, din);
        if (dbias)
            add_where(channels, d, which, dbias);
        d += channels;
        which += channels;
        din += window.columns * channels;
    }
}

/* Kingma and Ba, "Adam", ICLR 2015, section 2 (the bias correction is in the rate);
 * weight decay as in Loshchilov and Hutter, "Decoupled weight decay", ICLR 2019. */
static void adam(size_t count, const dg_adam_factors *factors, const dg_real *restrict gradient,
                 dg_real *restrict weights, dg_real *restrict first, dg_real *restrict second,
                 dg_real *restrict average)
{
    const dg_adam_factors f = *factors;
    for (size_t i = 0; i < count; i++) {
        const dg_real g = gradient[i];
        first[i] = f.decay1 * first[i] + (1 - f.decay1) * g;
        second[i] = f.decay2 * second[i] + (1 - f.decay2) * g * g;
        weights[i] = f.shrink * weights[i] - f.rate * first[i] / (root(second[i]) + f.epsilon);
    }
    if (f.average > 0)
        for (size_t i = 0; i < count; i++)
            average[i] = f.average * average[i] + (1 - f.average) * weights[i];
}

#define QUOTE_(word) #word
#define QUOTE(word) QUOTE_(word)
#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)

extern const dg_vec JOIN(dg_vec_, DG_VEC_LEVEL);

const dg_vec JOIN(dg_vec_, DG_VEC_LEVEL) = {
    .name = QUOTE(DG_VEC_LEVEL),
    .scale_bytes = scale_bytes,
    .add = add,
    .gather = gather,
    .overlap = overlap,
    .relu = relu,
    .relu_back = relu_back,
    .bias = bias,
    .column_sums = column_sums,
    .square_sums = square_sums,
    .affine = affine,
    .product_sums = product_sums,
    .mix = mix,
    .pool_max = pool_max,
    .pool_max_back = pool_max_back,
    .adam = adam,
};
