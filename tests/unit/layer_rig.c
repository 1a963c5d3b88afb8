#include "layer_rig.h"

#include "base/mem.h"
#include "math/vec.h"

#include "../support/numbers.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#define SHAPE(rows, channels) {rows, rows, channels}
#define SQUARE(side) {side, side}

static const rig_case cases[] = {
    {"conv", SHAPE(7, 2), 3, SQUARE(3), 1, false, false, SQUARE(1)},
    {"conv", SHAPE(7, 2), 3, SQUARE(1), 1, false, false, SQUARE(1)},
    {"conv", SHAPE(5, 3), 2, SQUARE(5), 1, false, true, SQUARE(1)},
    {"conv", SHAPE(7, 2), 3, SQUARE(3), 2, false, false, SQUARE(1)},
    {"conv", SHAPE(8, 1), 2, SQUARE(2), 3, false, true, SQUARE(1)}, /* pixels between windows */
    {"conv", SHAPE(7, 2), 3, SQUARE(3), 1, true, false, SQUARE(1)},
    {"conv", SHAPE(7, 2), 3, SQUARE(4), 1, true, true, SQUARE(1)}, /* an odd zero */
    {"conv", SHAPE(7, 2), 3, SQUARE(3), 2, true, false, SQUARE(1)},
    {"conv", SHAPE(8, 2), 2, SQUARE(3), 2, true, true, SQUARE(1)},
    {"conv", SHAPE(6, 1), 2, SQUARE(1), 2, true, false, SQUARE(1)},
    {"conv", SHAPE(4, 1), 2, SQUARE(9), 1, true, false,
     SQUARE(1)}, /* windows larger than the picture */
    {"conv", SHAPE(8, 2), 3, SQUARE(3), 1, false, false, SQUARE(2)},
    {"conv", SHAPE(7, 2), 3, SQUARE(3), 1, false, true, SQUARE(2)}, /* the pool leaves a row over */
    {"conv", SHAPE(9, 2), 2, SQUARE(3), 1, true, true, SQUARE(3)},
    {"conv", SHAPE(9, 2), 2, SQUARE(3), 2, true, true, SQUARE(2)},
    {"conv", SHAPE(6, 2), 48, SQUARE(3), 1, false, false,
     SQUARE(1)}, /* wide: unrolled by kernel row */
    {"conv", SHAPE(6, 2), 48, SQUARE(3), 1, true, true, SQUARE(1)},
    {"conv", SHAPE(7, 2), 49, SQUARE(4), 1, true, true, SQUARE(2)},
    {"conv", SHAPE(4, 3), 48, SQUARE(9), 1, true, false, SQUARE(1)},
    {"conv", SHAPE(5, 2), 48, SQUARE(1), 1, false, true, SQUARE(1)},
    {"conv", SHAPE(7, 2), 48, SQUARE(3), 2, true, false, SQUARE(1)},
    {"conv", SHAPE(7, 1), 48, SQUARE(3), 1, true, true,
     SQUARE(2)}, /* one channel: laid out by tap */
    {"conv", SHAPE(7, 1), 3, SQUARE(4), 2, true, true, SQUARE(1)},
    {"conv", {5, 9, 2}, 3, {1, 7}, 1, false, true, SQUARE(1)}, /* along a line */
    {"conv", {9, 5, 2}, 3, {7, 1}, 1, true, false, SQUARE(1)},
    {"conv", {4, 9, 2}, 48, {2, 3}, 1, false, true, SQUARE(1)},
    {"conv", {5, 8, 1}, 3, {2, 3}, 2, true, true, SQUARE(1)},
    {"conv", {9, 8, 2}, 3, {3, 3}, 1, false, true, {2, 1}},
    {"conv", {9, 12, 2}, 48, {3, 2}, 1, true, true, {1, 3}},
    {"dense", SHAPE(1, 7), 5, SQUARE(0), 0, false, false, SQUARE(1)},
    {"dense", {3, 2, 4}, 6, SQUARE(0), 0, false, true, SQUARE(1)},
    {"dense", SHAPE(1, 1), 1, SQUARE(0), 0, false, false, SQUARE(1)},
    {"relu", SHAPE(3, 2), 0, SQUARE(0), 0, false, false, SQUARE(1)},
    {"maxpool", SHAPE(6, 3), 0, SQUARE(2), 0, false, false, SQUARE(1)},
    {"maxpool", SHAPE(7, 2), 0, SQUARE(2), 0, false, false, SQUARE(1)},
    {"maxpool", SHAPE(8, 1), 0, SQUARE(3), 0, false, false, SQUARE(1)},
    {"maxpool", SHAPE(4, 2), 0, SQUARE(1), 0, false, false, SQUARE(1)},
    {"maxpool", SHAPE(15, 1), 0, SQUARE(15), 0, false, false, SQUARE(1)},
    {"maxpool", {8, 5, 3}, 0, {2, 1}, 0, false, false, SQUARE(1)},
    {"maxpool", {4, 9, 2}, 0, {1, 4}, 0, false, false, SQUARE(1)},
    {"avgpool", {8, 5, 3}, 0, {2, 1}, 0, false, false, SQUARE(1)},
    {"avgpool", {7, 8, 2}, 0, {3, 4}, 0, false, false, SQUARE(1)},
    {"avgpool", SHAPE(6, 3), 0, SQUARE(2), 0, false, false, SQUARE(1)},
    {"avgpool", SHAPE(7, 2), 0, SQUARE(3), 0, false, false, SQUARE(1)},
    {"avgpool", SHAPE(4, 2), 0, SQUARE(1), 0, false, false, SQUARE(1)},
    {"avgpool", SHAPE(28, 1), 0, SQUARE(28), 0, false, false, SQUARE(1)},
    {"dropout", SHAPE(3, 2), 25, SQUARE(0), 0, false, false, SQUARE(1)},
    {"dropout", SHAPE(1, 50), 99, SQUARE(0), 0, false, false, SQUARE(1)},
    {"batchnorm", SHAPE(1, 5), 0, SQUARE(0), 0, false, false, SQUARE(1)},
    {"batchnorm", SHAPE(4, 3), 0, SQUARE(0), 0, false, false, SQUARE(1)},
    {"batchnorm", SHAPE(4, 3), 0, SQUARE(0), 0, false, true, SQUARE(1)},
};

#define CASES ((int)(sizeof cases / sizeof *cases))

int rig_case_count(void)
{
    int count = CASES;
    for (const dg_layer_type *const *type = dg_layer_types; *type; type++)
        count++;
    return count;
}

/* What suits any type: a few units, filters or windows on a small picture. */
const rig_case *rig_case_at(int index)
{
    static rig_case plain;
    if (index < CASES)
        return &cases[index];
    const dg_layer_type *type = dg_layer_types[index - CASES];
    const uint32_t least = type->argument == DG_ARGUMENT_NONE ? 0 : type->size_least;
    plain = (rig_case){type->word, SHAPE(6, 3), least, SQUARE(3), 1, false, false, SQUARE(1)};
    return &plain;
}

static const dg_layer_type *find_type(const char *word)
{
    for (const dg_layer_type *const *type = dg_layer_types; *type; type++)
        if (strcmp((*type)->word, word) == 0)
            return *type;
    ck_abort_msg("no layer is named %s", word);
    return NULL;
}

static dg_layer plain_layer(const rig_case *use)
{
    dg_layer layer = {
        .type = find_type(use->word),
        .number = 3,
        .size = use->size,
        .window = use->window,
        .stride = use->stride > 0 ? use->stride : 1,
        .same = use->same,
        .pool = SQUARE(1),
        .in = use->in,
    };
    ck_assert(layer.type->shape(&layer));
    return layer;
}

/* What the planner of networks does to a layer and those it takes over. */
static dg_layer plan_layer(const rig_case *use)
{
    dg_layer layer = plain_layer(use);
    if (use->relu) {
        const dg_layer next = {.type = &dg_layer_relu, .in = layer.out, .out = layer.out};
        ck_assert(layer.type->absorb(&layer, &next));
    }
    if (use->pool.rows > 1 || use->pool.columns > 1) {
        dg_layer next = {.type = &dg_layer_maxpool, .window = use->pool, .in = layer.out};
        ck_assert(next.type->shape(&next));
        layer.out = next.in = next.type->needs(&next, next.out);
        ck_assert(layer.type->absorb(&layer, &next));
    }
    if (layer.type->plan)
        layer.type->plan(&layer);
    return layer;
}

static size_t place_tensors(dg_layer *layer)
{
    dg_tensor_plan plans[DG_ROLES];
    const uint32_t count = layer->type->tensors ? layer->type->tensors(layer, plans) : 0;
    size_t end = 0;
    for (uint32_t t = 0; t < count; t++) {
        size_t size = 1;
        for (int d = 0; d < 4; d++)
            size *= plans[t].dims[d];
        layer->at[plans[t].role] = end;
        end += (size + 7) / 8 * 8;
    }
    return end;
}

static dg_real *reals(size_t count)
{
    dg_real *memory = dg_alloc_zero(count, sizeof *memory);
    ck_assert_ptr_nonnull(memory);
    return memory;
}

rig *rig_make(const rig_case *use, uint32_t samples)
{
    rig *r = dg_alloc_zero(1, sizeof *r);
    dg_vec_open();
    r->layer = plan_layer(use);
    r->in_count = samples * dg_shape_count(r->layer.in);
    r->out_count = samples * dg_shape_count(r->layer.out);
    r->param_count = place_tensors(&r->layer);
    r->in = reals(r->in_count);
    r->out = reals(r->out_count);
    r->params = reals(r->param_count);
    r->dout = reals(r->out_count);
    r->din = reals(r->in_count);
    r->dparams = reals(r->param_count);
    r->slope = reals(r->out_count);
    r->keep = dg_alloc_zero(r->layer.keep_shard + samples * r->layer.keep_sample, 1);
    r->pass = (dg_pass){.samples = samples, .training = true, .seed = 5, .draw = 1000,
                        .scratch = reals(r->layer.scratch)};
    numbers_fill(1, r->in_count, 1, r->in);
    if (strcmp(use->word, "relu") == 0 || strcmp(use->word, "maxpool") == 0)
        numbers_fill_apart(1, r->in_count, r->in);
    numbers_fill(2, r->param_count, 1, r->params);
    numbers_fill(3, r->out_count, 1, r->slope);
    return r;
}

void rig_free(rig *r)
{
    dg_free(r->pass.scratch);
    dg_free(r->keep);
    dg_free(r->slope);
    dg_free(r->dparams);
    dg_free(r->din);
    dg_free(r->dout);
    dg_free(r->params);
    dg_free(r->out);
    dg_free(r->in);
    dg_free(r);
}

void rig_forward(rig *r)
{
    r->layer.type->forward(&r->layer, &r->pass, r->params, r->in, r->out,
                           r->pass.training ? r->keep : NULL);
}

double rig_loss(void *context)
{
    rig *r = context;
    double loss = 0;
    rig_forward(r);
    for (size_t i = 0; i < r->out_count; i++)
        loss += (double)(r->slope[i] * r->out[i]);
    return loss;
}

void rig_backward(rig *r)
{
    memcpy(r->dout, r->slope, r->out_count * sizeof *r->dout);
    r->layer.type->backward(&r->layer, &r->pass, r->params, r->in, r->out, r->keep, r->dout,
                            r->din, r->dparams);
}

const char *rig_text(const rig *r)
{
    static char text[160];
    const dg_layer *l = &r->layer;
    snprintf(text, sizeof text, "%s %u %ux%u%s stride %u%s pool %ux%u on %ux%ux%u, %u samples",
             l->type->word, l->size, l->window.rows, l->window.columns, l->same ? " same" : "",
             l->stride, l->relu ? " relu" : "", l->pool.rows, l->pool.columns, l->in.rows,
             l->in.columns, l->in.channels, r->pass.samples);
    return text;
}
