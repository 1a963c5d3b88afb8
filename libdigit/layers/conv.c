/*
 * conv: 2-D convolution (cross-correlation, as everywhere in the field) by im2col and
 * GEMM, one sample at a time so that the columns stay in the core's own cache.
 *
 * A relu and a maxpool behind it are done here, while the sample's output is warm. Bias
 * and relu come after the pool, on a quarter of the numbers: both are monotone, in
 * floating point too, so they commute with the maximum and the bits are the same.
 */
#include "base/number.h"
#include "layers/pooling.h"
#include "math/blas.h"
#include "math/im2col.h"
#include "math/vec.h"

#include <string.h>

/* ---- Planning --------------------------------------------------------- */

/* All of this for rows, then for columns. `same` pads as Keras does: the odd zero at the end. */
static uint32_t padding(const dg_layer *layer, uint32_t window, uint32_t in, uint32_t out)
{
    const uint32_t end = (out - 1) * layer->stride + window;
    return end > in ? (end - in) / 2 : 0;
}

static uint32_t output_side(const dg_layer *layer, uint32_t window, uint32_t in)
{
    if (layer->same)
        return (in + layer->stride - 1) / layer->stride;
    return in < window ? 0 : (in - window) / layer->stride + 1;
}

static bool shape(dg_layer *layer)
{
    layer->out = (dg_shape){output_side(layer, layer->window.rows, layer->in.rows),
                            output_side(layer, layer->window.columns, layer->in.columns),
                            layer->size};
    if (layer->out.rows == 0 || layer->out.columns == 0)
        return false;
    layer->pad.rows = padding(layer, layer->window.rows, layer->in.rows, layer->out.rows);
    layer->pad.columns =
        padding(layer, layer->window.columns, layer->in.columns, layer->out.columns);
    return true;
}

static uint32_t needed(const dg_layer *layer, uint32_t window, uint32_t pad, uint32_t in,
                       uint32_t out)
{
    const uint32_t end = (out - 1) * layer->stride + window - pad;
    return dg_min_u32(end, in);
}

static dg_shape needs(const dg_layer *layer, dg_shape out)
{
    const dg_extent window = layer->window, pad = layer->pad;
    return (dg_shape){needed(layer, window.rows, pad.rows, layer->in.rows, out.rows),
                      needed(layer, window.columns, pad.columns, layer->in.columns, out.columns),
                      layer->in.channels};
}

static bool pools(const dg_layer *layer)
{
    return layer->pool.rows > 1 || layer->pool.columns > 1;
}

static bool absorb(dg_layer *layer, const dg_layer *next)
{
    if (dg_layer_absorb_relu(layer, next))
        return true;
    if (next->type == &dg_layer_maxpool && !pools(layer)) {
        layer->pool = next->window;
        layer->out = next->out;
        return true;
    }
    return false;
}

static dg_windows windows(const dg_layer *layer)
{
    return (dg_windows){
        .in_rows = layer->in.rows,
        .in_columns = layer->in.columns,
        .channels = layer->in.channels,
        .out_rows = layer->out.rows * layer->pool.rows,
        .out_columns = layer->out.columns * layer->pool.columns,
        .window = layer->window,
        .stride = layer->stride,
        .pad = layer->pad,
    };
}

static size_t positions(const dg_layer *layer)
{
    return (size_t)layer->out.rows * layer->pool.rows * layer->out.columns * layer->pool.columns;
}

static size_t taps(const dg_layer *layer)
{
    return (size_t)layer->window.rows * layer->window.columns * layer->in.channels;
}

/*
 * How a sample becomes matrices: columns[positions][depth] x weights[depth][filters], for
 * each of `parts`, add up to product[positions][filters].
 */
typedef enum layout {
    BY_TAP,    /* one part, transposed: a window of one channel is just a few short runs */
    BY_ROW,    /* a part for each row of the kernel, overlapping (dg_unroll_rows) */
    BY_WINDOW, /* one part: the plain im2col */
} layout;

typedef struct lowering {
    layout layout;
    uint32_t parts;
    size_t depth; /* of one part */
    size_t step;  /* reals from a part's columns to those of the next */
    size_t reals; /* of all columns */
} lowering;

/* Parts cost a pass over the product each; narrow products don't earn it back. */
#define BY_ROW_FILTERS 48

static lowering lower(const dg_layer *layer)
{
    const size_t rows = (size_t)layer->out.rows * layer->pool.rows;
    const size_t columns = (size_t)layer->out.columns * layer->pool.columns;
    const size_t width = (size_t)layer->window.columns * layer->in.channels;
    if (layer->in.channels > 1 && layer->stride == 1 && layer->size >= BY_ROW_FILTERS)
        return (lowering){
            .layout = BY_ROW,
            .parts = layer->window.rows,
            .depth = width,
            .step = columns * width,
            .reals = (rows + layer->window.rows - 1) * columns * width,
        };
    return (lowering){
        .layout = layer->in.channels == 1 ? BY_TAP : BY_WINDOW,
        .parts = 1,
        .depth = taps(layer),
        .reals = positions(layer) * taps(layer),
    };
}

/* Scratch: columns, then product, then transposed weights, each on a cache line. */
static size_t on_line(size_t reals)
{
    return (reals + 15) & ~(size_t)15;
}

static size_t product_at(const dg_layer *layer)
{
    return on_line(lower(layer).reals);
}

static size_t transposed_at(const dg_layer *layer)
{
    return product_at(layer) + on_line(positions(layer) * layer->size);
}

static void plan(dg_layer *layer)
{
    layer->keep_sample = pools(layer) ? dg_shape_count(layer->out) : 0;
    layer->scratch = transposed_at(layer) + taps(layer) * layer->size;
    layer->ops = (uint64_t)positions(layer) * taps(layer) * layer->size;
}

/* In memory [row][column][channel][filter]; in files [filter][channel][row][column]. */
static uint32_t tensors(const dg_layer *layer, dg_tensor_plan tensors[DG_ROLES])
{
    const uint32_t filters = layer->size, channels = layer->in.channels;
    const uint32_t rows = layer->window.rows, columns = layer->window.columns;
    tensors[0] = (dg_tensor_plan){
        .role = DG_ROLE_WEIGHT,
        .rank = 4,
        .shape = {filters, channels, rows, columns},
        .dims = {filters, channels, rows, columns},
        .strides = {1, filters, (size_t)columns * channels * filters, (size_t)channels * filters},
    };
    tensors[1] = dg_layer_vector(DG_ROLE_BIAS, filters);
    return 2;
}

static void init(const dg_layer *layer, dg_rng *rng, dg_real *params)
{
    const size_t area = (size_t)layer->window.rows * layer->window.columns;
    dg_layer_init_uniform(rng, taps(layer) * layer->size, taps(layer), area * layer->size,
                          params + layer->at[DG_ROLE_WEIGHT]);
}

/* ---- Forward ---------------------------------------------------------- */

static void make_columns(const dg_layer *layer, const dg_real *in, dg_real *columns)
{
    const dg_windows w = windows(layer);
    switch (lower(layer).layout) {
    case BY_TAP:
        dg_im2col_by_tap(&w, in, columns);
        break;
    case BY_ROW:
        dg_unroll_rows(&w, in, columns);
        break;
    case BY_WINDOW:
        dg_im2col(&w, in, columns);
        break;
    }
}

static void convolve(const dg_layer *layer, const dg_real *weights, const dg_real *in,
                     dg_real *columns, dg_real *product)
{
    const lowering l = lower(layer);
    const int rows = (int)positions(layer), filters = (int)layer->size, depth = (int)l.depth;
    const bool transposed = l.layout == BY_TAP;
    make_columns(layer, in, columns);
    for (uint32_t part = 0; part < l.parts; part++)
        dg_gemm(transposed, false, rows, filters, depth, columns + part * l.step,
                transposed ? rows : depth, weights + part * l.depth * layer->size, filters,
                part > 0, product, filters);
}

static void forward(const dg_layer *layer, const dg_pass *pass, const dg_real *params,
                    const dg_real *in, dg_real *out, void *keep)
{
    const size_t in_count = dg_shape_count(layer->in), out_count = dg_shape_count(layer->out);
    const size_t row_stride = (size_t)layer->out.columns * layer->pool.columns * layer->size;
    const dg_vec_after after = {.bias = params + layer->at[DG_ROLE_BIAS], .relu = layer->relu};
    dg_real *columns = pass->scratch, *product = pass->scratch + product_at(layer);
    uint8_t *which = keep;
    for (uint32_t i = 0; i < pass->samples; i++, in += in_count, out += out_count) {
        if (!pools(layer)) {
            convolve(layer, params + layer->at[DG_ROLE_WEIGHT], in, columns, out);
            dg_vec_loops->bias((size_t)layer->out.rows * layer->out.columns, layer->size,
                               after.bias, after.relu, out);
        } else {
            convolve(layer, params + layer->at[DG_ROLE_WEIGHT], in, columns, product);
            dg_pooling_max(layer->out, layer->pool, row_stride, product, &after, out,
                           which ? which + i * out_count : NULL);
        }
    }
}

/* ---- Backward --------------------------------------------------------- */

/* The gradient by the product, from the gradient by the output of this layer and what
 * it took over; adds the bias's share to dbias. Returns where it lies. */
static dg_real *unpool(const dg_layer *layer, const dg_real *out, const uint8_t *which,
                       dg_real *dout, dg_real *product, dg_real *dbias)
{
    const size_t row_stride = (size_t)layer->out.columns * layer->pool.columns * layer->size;
    if (pools(layer)) {
        dg_pooling_max_back(layer->out, layer->pool, row_stride, dout, which, product, dbias);
        return product;
    }
    if (layer->relu)
        dg_vec_loops->relu_back(dg_shape_count(layer->out), out, dout);
    dg_vec_loops->column_sums((size_t)layer->out.rows * layer->out.columns, layer->size, dout,
                              dbias);
    return dout;
}

/* Each part's weights[depth][filters] -> transposed[filters][depth]: GEMM is far faster on a
 * second factor in row order, and one transposition serves all samples. */
static void transpose_weights(const dg_layer *layer, const dg_real *weights, dg_real *transposed)
{
    const lowering l = lower(layer);
    const size_t filters = layer->size;
    for (uint32_t part = 0; part < l.parts; part++)
        for (size_t d = 0; d < l.depth; d++)
            for (size_t f = 0; f < filters; f++)
                transposed[(part * filters + f) * l.depth + d] =
                    weights[(part * l.depth + d) * filters + f];
}

/* dweights = columns^T x dproduct, added to what is there if `add` */
static void weight_gradient(const dg_layer *layer, const dg_real *columns,
                            const dg_real *dproduct, bool add, dg_real *dweights)
{
    const lowering l = lower(layer);
    const int rows = (int)positions(layer), filters = (int)layer->size, depth = (int)l.depth;
    const bool transposed = l.layout == BY_TAP;
    for (uint32_t part = 0; part < l.parts; part++)
        dg_gemm(!transposed, false, depth, filters, rows, columns + part * l.step,
                transposed ? rows : depth, dproduct, filters, add,
                dweights + part * l.depth * layer->size, filters);
}

/* din = the adjoint of the columns, of dproduct x weights^T. Overwrites columns. */
static void input_gradient(const dg_layer *layer, const dg_real *transposed,
                           const dg_real *dproduct, dg_real *columns, dg_real *din)
{
    const lowering l = lower(layer);
    const dg_windows w = windows(layer);
    const int rows = (int)positions(layer), filters = (int)layer->size, depth = (int)l.depth;
    const size_t one_part = positions(layer) * l.depth;
    /* parts overlap: what the first does not write must be there to be added to */
    memset(columns + one_part, 0, (l.reals - one_part) * sizeof *columns);
    for (uint32_t part = 0; part < l.parts; part++)
        dg_gemm(false, false, rows, depth, filters, dproduct, filters,
                transposed + part * l.depth * layer->size, depth, part > 0, columns + part * l.step,
                depth);
    if (l.layout == BY_ROW)
        dg_roll_rows(&w, columns, din);
    else
        dg_col2im(&w, columns, din);
}

static void backward(const dg_layer *layer, const dg_pass *pass, const dg_real *params,
                     const dg_real *in, const dg_real *out, const void *keep, dg_real *dout,
                     dg_real *din, dg_real *dparams)
{
    const size_t in_count = dg_shape_count(layer->in), out_count = dg_shape_count(layer->out);
    const dg_real *weights = params + layer->at[DG_ROLE_WEIGHT];
    dg_real *columns = pass->scratch, *product = pass->scratch + product_at(layer);
    dg_real *transposed = pass->scratch + transposed_at(layer);
    const uint8_t *which = keep;
    memset(dparams + layer->at[DG_ROLE_BIAS], 0, layer->size * sizeof *dparams);
    if (din)
        transpose_weights(layer, weights, transposed);
    for (uint32_t i = 0; i < pass->samples; i++) {
        const dg_real *dproduct =
            unpool(layer, out + i * out_count, which + i * layer->keep_sample,
                   dout + i * out_count, product, dparams + layer->at[DG_ROLE_BIAS]);
        make_columns(layer, in + i * in_count, columns);
        weight_gradient(layer, columns, dproduct, i > 0, dparams + layer->at[DG_ROLE_WEIGHT]);
        if (din)
            input_gradient(layer, transposed, dproduct, columns, din + i * in_count);
    }
}

const dg_layer_type dg_layer_conv = {
    .word = "conv",
    .argument = DG_ARGUMENT_FILTERS,
    .size_least = 1,
    .size_most = 4096,
    .linear = true,
    .shape = shape,
    .needs = needs,
    .absorb = absorb,
    .plan = plan,
    .tensors = tensors,
    .init = init,
    .forward = forward,
    .backward = backward,
};
