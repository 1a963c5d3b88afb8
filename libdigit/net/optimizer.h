/* optimizer.h - from the gradients of a batch's shards to new weights. */
#ifndef DG_NET_OPTIMIZER_H
#define DG_NET_OPTIMIZER_H

#include "net/network.h"

/* The flat array cut into pieces that threads may update side by side. */
typedef struct dg_optimizer dg_optimizer;

digit_status dg_optimizer_create(const dg_network *network, dg_optimizer **out);
void dg_optimizer_free(dg_optimizer *optimizer);
uint32_t dg_optimizer_pieces(const dg_optimizer *optimizer);

/* Running statistics of the network (batchnorm), in reals. */
size_t dg_optimizer_statistics(const dg_optimizer *optimizer);

/* What one update works on; arrays are [dg_network_params()]. */
typedef struct dg_update {
    uint64_t step;       /* from 1 */
    double rate;         /* learning rate */
    double weight_decay; /* of weights; biases and batchnorm's numbers have none */
    double pull;         /* L2-SP strength: how far all move towards `origin`; 0: not */
    double average;      /* decay of the averaged weights; 0: none are kept */
    uint32_t shards;     /* in this batch */
    dg_real *const *gradients; /* [shards], used up: their sum replaces the first */
    const dg_real *statistics; /* [shards][dg_optimizer_statistics()]: then gradients[0] is the
                                  sum already; NULL: they lie in gradients */
    const dg_real *origin;     /* the weights before training */
    dg_real *params, *first, *second, *averaged;
} dg_update;

/*
 * Add up the shards' gradients and move one piece's weights by Adam. The sum is a
 * binary tree over the shard's index, the same for any number of threads; running
 * statistics take in the shards' in order of the index.
 */
void dg_optimizer_update(const dg_optimizer *optimizer, uint32_t piece, const dg_update *update);

/* An update in two steps, for what comes between them: only the sum of a piece, and what one
 * shard's gradient holds of statistics, to packed[dg_optimizer_statistics()]. */
void dg_optimizer_add(const dg_optimizer *optimizer, uint32_t piece, const dg_update *update);
void dg_optimizer_pack(const dg_optimizer *optimizer, const dg_real *gradient, dg_real *packed);

#endif
