/* batch.h - one weight update: a batch cut into shards, the shards spread over ranks and
 * threads. */
#ifndef DG_TRAIN_BATCH_H
#define DG_TRAIN_BATCH_H

#include "train/ranks.h"
#include "train/train.h"

#define DG_BATCH_MOST 16384

/* Buffers for batches of one size, made once for a training. */
typedef struct dg_batch dg_batch;

/* `size` samples a full batch, 1 .. DG_BATCH_MOST. Trains the parameters of job->snapshot with its
 * training state; the job, what it points to, and the ranks must outlive the batch. */
digit_status dg_batch_create(const dg_train_job *job, uint32_t size, dg_ranks *ranks,
                             dg_batch **out);
void dg_batch_free(dg_batch *batch);

/*
 * One update from the samples order[0 .. count-1] of the dataset, count <= size; adds
 * to `loss`. `draw` names the batch's random numbers: the place of its first sample in
 * the whole training. The state's step counts on by one. *stop says that this rank wants to
 * stop and comes back true if any does. Fails, without an update, only if ranks can't add.
 */
digit_status dg_batch_run(dg_batch *batch, const uint32_t *order, uint32_t count, uint64_t draw,
                          double rate, dg_loss *loss, bool *stop);

#endif
