#include "tasks/guess.h"

#include "base/error.h"
#include "base/grow.h"
#include "base/mem.h"
#include "vision/glyph.h"

#include <math.h>
#include <stdatomic.h>

/* Samples in one batch. */
#define BATCH 1024

/* Bounds of what may be one digit, in digits' sizes. */
#define ATOMS_MOST  10
#define PIECES_MOST 3
#define WIDEST      1.5  /* put together from one piece */
#define JOIN_WIDEST 1.1  /* from several */
#define JOIN_NARROW 0.8  /* ... all of them tall */
#define JOIN_HIGHEST 1.5
#define JOIN_GAP    0.15
#define SHORT       0.6  /* lower than a digit */
#define SMALL_LEAST 0.3

/* What it costs to say that ink lay apart. */
#define JOIN_COST 0.9f

/* A piece that is cut is, as a whole, no digit. What the network says against that is the price of a
 * cut: on each side of it, such a part of the logarithm. Nothing is surer than SUREST. */
#define CUT_SHARE 0.4
#define SUREST    0.003

/* What it costs to take a slash for a 1. */
#define SLASH_COST 2.5f

static double height_of(const digit_box *box, double size)
{
    return box->height / size;
}

/* Why atoms of several pieces should be one digit: they are near, narrow, and one of
 * them is no digit on its own. */
static bool may_join(const dg_atom *atoms, uint32_t count, const digit_box *box, double size)
{
    bool is_short = false;
    for (uint32_t i = 0; i < count; i++) {
        is_short |= atoms[i].bottom - atoms[i].top + 1 < SHORT * size;
        if (i > 0 && atoms[i].left - atoms[i - 1].right > JOIN_GAP * size)
            return false;
    }
    return box->width <= (is_short ? JOIN_WIDEST : JOIN_NARROW) * size &&
           box->height <= JOIN_HIGHEST * size;
}

static bool may_be_digit(const dg_atom *atoms, uint32_t count, double size)
{
    const digit_box box = dg_atoms_box(atoms, count);
    uint32_t pieces = 1;
    bool small = atoms[0].small;
    for (uint32_t i = 1; i < count; i++) {
        pieces += atoms[i].piece != atoms[i - 1].piece;
        small &= atoms[i].small;
    }
    if (small && box.height < SMALL_LEAST * size)
        return false;
    if (pieces > 1)
        return pieces <= PIECES_MOST && may_join(atoms, count, &box, size);
    return count == 1 || box.width <= WIDEST * size;
}

/* What it costs by its size and place alone. */
static float shape_cost(const dg_atom *atoms, uint32_t count, double size)
{
    const digit_box box = dg_atoms_box(atoms, count);
    const double high = height_of(&box, size);
    float cost = 0;
    for (uint32_t i = 1; i < count; i++)
        cost += atoms[i].piece != atoms[i - 1].piece ? JOIN_COST : 0;
    cost += count == 1 && atoms[0].slash ? SLASH_COST : 0;
    if (high < 0.7)
        cost += (float)(6 * (0.7 - high));
    if (high > 1.5)
        cost += (float)(3 * (high - 1.5));
    return cost;
}

static digit_status add(dg_guesses *guesses, const dg_guess *guess)
{
    dg_guess *items =
        dg_grow(guesses->items, guesses->count, &guesses->room, 1, sizeof *items);
    if (!items)
        return dg_fail_memory("guesses", sizeof *items);
    guesses->items = items;
    guesses->items[guesses->count++] = *guess;
    return DIGIT_OK;
}

static digit_status list_from(const dg_atoms *atoms, const dg_atom_line *line, size_t first,
                              dg_guesses *guesses)
{
    const size_t end = line->first + line->count;
    digit_status status = DIGIT_OK;
    for (uint32_t count = 1; status == DIGIT_OK && count <= ATOMS_MOST && first + count <= end;
         count++) {
        const dg_atom *from = &atoms->items[first];
        if (!may_be_digit(from, count, line->size))
            continue;
        const dg_guess guess = {.first = (uint32_t)first,
                                .count = count,
                                .shape = shape_cost(from, count, line->size)};
        status = add(guesses, &guess);
    }
    return status;
}

digit_status dg_guesses_list(const dg_atoms *atoms, dg_guesses *guesses)
{
    digit_status status = DIGIT_OK;
    *guesses = (dg_guesses){0};
    guesses->begin = dg_alloc(atoms->count + 1, sizeof *guesses->begin);
    if (!guesses->begin)
        return dg_fail_memory("guesses", (atoms->count + 1) * sizeof *guesses->begin);
    for (size_t i = 0; i < atoms->line_count; i++) {
        const dg_atom_line *line = &atoms->lines[i];
        for (size_t a = line->first; status == DIGIT_OK && a < line->first + line->count; a++) {
            guesses->begin[a] = (uint32_t)guesses->count;
            status = list_from(atoms, line, a, guesses);
        }
    }
    guesses->begin[atoms->count] = (uint32_t)guesses->count;
    return status;
}

void dg_guesses_free(dg_guesses *guesses)
{
    dg_free(guesses->items);
    dg_free(guesses->begin);
    *guesses = (dg_guesses){0};
}

/* ---- The network's word ------------------------------------------------- */

typedef struct render_job {
    const dg_plane *ink;
    const dg_atoms *atoms;
    const dg_guess *guesses;
    uint8_t *samples; /* [BATCH][DIGIT_SAMPLE_BYTES] */
    atomic_bool failed;
} render_job;

static void render(void *context, uint32_t index, uint32_t seat)
{
    render_job *job = context;
    const dg_guess *guess = &job->guesses[index];
    const dg_atom *atoms = &job->atoms->items[guess->first];
    const digit_box box = dg_atoms_box(atoms, guess->count);
    size_t runs = 0;
    for (uint32_t i = 0; i < guess->count; i++)
        runs += atoms[i].count;
    (void)seat;
    if (dg_glyph_sample(job->ink, job->atoms->runs + atoms[0].first, runs, &box,
                        job->samples + (size_t)index * DIGIT_SAMPLE_BYTES) != DIGIT_OK)
        atomic_store(&job->failed, true);
}

static digit_status judge_batch(const dg_predictor *predictor, dg_threads threads,
                                const dg_plane *ink, const dg_atoms *atoms, dg_guess *guesses,
                                size_t count, uint8_t *samples, digit_prediction *answers)
{
    render_job job = {ink, atoms, guesses, samples, false};
    dg_pool_run(threads.pool, threads.count, (uint32_t)count, render, &job);
    if (atomic_load(&job.failed)) /* the sentence is the other thread's */
        return dg_fail_memory("a digit", DIGIT_SAMPLE_BYTES);
    const digit_status status = dg_predictor_run(predictor, threads, samples, count, answers);
    for (size_t i = 0; status == DIGIT_OK && i < count; i++)
        guesses[i].answer = answers[i];
    return status;
}

/* The atoms are a piece, all of it, that could be cut. */
static bool is_whole_piece(const dg_atoms *atoms, const dg_guess *guess)
{
    const dg_atom *items = atoms->items;
    const size_t first = guess->first, end = first + guess->count;
    for (size_t i = first + 1; i < end; i++)
        if (items[i].piece != items[first].piece)
            return false;
    return guess->count > 1 && (first == 0 || items[first - 1].piece != items[first].piece) &&
           (end == atoms->count || items[end].piece != items[first].piece);
}

/* `cost` for each side on which a part of the piece was cut. */
static void charge_parts(const dg_guess *whole, float cost, dg_guesses *guesses)
{
    const uint32_t end = whole->first + whole->count;
    for (uint32_t g = guesses->begin[whole->first]; g < guesses->begin[end]; g++) {
        dg_guess *part = &guesses->items[g];
        const uint32_t part_end = part->first + part->count;
        if (part_end <= end && part->count < whole->count)
            part->shape += cost * (float)((part->first > whole->first) + (part_end < end));
    }
}

static void charge_cuts(const dg_atoms *atoms, dg_guesses *guesses)
{
    for (size_t i = 0; i < guesses->count; i++) {
        const dg_guess *guess = &guesses->items[i];
        const digit_prediction *a = &guess->answer;
        if (!is_whole_piece(atoms, guess))
            continue;
        const double doubt = fmax((double)a->other, 1 - (double)a->probabilities[a->digit]);
        charge_parts(guess, (float)(CUT_SHARE * -log(fmax(doubt, SUREST))), guesses);
    }
}

digit_status dg_guesses_judge(const dg_predictor *predictor, dg_threads threads,
                              const dg_plane *ink, const dg_atoms *atoms, dg_guesses *guesses,
                              const dg_patience *patience)
{
    const size_t room = guesses->count < BATCH ? guesses->count : BATCH;
    uint8_t *samples = dg_alloc(room, DIGIT_SAMPLE_BYTES);
    digit_prediction *answers = dg_alloc(room, sizeof *answers);
    digit_status status = DIGIT_OK;
    if (!samples || !answers)
        status = dg_fail_memory("guesses", room * DIGIT_SAMPLE_BYTES);
    for (size_t i = 0; status == DIGIT_OK && i < guesses->count; i += BATCH) {
        const size_t left = guesses->count - i;
        status = dg_patience_check(patience);
        if (status == DIGIT_OK)
            status = judge_batch(predictor, threads, ink, atoms, guesses->items + i,
                                 left < BATCH ? left : BATCH, samples, answers);
    }
    if (status == DIGIT_OK)
        charge_cuts(atoms, guesses);
    dg_free(answers);
    dg_free(samples);
    return status;
}

/* ---- Costs ---------------------------------------------------------------- */

/* Width by height of MNIST's training digits, slanted by up to a quarter either way: mean
 * and deviation. */
static const double aspect_mean[DIGIT_CLASSES] = {0.93, 0.48, 0.97, 0.83, 0.82,
                                                  0.97, 0.77, 0.81, 0.79, 0.71};
static const double aspect_spread[DIGIT_CLASSES] = {0.18, 0.19, 0.21, 0.17, 0.17,
                                                    0.25, 0.16, 0.17, 0.17, 0.14};

/* People write narrower and wider than MNIST's; only what is far off counts. */
#define ASPECT_FREE 1.0

/* A network that doubts between digits has often none before it: what that costs, by the
 * logarithm of its best one. */
#define DOUBT_COST 1.0

static double aspect_cost(double aspect, int digit)
{
    const double off = fabs(aspect - aspect_mean[digit]) / aspect_spread[digit] - ASPECT_FREE;
    return off > 0 ? off * off / 2 : 0;
}

static double cost_of(double probability)
{
    return -log(fmax(probability, 1e-6));
}

double dg_guess_cost(const dg_guess *guess, const dg_atoms *atoms, double size, int digit)
{
    const digit_box box = dg_atoms_box(&atoms->items[guess->first], guess->count);
    const double aspect = box.width / fmax(box.height, 0.7 * size);
    const digit_prediction *answer = &guess->answer;
    const double top = (double)answer->probabilities[answer->digit];
    return (double)guess->shape + aspect_cost(aspect, digit) + DOUBT_COST * cost_of(top) +
           cost_of(1 - (double)answer->other) + cost_of((double)answer->probabilities[digit]);
}
