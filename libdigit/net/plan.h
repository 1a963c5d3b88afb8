/* plan.h - inside of a dg_network, for the files of this folder. */
#ifndef DG_NET_PLAN_H
#define DG_NET_PLAN_H

#include "net/arch.h"
#include "net/network.h"

typedef struct dg_tensor_place {
    dg_tensor tensor;
    dg_tensor_plan plan;
    uint32_t layer; /* index into dg_network.layers */
} dg_tensor_place;

struct dg_network {
    char architecture[DG_ARCH_TEXT_MAX];
    dg_arch arch;    /* its layers without shapes: for other widths of a line */
    dg_shape sample; /* what is handed in */
    dg_shape input;  /* what the first layer sees: a line has a margin of background */
    uint32_t before; /* columns of the margin in front of the sample */
    uint32_t step;   /* columns from one output of a line to the next */
    uint64_t parameters;
    uint64_t ops;
    size_t params;  /* reals of the flat array */
    size_t widest;  /* reals of the largest output of a layer, a sample */
    size_t scratch; /* reals of the largest scratch of a layer */
    uint32_t layer_count; /* layers that run: some words were absorbed by others */
    uint32_t tensor_count;
    dg_layer layers[DG_ARCH_LAYERS_MAX];
    dg_tensor_place tensors[DG_ARCH_LAYERS_MAX * DG_ROLES];
};

/* Plan the parsed layers for samples of arch->input; `architecture` is what the network answers
 * to. */
digit_status dg_plan_network(const dg_arch *arch, const char *architecture, dg_network **out);

#endif
