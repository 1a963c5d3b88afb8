#include "read/arcs.h"

#include "base/error.h"
#include "base/grow.h"
#include "base/mem.h"

#include <math.h>

/* Digits of a guess that are worth a thought, and pairs of digits. */
#define DIGITS_TRIED 3
#define DIGIT_LEAST  0.0005f
#define PAIR_LEAST   0.005f

/* Cost of an atom that is no digit, by its height in digits' sizes. */
#define SKIP_SMALL 0.4
#define SKIP_SLOPE 5.0
#define SKIP_TALL  9.0
#define SKIP_SLASH 0.3

static double skip_cost(const dg_decode_plan *plan, size_t atom)
{
    const dg_atom *a = &plan->atoms->items[atom];
    const int32_t width = a->right - a->left + 1, height = a->bottom - a->top + 1;
    if (a->slash)
        return SKIP_SLASH;
    const double size = (width > height ? width : height) / plan->size;
    return a->small ? SKIP_SMALL + SKIP_SLOPE * size * size : SKIP_TALL;
}

static bool is_allowed(const dg_decode_plan *plan, int digit)
{
    return plan->allowed >> digit & 1;
}

/* The most probable digits that are allowed; returns how many. */
static int likely_digits(const dg_decode_plan *plan, const dg_guess *guess,
                         int digits[DIGITS_TRIED])
{
    const float *p = guess->answer.probabilities;
    int count = 0;
    for (int d = 0; d < DIGIT_CLASSES; d++) {
        if (!is_allowed(plan, d))
            continue;
        int at = count < DIGITS_TRIED ? count++ : DIGITS_TRIED;
        for (; at > 0 && p[digits[at - 1]] < p[d]; at--)
            if (at < DIGITS_TRIED)
                digits[at] = digits[at - 1];
        if (at < DIGITS_TRIED)
            digits[at] = d;
    }
    while (count > 1 && p[digits[count - 1]] < DIGIT_LEAST)
        count--;
    return count;
}

static digit_status add(dg_arcs *arcs, const dg_arc *arc)
{
    dg_arc *items = dg_grow(arcs->items, arcs->count, &arcs->room, 1, sizeof *items);
    if (!items)
        return dg_fail_memory("readings", sizeof *items);
    arcs->items = items;
    arcs->items[arcs->count++] = *arc;
    return DIGIT_OK;
}

static digit_status add_digits(const dg_decode_plan *plan, uint32_t index, dg_arc arc,
                               dg_arcs *arcs)
{
    const dg_guess *guess = &plan->guesses->items[index];
    int digits[DIGITS_TRIED];
    const int count = likely_digits(plan, guess, digits);
    digit_status status = DIGIT_OK;
    arc.count = 1;
    for (int i = 0; status == DIGIT_OK && i < count; i++) {
        arc.cost = dg_guess_cost(guess, plan->atoms, plan->size, digits[i]);
        arc.choices[0] = (dg_choice){index, index, (uint8_t)digits[i]};
        status = add(arcs, &arc);
    }
    return status;
}

/* ---- Two digits as one ----------------------------------------------------- */

/* The guess that just these atoms are one digit, or UINT32_MAX. */
static uint32_t find(const dg_guesses *guesses, uint32_t first, uint32_t count)
{
    for (uint32_t g = guesses->begin[first]; g < guesses->begin[first + 1]; g++)
        if (guesses->items[g].count == count)
            return guesses->items[g].single ? g : UINT32_MAX;
    return UINT32_MAX;
}

/* Where between them one digit ends and the other begins: where both look most like it. Returns
 * what they cost, INFINITY if no parts of it may be digits. */
static double divide(const dg_decode_plan *plan, uint32_t whole, uint8_t left, uint8_t right,
                     dg_choice choices[2])
{
    const dg_guesses *guesses = plan->guesses;
    const dg_guess *guess = &guesses->items[whole];
    double best = INFINITY;
    for (uint32_t k = 1; k < guess->count; k++) {
        const uint32_t a = find(guesses, guess->first, k);
        const uint32_t b = find(guesses, guess->first + k, guess->count - k);
        if (a == UINT32_MAX || b == UINT32_MAX)
            continue;
        const double cost =
            dg_guess_cost(&guesses->items[a], plan->atoms, plan->size, left) +
            dg_guess_cost(&guesses->items[b], plan->atoms, plan->size, right);
        if (cost < best) {
            best = cost;
            choices[0] = (dg_choice){a, whole, left};
            choices[1] = (dg_choice){b, whole, right};
        }
    }
    return best;
}

static digit_status add_pairs(const dg_decode_plan *plan, uint32_t index, dg_arc arc,
                              dg_arcs *arcs)
{
    const dg_guess *guess = &plan->guesses->items[index];
    digit_status status = DIGIT_OK;
    if (guess->count > DG_ARC_PAIR_MOST)
        return DIGIT_OK;
    arc.count = 2;
    for (int i = 0; status == DIGIT_OK && i < DG_PAIRS_KEPT; i++) {
        const uint8_t left = guess->pairs.which[i] / 10, right = guess->pairs.which[i] % 10;
        if (guess->pairs.p[i] < PAIR_LEAST || !is_allowed(plan, left) ||
            !is_allowed(plan, right))
            continue;
        const double parts = divide(plan, index, left, right, arc.choices);
        arc.cost = dg_guess_pair_cost(guess, plan->atoms, plan->size, i) +
                   DG_ARC_PARTS_SHARE * parts;
        if (parts < INFINITY)
            status = add(arcs, &arc);
    }
    return status;
}

/* How likely it is no digit: what is cut from its neighbours, the other network knows best. */
static float other_of(const dg_guess *guess)
{
    return guess->whole ? guess->answer.other : 1 - guess->pairs.one;
}

/* One side of a pair. That it is one may be clear from all of it, or from the slice. */
static digit_prediction side_of(const dg_guess *slice, const dg_pairs *pairs, bool left,
                                uint8_t digit)
{
    digit_prediction answer = {.digit = digit, .other = fminf(1 - pairs->all, other_of(slice))};
    float sum = 0;
    for (int i = 0; i < DG_PAIRS_KEPT; i++)
        sum += pairs->p[i];
    for (int i = 0; i < DG_PAIRS_KEPT; i++)
        answer.probabilities[left ? pairs->which[i] / 10 : pairs->which[i] % 10] +=
            pairs->p[i] / sum;
    return answer;
}

digit_prediction dg_choice_answer(const dg_guesses *guesses, const dg_choice *choice)
{
    const dg_guess *guess = &guesses->items[choice->guess];
    const dg_guess *whole = &guesses->items[choice->whole];
    digit_prediction answer = guess->answer;
    answer.other = other_of(guess);
    if (guess != whole)
        answer = side_of(guess, &whole->pairs, guess->first == whole->first, choice->digit);
    answer.confidence = answer.probabilities[answer.digit] * (1 - answer.other);
    return answer;
}

/* ---- All of them ----------------------------------------------------------- */

static digit_status list_from(const dg_decode_plan *plan, uint32_t place, dg_arcs *arcs)
{
    const dg_guesses *guesses = plan->guesses;
    const size_t atom = plan->first + place;
    const dg_arc skip = {.cost = skip_cost(plan, atom), .from = place, .to = place + 1};
    digit_status status = add(arcs, &skip);
    for (uint32_t g = guesses->begin[atom]; status == DIGIT_OK && g < guesses->begin[atom + 1];
         g++) {
        const dg_arc arc = {.from = place, .to = place + guesses->items[g].count};
        if (arc.to > plan->count)
            break;
        if (guesses->items[g].single)
            status = add_digits(plan, g, arc, arcs);
        if (status == DIGIT_OK && guesses->items[g].pair)
            status = add_pairs(plan, g, arc, arcs);
    }
    return status;
}

digit_status dg_arcs_list(const dg_decode_plan *plan, dg_arcs *arcs)
{
    digit_status status = DIGIT_OK;
    *arcs = (dg_arcs){0};
    arcs->begin = dg_alloc(plan->count + 1, sizeof *arcs->begin);
    if (!arcs->begin)
        return dg_fail_memory("readings", (plan->count + 1) * sizeof *arcs->begin);
    for (uint32_t place = 0; status == DIGIT_OK && place < plan->count; place++) {
        arcs->begin[place] = (uint32_t)arcs->count;
        status = list_from(plan, place, arcs);
    }
    arcs->begin[plan->count] = (uint32_t)arcs->count;
    return status;
}

void dg_arcs_free(dg_arcs *arcs)
{
    dg_free(arcs->items);
    dg_free(arcs->begin);
    *arcs = (dg_arcs){0};
}
