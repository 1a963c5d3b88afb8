/* model.h - what is behind a digit_model. */
#ifndef DG_API_MODEL_H
#define DG_API_MODEL_H

#include "net/predict.h"

struct digit_model {
    dg_snapshot *snapshot;   /* what save() writes and train() trains */
    dg_predictor *predictor; /* the same, ready to answer */
    _Atomic(dg_predictor *) lines; /* the library's own, once a page was read */
    uint32_t threads;
    dg_pool pool; /* guards itself: shared by calls on a const model */
};

/* The threads a call on this model may use. */
dg_threads dg_model_threads(const digit_model *model);

/* DIGIT_ERR_ARGUMENT for a network that reads lines, where one that reads digits is asked for. */
digit_status dg_model_check_reads_digits(const digit_model *model);

/* The library's network that reads lines: loaded when first asked for, by any thread. */
digit_status dg_model_lines(const digit_model *model, const dg_predictor **out);

/* Give the model new content, taking over `snapshot`. On failure the snapshot is freed
 * and the model is as it was. */
digit_status dg_model_replace(digit_model *model, dg_snapshot *snapshot);

/* A model around `snapshot`, which it takes over; freed on failure. */
digit_status dg_model_wrap(dg_snapshot *snapshot, digit_model **out);

/* Read a model or a checkpoint. */
digit_status dg_model_read(const char *path, dg_snapshot **out);

/* Save a model or a checkpoint, all of it or nothing. */
digit_status dg_model_write(const dg_snapshot *snapshot, const char *path);

#endif
