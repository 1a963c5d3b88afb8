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

/* Pieces doubted less are not cut. */
#define SURE 0.01

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

typedef struct court {
    const dg_predictor *predictor;
    dg_threads threads;
    const dg_plane *ink;
    const dg_atoms *atoms;
    dg_guesses *guesses;
    const dg_patience *patience;
    const uint32_t *which;    /* the guesses to judge */
    uint8_t *samples;         /* [BATCH][DIGIT_SAMPLE_BYTES] */
    digit_prediction *answers; /* [BATCH] */
    atomic_bool failed;
} court;

static void render(void *context, uint32_t index, uint32_t seat)
{
    court *c = context;
    const dg_guess *guess = &c->guesses->items[c->which[index]];
    const dg_atom *atoms = &c->atoms->items[guess->first];
    const digit_box box = dg_atoms_box(atoms, guess->count);
    size_t runs = 0;
    for (uint32_t i = 0; i < guess->count; i++)
        runs += atoms[i].count;
    (void)seat;
    if (dg_glyph_sample(c->ink, c->atoms->runs + atoms[0].first, runs, &box,
                        c->samples + (size_t)index * DIGIT_SAMPLE_BYTES) != DIGIT_OK)
        atomic_store(&c->failed, true);
}

static digit_status judge_batch(court *c, size_t count)
{
    dg_pool_run(c->threads.pool, c->threads.count, (uint32_t)count, render, c);
    if (atomic_load(&c->failed)) /* the sentence is the other thread's */
        return dg_fail_memory("a digit", DIGIT_SAMPLE_BYTES);
    const digit_status status =
        dg_predictor_run(c->predictor, c->threads, c->samples, count, c->answers);
    for (size_t i = 0; status == DIGIT_OK && i < count; i++)
        c->guesses->items[c->which[i]].answer = c->answers[i];
    return status;
}

static digit_status judge(court *c, const uint32_t *which, size_t count)
{
    digit_status status = DIGIT_OK;
    for (size_t i = 0; status == DIGIT_OK && i < count; i += BATCH) {
        c->which = which + i;
        status = dg_patience_check(c->patience);
        if (status == DIGIT_OK)
            status = judge_batch(c, count - i < BATCH ? count - i : BATCH);
    }
    return status;
}

static bool take_seats(court *c)
{
    const size_t room = c->guesses->count < BATCH ? c->guesses->count : BATCH;
    c->samples = dg_alloc(room, DIGIT_SAMPLE_BYTES);
    c->answers = dg_alloc(room, sizeof *c->answers);
    return c->samples && c->answers;
}

/* ---- Whole pieces and their parts ----------------------------------------- */

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

static bool is_part(const dg_guess *part, const dg_guess *whole)
{
    return part->first >= whole->first && part->count < whole->count &&
           part->first + part->count <= whole->first + whole->count;
}

/* How far the network is from sure that it is one digit. */
static double doubt(const dg_guess *guess)
{
    const digit_prediction *a = &guess->answer;
    return fmax((double)a->other, 1 - (double)a->probabilities[a->digit]);
}

/* What cutting the piece costs its parts, on each side that was cut. */
static void charge_parts(const dg_guess *whole, dg_guesses *guesses)
{
    const float cost = (float)(CUT_SHARE * -log(fmax(doubt(whole), SUREST)));
    const uint32_t end = whole->first + whole->count;
    for (uint32_t g = guesses->begin[whole->first]; g < guesses->begin[end]; g++) {
        dg_guess *part = &guesses->items[g];
        if (is_part(part, whole))
            part->shape += cost * (float)((part->first > whole->first) +
                                          (part->first + part->count < end));
    }
}

/* The parts of a piece that is surely one digit are none, and the network is not asked. */
static void dismiss_parts(const dg_guess *whole, const dg_guesses *guesses, bool *dismissed)
{
    const uint32_t end = whole->first + whole->count;
    for (uint32_t g = guesses->begin[whole->first]; g < guesses->begin[end]; g++)
        if (is_part(&guesses->items[g], whole)) {
            guesses->items[g].answer.other = 1;
            dismissed[g] = true;
        }
}

static digit_status judge_in_turn(court *c, bool ask_all, uint32_t *which, bool *done)
{
    dg_guesses *guesses = c->guesses;
    size_t count = 0;
    for (size_t i = 0; i < guesses->count; i++)
        if (is_whole_piece(c->atoms, &guesses->items[i])) {
            which[count++] = (uint32_t)i;
            done[i] = true;
        }
    digit_status status = judge(c, which, count);
    for (size_t i = 0; status == DIGIT_OK && i < count; i++) {
        charge_parts(&guesses->items[which[i]], guesses);
        if (!ask_all && doubt(&guesses->items[which[i]]) < SURE)
            dismiss_parts(&guesses->items[which[i]], guesses, done);
    }
    count = 0;
    for (size_t i = 0; i < guesses->count; i++)
        if (!done[i])
            which[count++] = (uint32_t)i;
    return status == DIGIT_OK ? judge(c, which, count) : status;
}

digit_status dg_guesses_judge(const dg_predictor *predictor, dg_threads threads,
                              const dg_plane *ink, const dg_atoms *atoms, dg_guesses *guesses,
                              bool ask_all, const dg_patience *patience)
{
    court c = {.predictor = predictor, .threads = threads, .ink = ink, .atoms = atoms,
               .guesses = guesses, .patience = patience};
    uint32_t *which = dg_alloc(guesses->count, sizeof *which);
    bool *done = dg_alloc_zero(guesses->count, sizeof *done);
    digit_status status = DIGIT_OK;
    if (!which || !done || !take_seats(&c))
        status = dg_fail_memory("guesses", guesses->count * DIGIT_SAMPLE_BYTES);
    if (status == DIGIT_OK)
        status = judge_in_turn(&c, ask_all, which, done);
    dg_free(c.answers);
    dg_free(c.samples);
    dg_free(done);
    dg_free(which);
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
