#include "read/judge.h"

#include "base/error.h"
#include "base/mem.h"
#include "vision/sample/glyph.h"

#include <stdatomic.h>

/* Samples in one batch. */
#define BATCH 1024

typedef struct court {
    const dg_judge *judge;
    bool pairs; /* asks for these */
    const dg_atoms *atoms;
    dg_guesses *guesses;
    const uint32_t *which;     /* NULL: all */
    size_t first;              /* of the batch, among those */
    uint8_t *samples;          /* [BATCH][DIGIT_SAMPLE_BYTES] */
    digit_prediction *answers; /* [BATCH] */
    dg_pairs *doubles;         /* [BATCH] */
    atomic_bool failed;
} court;

static dg_guess *guess_at(const court *c, size_t index)
{
    const size_t at = c->first + index;
    return &c->guesses->items[c->which ? c->which[at] : at];
}

static void render(void *context, uint32_t index, uint32_t seat)
{
    court *c = context;
    const dg_guess *guess = guess_at(c, index);
    const dg_atom *atoms = &c->atoms->items[guess->first];
    const digit_box box = dg_atoms_box(atoms, guess->count);
    size_t runs = 0;
    for (uint32_t i = 0; i < guess->count; i++)
        runs += atoms[i].count;
    (void)seat;
    if (dg_glyph_sample(c->judge->ink, c->atoms->runs + atoms[0].first, runs, &box,
                        c->samples + (size_t)index * DIGIT_SAMPLE_BYTES) != DIGIT_OK)
        atomic_store(&c->failed, true);
}

static digit_status judge_batch(court *c, size_t count)
{
    const dg_threads threads = c->judge->threads;
    digit_status status = dg_patience_check(c->judge->patience);
    if (status != DIGIT_OK)
        return status;
    dg_pool_run(threads.pool, threads.count, (uint32_t)count, render, c);
    if (atomic_load(&c->failed)) /* the sentence is the other thread's */
        return dg_fail_memory("a digit", DIGIT_SAMPLE_BYTES);
    status = dg_predictor_run(c->pairs ? c->judge->pairs : c->judge->predictor, threads,
                              c->samples, count, c->answers, c->pairs ? c->doubles : NULL);
    for (size_t i = 0; status == DIGIT_OK && i < count; i++)
        if (c->pairs)
            guess_at(c, i)->pairs = c->doubles[i];
        else
            guess_at(c, i)->answer = c->answers[i];
    return status;
}

static digit_status judge_all(court c, size_t count)
{
    const size_t room = count < BATCH ? count : BATCH;
    digit_status status = DIGIT_OK;
    if (count == 0)
        return DIGIT_OK;
    c.samples = dg_alloc(room, DIGIT_SAMPLE_BYTES);
    c.answers = dg_alloc(room, sizeof *c.answers);
    c.doubles = dg_alloc(room, sizeof *c.doubles);
    if (!c.samples || !c.answers || !c.doubles)
        status = dg_fail_memory("guesses", room * DIGIT_SAMPLE_BYTES);
    for (; status == DIGIT_OK && c.first < count; c.first += BATCH)
        status = judge_batch(&c, count - c.first < BATCH ? count - c.first : BATCH);
    dg_free(c.doubles);
    dg_free(c.answers);
    dg_free(c.samples);
    return status;
}

digit_status dg_judge_guesses(const dg_judge *judge, const dg_atoms *atoms, dg_guesses *guesses,
                              const uint32_t *which, size_t count)
{
    const court c = {.judge = judge, .atoms = atoms, .guesses = guesses, .which = which};
    return judge_all(c, count);
}

digit_status dg_judge_pairs(const dg_judge *judge, const dg_atoms *atoms, dg_guesses *guesses,
                            const uint32_t *which, size_t count)
{
    const court c = {
        .judge = judge, .pairs = true, .atoms = atoms, .guesses = guesses, .which = which};
    return judge_all(c, count);
}
