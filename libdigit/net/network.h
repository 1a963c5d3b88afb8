/*
 * network.h - a planned chain of layers and where its numbers lie.
 *
 * A dg_network is immutable: shapes and places, no weights. Weights are one flat
 * array that belongs to whoever runs the network. All functions are pure over the
 * buffers they are handed.
 */
#ifndef DG_NET_NETWORK_H
#define DG_NET_NETWORK_H

#include "layers/layer.h"

#include <digit/digit.h>

typedef struct dg_network dg_network;

/*
 * Plan the network of a preset or a list of layers. Outputs that a pool's rounding
 * down leaves unused are planned away, with all that is needed only for them.
 * DIGIT_ERR_ARGUMENT for a text that is not understood or does not fit a 28x28
 * sample, DIGIT_ERR_LIMIT for what is too large.
 */
digit_status dg_network_create(const char *architecture, dg_network **out);
void dg_network_free(dg_network *network);

/*
 * The same function for prediction: dropout gone, batchnorm folded into the conv or
 * dense before it. *folded_params, [dg_network_params(*folded)], is for dg_free().
 */
digit_status dg_network_fold(const dg_network *network, const dg_real *params,
                             dg_network **folded, dg_real **folded_params);

/* ---- Facts ------------------------------------------------------------ */

const char *dg_network_architecture(const dg_network *network); /* full list of layers */
uint64_t dg_network_parameters(const dg_network *network);      /* trained weights */
uint64_t dg_network_ops(const dg_network *network);             /* multiply-adds a sample */

/* Length of the flat array, in reals: trained weights, then running statistics, each
 * tensor on a cache line of its own. What lies between tensors is and stays 0. */
size_t dg_network_params(const dg_network *network);

/* Does it read lines? Then a sample is pixels[32][columns], and there is an output for each step
 * along it. Else it is one digit, pixels[28][28], and one output. */
bool dg_network_reads_lines(const dg_network *network);

/* The same network for lines of other columns, 1 or more: the flat array stays as it is. */
digit_status dg_network_resize(const dg_network *network, uint32_t columns, dg_network **out);

dg_shape dg_network_sample(const dg_network *network);   /* what is handed in */
uint32_t dg_network_outputs(const dg_network *network);  /* for one sample */
uint32_t dg_network_step(const dg_network *network); /* columns of a line from one to the next */

/* Numbers of an output: DIGIT_CLASSES, and as many more as `other` at the end
 * of the architecture says (net/loss.h: what they mean); of a line DG_LINE_OUTPUTS. */
uint32_t dg_network_logits(const dg_network *network);

/* True if a batch must not be cut into shards of fewer than 32 samples (batchnorm). */
bool dg_network_wants_large_shards(const dg_network *network);

/* ---- Tensors: the flat array as model files see it -------------------- */

#define DG_TENSOR_RANK_MAX 4

/* One named tensor, in PyTorch's shape and order. */
typedef struct dg_tensor {
    char name[32]; /* "0.weight": the layer's number in the architecture, its role */
    uint32_t rank;
    uint32_t shape[DG_TENSOR_RANK_MAX];
    uint64_t count; /* product of the shape */
    dg_role role;
    size_t at; /* its place in the flat array */
} dg_tensor;

size_t dg_network_tensor_count(const dg_network *network);

/* Tensor `index` < dg_network_tensor_count(). */
dg_tensor dg_network_tensor(const dg_network *network, size_t index);

/* Copy one tensor between little-endian F32 bytes in PyTorch's order,
 * bytes[4 * tensor.count], and its place in params[dg_network_params()]. */
void dg_network_import(const dg_network *network, size_t index, const uint8_t *bytes,
                       dg_real *params);
void dg_network_export(const dg_network *network, size_t index, const dg_real *params,
                       uint8_t *bytes);

/* ---- Running it ------------------------------------------------------- */

/* Starting weights into params[dg_network_params()]. */
void dg_network_init(const dg_network *network, uint64_t seed, dg_real *params);

/* Buffers for up to `samples` samples on one thread; see workspace.h. */
typedef struct dg_workspace dg_workspace;

/*
 * samples[count][rows][columns] -> logits[count][dg_network_outputs()][dg_network_logits()], which
 * lie in the workspace until its next use. `pass` says how; its scratch is filled in here. May
 * wait for a BLAS slot.
 */
dg_real *dg_network_forward(const dg_network *network, const dg_real *params,
                            const uint8_t *samples, const dg_pass *pass,
                            dg_workspace *workspace);

/* After a training forward() of the same pass whose logits were overwritten by the
 * gradient of the loss by them: fills dparams[dg_network_params()]. */
void dg_network_backward(const dg_network *network, const dg_real *params, const dg_pass *pass,
                         dg_workspace *workspace, dg_real *dparams);

#endif
