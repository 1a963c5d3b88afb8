/* snapshot.h - a network with its weights and what is known of them: what a model file holds. */
#ifndef DG_NET_SNAPSHOT_H
#define DG_NET_SNAPSHOT_H

#include "net/loss.h"
#include "net/network.h"

/* The newest sample preparation: new models are made for it, files may ask for any up to it. */
#define DG_PREPARATION_NEWEST 1

/* Where training stood: what a checkpoint adds to a model. Arrays have the
 * layout of `params`. */
typedef struct dg_training_state {
    uint64_t fingerprint; /* of options and data: a checkpoint fits only its own run */
    uint64_t epoch;       /* epochs done */
    uint64_t step;        /* weight updates done */
    dg_loss loss;         /* of the epoch under way; all 0 between epochs */
    dg_real *first;       /* Adam's first moment */
    dg_real *second;      /* Adam's second moment */
    dg_real *average;     /* averaged weights; in a checkpoint always the ones to use */
} dg_training_state;

typedef struct dg_snapshot {
    dg_network *network;
    dg_real *params;      /* [dg_network_params(network)] */
    float temperature;    /* logits are divided by it; > 0 */
    uint32_t preparation; /* version of the sample preparation, from 1 */
    char *trained_on;     /* never NULL */
    char *licence;        /* never NULL */
    dg_training_state *training; /* NULL in a model file */
} dg_snapshot;

/* A snapshot of `architecture`, all weights 0, temperature 1, the newest preparation, texts "".
 * With `training`, the state's arrays are there too, all 0. */
digit_status dg_snapshot_create(const char *architecture, bool training, dg_snapshot **out);

/* The same for a network that is already planned; it is the snapshot's from now on, or
 * freed on failure. */
digit_status dg_snapshot_adopt(dg_network *network, bool training, dg_snapshot **out);

/* A copy of all but the training state; with `training` the copy has one, all 0. */
digit_status dg_snapshot_copy(const dg_snapshot *snapshot, bool training, dg_snapshot **out);

/* Replace both texts, by copies. */
digit_status dg_snapshot_describe(dg_snapshot *snapshot, const char *trained_on,
                                  const char *licence);

/* Drop the training state, if there is one: what is left is a model. */
void dg_snapshot_forget_training(dg_snapshot *snapshot);

/* The same for a checkpoint: its averaged weights become the model's. */
void dg_snapshot_end_training(dg_snapshot *snapshot);

void dg_snapshot_free(dg_snapshot *snapshot);

#endif
