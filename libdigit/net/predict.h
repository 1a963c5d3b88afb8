/* predict.h - a network ready to answer, for any number of threads at once. */
#ifndef DG_NET_PREDICT_H
#define DG_NET_PREDICT_H

#include "base/pool.h"
#include "net/snapshot.h"

/* The folded network and its weights, constant; idle workspaces wait beside them. */
typedef struct dg_predictor dg_predictor;

/* Wants nothing of the snapshot afterwards. */
digit_status dg_predictor_create(const dg_snapshot *snapshot, dg_predictor **out);
void dg_predictor_free(dg_predictor *predictor);

/* The folded network and its weights. */
const dg_network *dg_predictor_network(const dg_predictor *predictor);
const dg_real *dg_predictor_params(const dg_predictor *predictor);

uint64_t dg_predictor_ops(const dg_predictor *predictor);

/* Logits a sample: dg_network_logits(). */
uint32_t dg_predictor_logits(const dg_predictor *predictor);

/* Called for runs of samples, each once, on any thread: logits[count][dg_predictor_logits()]
 * of samples first .. first+count-1. */
typedef void (*dg_logits_fn)(void *context, size_t first, uint32_t count,
                             const dg_real *logits);

/* The most samples a dg_logits_fn gets at once; each run begins at a multiple of it. */
#define DG_PREDICT_RUN 8

/* samples[count][DIGIT_SAMPLE_BYTES]. The logits of a sample depend on nothing but the
 * sample. Fails before the first call of `visit`, or not at all. */
digit_status dg_predictor_visit(const dg_predictor *predictor, dg_threads threads,
                                const uint8_t *samples, size_t count, dg_logits_fn visit,
                                void *context);

/* Answers with calibrated confidence into out[count]. */
digit_status dg_predictor_run(const dg_predictor *predictor, dg_threads threads,
                              const uint8_t *samples, size_t count, digit_prediction *out);

/* Logits are divided by it before the softmax. */
float dg_predictor_temperature(const dg_predictor *predictor);

#endif
