/* train.h - the training loop. */
#ifndef DG_TRAIN_TRAIN_H
#define DG_TRAIN_TRAIN_H

#include "data/dataset.h"
#include "net/predict.h"
#include "net/snapshot.h"
#include "train/teachers.h"

/* Called with where training stands: after each epoch, at the interval of the options, and when
 * training is cancelled. A failure ends the training. */
typedef digit_status (*dg_checkpoint_fn)(void *context, const dg_snapshot *snapshot);

typedef struct dg_train_job {
    dg_snapshot *snapshot; /* with training state; trained in place, from its epoch on */
    const digit_dataset *dataset;       /* at least one sample */
    const digit_train_options *options; /* checked */
    const dg_real *origin; /* [dg_network_params()]: where L2-SP draws to, by options->pull */
    const dg_teachers *teachers; /* NULL: none; else for options->teacher_share of the targets */
    dg_threads threads;
    dg_checkpoint_fn checkpoint; /* NULL: none */
    void *checkpoint_context;
} dg_train_job;

/* Can the job go on from this snapshot, whatever file it comes from? Its fingerprint must be the
 * job's (dg_fingerprint_start()), its network the one of job->snapshot, its place one that the
 * job comes by. */
bool dg_train_continues(const dg_train_job *job, uint64_t fingerprint, const dg_snapshot *saved);

/*
 * Train from where the snapshot stands to the last epoch, together with the other ranks of the
 * options; these compare what they begin and go on with (the fingerprint in the state among
 * it), and fail together. After DIGIT_OK and DIGIT_ERR_CANCELLED the snapshot holds
 * the weights to use, averaged and calibrated if so asked; after anything else it is
 * fit only to be freed.
 */
digit_status dg_train(const dg_train_job *job);

#endif
