/*
 * teachers.h - networks whose answers a training learns besides the labels.
 *
 * What a network is unsure of, and between which digits, says more than a label; several that
 * agree say it better than one (Hinton, Vinyals and Dean, "Distilling the knowledge in a neural
 * network", 2015).
 */
#ifndef DG_TRAIN_TEACHERS_H
#define DG_TRAIN_TEACHERS_H

#include "net/snapshot.h"

#define DG_TEACHERS_MOST 16

/* A network as it predicts. */
typedef struct dg_teacher {
    dg_network *network;
    dg_real *params; /* [dg_network_params(network)] */
    double temperature;
} dg_teacher;

typedef struct dg_teachers {
    dg_teacher *items; /* [count] */
    uint32_t count;
    uint32_t logits;
} dg_teachers;

/* Networks of snapshots[count], of which nothing is kept; each gives `logits` numbers a sample,
 * else DIGIT_ERR_ARGUMENT. */
digit_status dg_teachers_create(const dg_snapshot *const *snapshots, uint32_t count,
                                uint32_t logits, dg_teachers **out);
void dg_teachers_free(dg_teachers *teachers);

/* The buffers in which one thread asks the teachers about `samples` at once. NULL when memory is
 * short. */
typedef struct dg_lesson dg_lesson;

dg_lesson *dg_lesson_create(const dg_teachers *teachers, uint32_t samples);
void dg_lesson_free(dg_lesson *lesson);

/* The mean of their calibrated probabilities, [count][logits], for samples[count][28][28]; valid
 * until the lesson is asked again. */
const float *dg_lesson_answer(const dg_lesson *lesson, const uint8_t *samples, uint32_t count);

#endif
