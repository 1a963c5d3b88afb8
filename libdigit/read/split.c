/*
 * Digits that touch come apart by the network's word alone: a cut is as good as what lies on
 * either side of it looks like a digit, however much ink it crosses. (Of 200 pairs, cuts
 * through the least ink parted 84 % right, upright ones at every sixteenth of a digit 94 %.)
 */
#include "read/split.h"

#include "base/error.h"
#include "base/mem.h"

#include <math.h>
#include <string.h>

/* Pieces doubted less are one digit. */
#define SURE 0.05

/* Of pieces doubted more than this the other network says whether they are two. Those that are
 * hardly so by its word stay whole, whatever they are: cut, a sign or dirt becomes digits. */
#define NOTICED 0.002
#define HARDLY  0.005

/* Slices of one page, in pieces wider than a digit and in others, which on a page of print are
 * letters. What is beyond stays whole: noise and books end in bounded time. */
#define WIDE         0.9
#define SLICES_WIDE  6144
#define SLICES_OTHER 2048

/* The price of a cut: on each side of it such a part of -log(doubt) of the whole piece. */
#define CUT_SHARE 0.3
#define SUREST    0.003

/* Pieces that are two digits, rather; and what it costs at most that such are rare. */
#define TOUCHING 0.5f
#define RAREST   4.0

/* In digits' sizes: what is wider is doubted anyhow, wider than one digit, narrower or lower than
 * two. */
#define SURE_WIDEST 1.2
#define ONE_WIDEST  1.1
#define NARROW      0.3
#define LOW         0.5

/* How far the network is from sure that it is one digit. */
static double doubt(const dg_guess *guess)
{
    const digit_prediction *a = &guess->answer;
    return fmax((double)a->other, 1 - (double)a->probabilities[a->digit]);
}

/* May the other network be asked about it? */
static bool is_doubtful(const dg_guess *guess)
{
    return guess->pair && doubt(guess) >= NOTICED;
}

static bool is_sure(const dg_guess *guess)
{
    return fmax(doubt(guess), (double)guess->pairs.all) < SURE;
}

/* Does the other network, which was asked, say no? */
static bool is_no_pair(const dg_guess *guess)
{
    return is_doubtful(guess) && (double)guess->pairs.all < HARDLY;
}

/* Could it be more than one digit, by its size? */
static bool is_large(const dg_atom *atom, double size)
{
    return !atom->small && !atom->slash && atom->right - atom->left >= NARROW * size &&
           atom->bottom - atom->top >= LOW * size;
}

static void doubt_pieces(const dg_atoms *atoms, const dg_guesses *guesses, bool cut_all,
                         bool *doubted)
{
    for (size_t i = 0; i < atoms->line_count; i++) {
        const dg_atom_line *line = &atoms->lines[i];
        for (size_t a = line->first; a < line->first + line->count; a++)
            doubted[atoms->items[a].piece] = is_large(&atoms->items[a], line->size);
        for (uint32_t g = guesses->begin[line->first];
             !cut_all && g < guesses->begin[line->first + line->count]; g++) {
            const dg_guess *guess = &guesses->items[g];
            const dg_atom *first = &atoms->items[guess->first];
            const double width = dg_atoms_box(first, guess->count).width / line->size;
            if ((is_sure(guess) && width <= SURE_WIDEST) ||
                (is_no_pair(guess) && width <= ONE_WIDEST))
                for (uint32_t k = 0; k < guess->count; k++)
                    doubted[first[k].piece] = false;
        }
    }
}

static void ration(const dg_atoms *atoms, bool *doubted)
{
    double left[2] = {SLICES_OTHER, SLICES_WIDE};
    for (size_t i = 0; i < atoms->line_count; i++) {
        const dg_atom_line *line = &atoms->lines[i];
        for (size_t a = line->first; a < line->first + line->count; a++) {
            const dg_atom *atom = &atoms->items[a];
            const double width = (atom->right - atom->left + 1) / line->size;
            double *rest = &left[width > WIDE];
            if (!doubted[atom->piece])
                continue;
            doubted[atom->piece] = *rest >= width * DG_SLICES;
            *rest -= doubted[atom->piece] ? width * DG_SLICES : 0;
        }
    }
}

/* The answers for what is whole are known. */
static void take_over(const dg_guesses *known, dg_guesses *guesses)
{
    size_t next = 0;
    for (size_t i = 0; i < guesses->count; i++)
        if (guesses->items[i].whole) { /* in the same order there */
            guesses->items[i].answer = known->items[next].answer;
            guesses->items[i].pairs = known->items[next++].pairs;
        }
}

typedef bool (*is_meant_fn)(const dg_guess *guess);
typedef digit_status (*judge_fn)(const dg_judge *judge, const dg_atoms *atoms,
                                 dg_guesses *guesses, const uint32_t *which, size_t count);

/* Ask about those that are meant. */
static digit_status ask(const dg_judge *judge, const dg_atoms *atoms, dg_guesses *guesses,
                        is_meant_fn is_meant, judge_fn judge_them)
{
    uint32_t *which = dg_alloc(guesses->count, sizeof *which);
    size_t count = 0;
    if (!which)
        return dg_fail_memory("guesses", guesses->count * sizeof *which);
    for (size_t i = 0; i < guesses->count; i++)
        if (is_meant(&guesses->items[i]))
            which[count++] = (uint32_t)i;
    const digit_status status = judge_them(judge, atoms, guesses, which, count);
    dg_free(which);
    return status;
}

static bool is_part(const dg_guess *guess)
{
    return guess->single && !guess->whole;
}

static bool is_no_whole(const dg_guess *guess)
{
    return !guess->whole;
}

/* Where most digits stand alone, digits that touch are rare: -log of the odds, by the rule of
 * succession. */
static float rarity(const dg_atoms *atoms, const dg_guesses *pieces)
{
    size_t alone = 0, touching = 0;
    for (size_t g = 0; g < pieces->count; g++) {
        const dg_guess *guess = &pieces->items[g];
        if (guess->pieces > 1 || atoms->items[guess->first].small)
            continue;
        alone += is_sure(guess);
        touching += guess->pairs.all > TOUCHING;
    }
    const double odds = ((double)touching + 1) / ((double)alone + 1);
    return (float)fmin(fmax(-log(odds), 0), RAREST);
}

/* What cutting a piece costs its parts, which are the guesses that begin in it and are not
 * whole. */
static void charge_parts(const dg_atoms *atoms, dg_guess *whole, float rare, dg_guesses *guesses)
{
    const float cost = (float)(-CUT_SHARE * log(fmax(doubt(whole), SUREST)));
    const uint32_t end = whole->first + whole->count;
    for (uint32_t g = guesses->begin[whole->first]; g < guesses->begin[end]; g++) {
        dg_guess *part = &guesses->items[g];
        part->rare = part->first == whole->first ? rare : 0; /* once a way */
        if (!part->whole)
            part->shape += cost * (float)(atoms->items[part->first].cut_before +
                                          (part->first + part->count < end));
    }
}

static digit_status judge_pieces(const dg_judge *judge, const dg_blobs *blobs,
                                 const dg_lines *lines, dg_atoms *atoms, dg_guesses *guesses)
{
    digit_status status = dg_atoms_make(blobs, lines, NULL, atoms);
    if (status == DIGIT_OK)
        status = dg_guesses_list(atoms, guesses);
    if (status == DIGIT_OK)
        status = dg_judge_guesses(judge, atoms, guesses, NULL, guesses->count);
    if (status == DIGIT_OK)
        status = ask(judge, atoms, guesses, is_doubtful, dg_judge_pairs);
    return status;
}

static digit_status judge_parts(const dg_judge *judge, const dg_blobs *blobs,
                                const dg_lines *lines, const bool *doubted, float rare,
                                const dg_guesses *known, dg_atoms *atoms, dg_guesses *guesses)
{
    digit_status status = dg_atoms_make(blobs, lines, doubted, atoms);
    if (status == DIGIT_OK)
        status = dg_guesses_list(atoms, guesses);
    if (status != DIGIT_OK)
        return status;
    take_over(known, guesses);
    status = ask(judge, atoms, guesses, is_part, dg_judge_guesses);
    if (status == DIGIT_OK)
        status = ask(judge, atoms, guesses, is_no_whole, dg_judge_pairs);
    for (size_t g = 0; status == DIGIT_OK && g < guesses->count; g++)
        if (guesses->items[g].whole && guesses->items[g].pieces == 1)
            charge_parts(atoms, &guesses->items[g], rare, guesses);
    return status;
}

/* Cut what is doubted: atoms and guesses are replaced. */
static digit_status cut(const dg_judge *judge, const dg_blobs *blobs, const dg_lines *lines,
                        const bool *doubted, dg_atoms *atoms, dg_guesses *guesses)
{
    dg_atoms pieces = *atoms;
    dg_guesses known = *guesses;
    *atoms = (dg_atoms){0};
    *guesses = (dg_guesses){0};
    const digit_status status =
        judge_parts(judge, blobs, lines, doubted, rarity(&pieces, &known), &known, atoms,
                    guesses);
    dg_guesses_free(&known);
    dg_atoms_free(&pieces);
    return status;
}

digit_status dg_split_lines(const dg_judge *judge, const dg_blobs *blobs, const dg_lines *lines,
                            bool cut_all, dg_atoms *atoms, dg_guesses *guesses)
{
    bool *doubted = dg_alloc_zero(lines->piece_count, sizeof *doubted);
    if (!doubted)
        return dg_fail_memory("pieces", lines->piece_count);
    digit_status status = judge_pieces(judge, blobs, lines, atoms, guesses);
    if (status == DIGIT_OK) {
        doubt_pieces(atoms, guesses, cut_all, doubted);
        ration(atoms, doubted);
        if (memchr(doubted, true, lines->piece_count))
            status = cut(judge, blobs, lines, doubted, atoms, guesses);
    }
    dg_free(doubted);
    return status;
}
