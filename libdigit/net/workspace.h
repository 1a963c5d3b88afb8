/* workspace.h - the buffers one thread runs a network in, laid out once. */
#ifndef DG_NET_WORKSPACE_H
#define DG_NET_WORKSPACE_H

#include "net/network.h"

/*
 * While training every layer's output, and what it keeps, stay for the backward pass; predicting,
 * two buffers take turns. out[i] and keep[i] belong to layer i of the network.
 */
struct dg_workspace {
    dg_real *in;       /* [samples][network->input], 0..1 */
    dg_real **out;     /* per layer: [samples][layer->out] */
    void **keep;       /* per layer; NULL when predicting */
    dg_real *turns[2]; /* [samples][widest]: gradients of the backward pass, or outputs */
    dg_real *scratch;  /* [largest scratch of a layer] */
    void *arena;       /* what all of the above lie in */
};

/* NULL when memory is short. */
dg_workspace *dg_workspace_create(const dg_network *network, uint32_t samples, bool training);
void dg_workspace_free(dg_workspace *workspace);

#endif
