#include "net/workspace.h"

#include "base/mem.h"
#include "net/plan.h"

/* Hands out the arena piece by piece; with no arena it only counts. */
typedef struct layout {
    uint8_t *arena;
    size_t used;
    bool overflow;
} layout;

static void *place(layout *l, size_t count, size_t size)
{
    size_t bytes, end;
    if (__builtin_mul_overflow(count, size, &bytes) ||
        __builtin_add_overflow(l->used, bytes, &end) ||
        __builtin_add_overflow(end, (size_t)DG_ALIGNMENT - 1, &end)) {
        l->overflow = true;
        return NULL;
    }
    void *here = l->arena ? l->arena + l->used : NULL;
    l->used = end & ~(size_t)(DG_ALIGNMENT - 1);
    return here;
}

static void place_layers(layout *l, const dg_network *network, uint32_t samples, bool training,
                         dg_workspace *w)
{
    void **out = place(l, network->layer_count, sizeof *w->out);
    void **keep = place(l, network->layer_count, sizeof *w->keep);
    if (l->arena) {
        w->out = (dg_real **)out;
        w->keep = keep;
    }
    for (uint32_t i = 0; i < network->layer_count; i++) {
        const dg_layer *layer = &network->layers[i];
        dg_real *buffer = w->turns[i % 2];
        void *kept = NULL;
        if (training) {
            buffer = place(l, samples * dg_shape_count(layer->out), sizeof *buffer);
            kept = place(l, layer->keep_shard + samples * layer->keep_sample, 1);
        }
        if (l->arena) {
            w->out[i] = buffer;
            w->keep[i] = kept;
        }
    }
}

static void place_all(layout *l, const dg_network *network, uint32_t samples, bool training,
                      dg_workspace *w)
{
    w->in = place(l, samples * dg_shape_count(network->input), sizeof *w->in);
    for (int i = 0; i < 2; i++)
        w->turns[i] = place(l, samples * network->widest, sizeof *w->turns[i]);
    w->scratch = place(l, network->scratch, sizeof *w->scratch);
    place_layers(l, network, samples, training, w);
}

dg_workspace *dg_workspace_create(const dg_network *network, uint32_t samples, bool training)
{
    dg_workspace measured;
    layout l = {0};
    place_all(&l, network, samples, training, &measured);
    if (l.overflow)
        return NULL;
    dg_workspace *workspace = dg_alloc_zero(1, sizeof *workspace);
    if (!workspace)
        return NULL;
    workspace->arena = dg_alloc_zero(l.used, 1); /* written now, so the first answer isn't slow */
    if (!workspace->arena) {
        dg_free(workspace);
        return NULL;
    }
    l = (layout){.arena = workspace->arena};
    place_all(&l, network, samples, training, workspace);
    return workspace;
}

void dg_workspace_free(dg_workspace *workspace)
{
    if (!workspace)
        return;
    dg_free(workspace->arena);
    dg_free(workspace);
}
