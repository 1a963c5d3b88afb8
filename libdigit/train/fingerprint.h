/* fingerprint.h - a training in a number: to tell whether two are the same. */
#ifndef DG_TRAIN_FINGERPRINT_H
#define DG_TRAIN_FINGERPRINT_H

#include "train/train.h"

/* Options, data, architecture and starting weights: a checkpoint fits only the run it came
 * from. */
uint64_t dg_fingerprint_start(const dg_train_job *job);

/* That of the state, and how far training has come: update and weights. */
uint64_t dg_fingerprint_now(const dg_train_job *job);

/* The same, and what else ranks must have alike: when checkpoints are written, and what is
 * held out. */
uint64_t dg_fingerprint_ranks(const dg_train_job *job);

#endif
