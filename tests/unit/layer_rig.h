/* layer_rig.h - one layer on its own, with all it wants around it. */
#ifndef DIGIT_TEST_LAYER_RIG_H
#define DIGIT_TEST_LAYER_RIG_H

#include "layers/layer.h"

/* A use of a layer type; relu and pool follow it and are absorbed. */
typedef struct rig_case {
    const char *word;
    dg_shape in;
    uint32_t size;
    dg_extent window;
    uint32_t stride;
    bool same, relu;
    dg_extent pool; /* 1 x 1 or 0 x 0: none */
} rig_case;

/* The cases to try: those that somebody thought of, then a plain one of every type there is. */
int rig_case_count(void);
const rig_case *rig_case_at(int index);

typedef struct rig {
    dg_layer layer;
    dg_pass pass;
    size_t in_count, out_count, param_count; /* in all */
    dg_real *in, *out, *params;
    dg_real *dout, *din, *dparams;
    dg_real *slope; /* [out_count]: the loss is the sum of slope times out */
    void *keep;
} rig;

/* Random input, parameters and slopes; training. */
rig *rig_make(const rig_case *use, uint32_t samples);
void rig_free(rig *r);

void rig_forward(rig *r);

/* Forward, then the loss: a loss_fn whose context is the rig. */
double rig_loss(void *context);

/* Fills din and dparams; after rig_forward(). */
void rig_backward(rig *r);

/* "conv 3x3 same on 7x7x2, 33 samples", valid until the next call. */
const char *rig_text(const rig *r);

#endif
