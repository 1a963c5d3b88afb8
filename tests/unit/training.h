/* training.h - a training run below the public interface. */
#ifndef DIGIT_TEST_TRAINING_H
#define DIGIT_TEST_TRAINING_H

#include "train/train.h"

#include <stdbool.h>

typedef struct training {
    dg_pool pool;
    dg_snapshot *snapshot;
    digit_train_options options; /* the library's defaults, to be changed before the run */
    dg_train_job job;
} training;

/* Fresh weights of seed 1. Leaves this thread in our floating-point environment. */
void training_begin(training *t, const char *architecture, const digit_dataset *dataset,
                    uint32_t threads);
digit_status training_run(training *t);
void training_end(training *t);

/* Bit for bit, running statistics and temperature included. */
bool training_same(const training *a, const training *b);

/* Mean loss and share of right answers of what was trained, judged without any pool. */
digit_metrics training_judge(const training *t, const digit_dataset *dataset);

#endif
