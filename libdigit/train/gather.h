/* gather.h - what a shard trains on: samples of the dataset, or what takes their place. */
#ifndef DG_TRAIN_GATHER_H
#define DG_TRAIN_GATHER_H

#include "data/line.h"
#include "train/train.h"

/* The samples of one shard, gathered by one thread. */
typedef struct dg_gathered {
    uint8_t *samples;    /* [count][rows][columns] of dg_network_sample() */
    uint8_t *labels;     /* [count]; NULL for a network that reads lines */
    dg_line_text *texts; /* [count]: what each line says; NULL for one that reads digits */
    float *scratch;      /* for drawing a line */
} dg_gathered;

/* Room for `count` samples of a network. False when memory is short. */
bool dg_gathered_create(const dg_network *network, uint32_t count, dg_gathered *out);
void dg_gathered_free(dg_gathered *gathered);

/*
 * Samples order[0 .. count-1] of the job's dataset, or what takes their place in epoch `epoch`
 * (0, count of the dataset, twice that ...), distorted if asked for. What is random about a sample
 * is named by its epoch and its place in the dataset: the same for any order and any threads.
 */
void dg_gather(const dg_train_job *job, const uint32_t *order, uint32_t count, uint64_t epoch,
               dg_gathered *to);

/* Sample `index` as a line of a validation: the same in every one. */
void dg_gather_validation_line(const digit_dataset *dataset, size_t index, uint32_t columns,
                               float *scratch, uint8_t *pixels, dg_line_text *text);

#endif
