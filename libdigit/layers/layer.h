/*
 * layer.h - what a layer is.
 *
 * A layer type is a stateless table of pure functions; a layer is one use of it in
 * a network, with its shapes and places planned. Nothing here owns memory: every
 * function works on the buffers it is handed.
 *
 * Activations hold samples one after another, each [rows][columns][channels].
 */
#ifndef DG_LAYERS_LAYER_H
#define DG_LAYERS_LAYER_H

#include "base/rng.h"
#include "math/vec.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct dg_shape {
    uint32_t rows, columns, channels; /* of one sample */
} dg_shape;

static inline size_t dg_shape_count(dg_shape shape)
{
    return (size_t)shape.rows * shape.columns * shape.channels;
}

/* What a layer keeps in the network's flat array of parameters. */
typedef enum dg_role {
    DG_ROLE_WEIGHT,
    DG_ROLE_BIAS,
    DG_ROLE_MEAN,     /* running statistics: kept with the weights, */
    DG_ROLE_VARIANCE, /* but not moved by gradients */
} dg_role;

#define DG_ROLES 4

/*
 * One tensor: its index in PyTorch's order runs over dims[4] (1 for a rank below
 * four), and entry (i,j,k,l) lies at i*strides[0] + ... reals from the tensor's
 * place in memory. `rank` dims from `shape` are what files show.
 */
typedef struct dg_tensor_plan {
    dg_role role;
    uint32_t rank;
    uint32_t shape[4];
    uint32_t dims[4];
    size_t strides[4];
} dg_tensor_plan;

typedef struct dg_layer_type dg_layer_type;

typedef struct dg_layer {
    const dg_layer_type *type;
    uint32_t number; /* place in the architecture, from 0 */

    /* The words of the architecture. */
    uint32_t size;    /* filters of conv, units of dense, percent of dropout */
    dg_extent window; /* of a filter or a pool */
    uint32_t stride;  /* of a convolution, down and across */
    bool same;       /* output as large as the input / stride */
    uint32_t other;  /* outputs of the last dense beyond its units: 1 for the reject class */

    dg_shape in, out;
    dg_extent pad; /* zeros in front of the first row and column of a convolution's input */

    /* Later layers taken over by this one (see absorb). */
    bool relu;
    dg_extent pool; /* window of a maxpool; 1 x 1: none */

    bool first; /* the gradient of its input is not needed */

    size_t at[DG_ROLES]; /* place of each tensor in the flat array */

    /* Memory it wants, in bytes and reals. */
    size_t keep_sample; /* bytes a sample that backward() wants from forward() */
    size_t keep_shard;  /* likewise, bytes for all samples together, in front of those */
    size_t scratch;     /* reals for the duration of one call */
    uint64_t ops;       /* multiply-adds a sample, forward */
} dg_layer;

/* One call: some samples of one shard, on one thread. */
typedef struct dg_pass {
    uint32_t samples;
    bool training;
    uint64_t seed;    /* of dropout */
    uint64_t draw;    /* place of the first sample in the whole run */
    uint32_t full;    /* samples of a full shard: the last of an epoch may have fewer */
    dg_real *scratch; /* [layer->scratch], aligned */
} dg_pass;

/* What follows the type's word in an architecture. */
typedef enum dg_argument {
    DG_ARGUMENT_NONE,    /* relu */
    DG_ARGUMENT_SIZE,    /* dense 100 */
    DG_ARGUMENT_WINDOW,  /* maxpool 2, or maxpool 2x1 */
    DG_ARGUMENT_FILTERS, /* conv 32x3, or conv 32 1x7, then optional: same, stride 2 */
} dg_argument;

struct dg_layer_type {
    const char *word; /* its name in architectures and files, for ever */
    dg_argument argument;
    uint32_t size_least, size_most; /* of a size, of filters, of a side of a window */

    bool may_end; /* an architecture may end in it: its size is the number of outputs */
    bool linear;  /* of weights and a bias: what scales and shifts its outputs folds into it */
    bool scales;  /* scales and shifts channels by its tensors; in training by the whole shard */
    bool only_training; /* predicting does without it */

    /* Set layer->out (and pad) for layer->in. False: the input is too small. */
    bool (*shape)(dg_layer *layer);

    /* How much of the input `out` is made from; NULL: as much as of the output. */
    dg_shape (*needs)(const dg_layer *layer, dg_shape out);

    /* Take over `next`'s work, its shape included. NULL or false: it stays a layer. */
    bool (*absorb)(dg_layer *layer, const dg_layer *next);

    /* Shapes are final: fill keep_sample, keep_shard, scratch, ops. NULL: all 0. */
    void (*plan)(dg_layer *layer);

    /* Number of tensors, described in tensors[DG_ROLES]. NULL: none. */
    uint32_t (*tensors)(const dg_layer *layer, dg_tensor_plan tensors[DG_ROLES]);

    /* Starting values, into params at layer->at[]; all of it is 0 before. NULL: nothing. */
    void (*init)(const dg_layer *layer, dg_rng *rng, dg_real *params);

    /*
     * in[samples][in] -> out[samples][out]. `params` is the network's flat array.
     * `keep` is [keep_shard + samples * keep_sample] bytes; NULL when predicting.
     */
    void (*forward)(const dg_layer *layer, const dg_pass *pass, const dg_real *params,
                    const dg_real *in, dg_real *out, void *keep);

    /*
     * dout[samples][out], the gradient of the loss by the output, is used up.
     * Writes din[samples][in] (NULL if layer->first) and the layer's part of dparams,
     * which is laid out as params; at running statistics it leaves those of this shard.
     */
    void (*backward)(const dg_layer *layer, const dg_pass *pass, const dg_real *params,
                     const dg_real *in, const dg_real *out, const void *keep, dg_real *dout,
                     dg_real *din, dg_real *dparams);
};

/* All types; a new one is a word here and a file of that name. */
#define DG_LAYERS(X) X(conv) X(dense) X(relu) X(maxpool) X(avgpool) X(dropout) X(batchnorm)

#define DG_LAYER_DECLARE(name) extern const dg_layer_type dg_layer_##name;
DG_LAYERS(DG_LAYER_DECLARE)

/* The same as a list, NULL at the end. */
extern const dg_layer_type *const dg_layer_types[];

/* As in PyTorch. Keras has 1e-3: weights from there move the difference into the variance. */
#define DG_BATCHNORM_EPSILON ((dg_real)1e-5)

/* Keeps the shape of its input: for types whose output is as large. */
bool dg_layer_same_shape(dg_layer *layer);

/* Takes over a relu that follows, and nothing else. */
bool dg_layer_absorb_relu(dg_layer *layer, const dg_layer *next);

/* Describe a tensor of one dimension, stored densely. */
dg_tensor_plan dg_layer_vector(dg_role role, uint32_t count);

/* weights[count] uniform in +-sqrt(6 / (fan_in + fan_out)): Glorot and Bengio,
 * "Understanding the difficulty of training deep feedforward networks", AISTATS 2010. */
void dg_layer_init_uniform(dg_rng *rng, size_t count, size_t fan_in, size_t fan_out,
                           dg_real *weights);

#endif
