#include "read/lattice.h"

#include "base/error.h"
#include "base/grow.h"
#include "base/mem.h"
#include "read/weights.h"

#include <math.h>

/* A hypothesis gets edges for its likeliest digits and pairs, if they have these probabilities. */
#define DIGITS_TRIED 3
#define DIGIT_LEAST  0.0005f
#define PAIR_LEAST   0.005f

/* Cost, in nats, of a segment that is no digit: of a small one, SKIP_SMALL and so much for the
 * square of its larger side in digits' heights; of a tall one; of a sign. */
#define SKIP_SMALL 0.4
#define SKIP_SLOPE 5.0
#define SKIP_TALL  9.0
#define SKIP_SIGN 0.3

static double skip_cost(const dg_decode_plan *plan, size_t segment)
{
    const dg_segment *skipped = &plan->segments->items[segment];
    const digit_box box = dg_segments_box(skipped, 1);
    if (skipped->sign)
        return SKIP_SIGN;
    const double side = (box.width > box.height ? box.width : box.height) / plan->size;
    return skipped->small ? SKIP_SMALL + SKIP_SLOPE * side * side : SKIP_TALL;
}

static bool is_allowed(const dg_decode_plan *plan, int digit)
{
    return plan->allowed >> digit & 1;
}

/* The most probable digits of those that are allowed. Returns how many. */
static int likely_digits(const dg_decode_plan *plan, const dg_hypothesis *hypothesis,
                         int digits[DIGITS_TRIED])
{
    const float *p = hypothesis->answer.probabilities;
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

static digit_status add(dg_lattice *lattice, const dg_lattice_edge *edge)
{
    dg_lattice_edge *items =
        dg_grow(lattice->items, lattice->count, &lattice->room, 1, sizeof *items);
    if (!items)
        return dg_fail_memory("a lattice", sizeof *items);
    lattice->items = items;
    lattice->items[lattice->count++] = *edge;
    return DIGIT_OK;
}

static digit_status add_digits(const dg_decode_plan *plan, uint32_t index, dg_lattice_edge edge,
                               dg_lattice *lattice)
{
    const dg_hypothesis *hypothesis = &plan->hypotheses->items[index];
    int digits[DIGITS_TRIED];
    const int count = likely_digits(plan, hypothesis, digits);
    digit_status status = DIGIT_OK;
    edge.count = 1;
    for (int i = 0; status == DIGIT_OK && i < count; i++) {
        edge.cost = dg_hypothesis_cost(hypothesis, plan->segments, plan->size, digits[i]);
        edge.choices[0] = (dg_choice){index, index, (uint8_t)digits[i]};
        status = add(lattice, &edge);
    }
    return status;
}

/* ---- Two touching digits ---------------------------------------------------- */

/* The hypothesis that these segments are one digit, or UINT32_MAX. */
static uint32_t find_single(const dg_hypotheses *hypotheses, uint32_t first, uint32_t count)
{
    for (uint32_t i = hypotheses->begin[first]; i < hypotheses->begin[first + 1]; i++)
        if (hypotheses->items[i].count == count)
            return hypotheses->items[i].single ? i : UINT32_MAX;
    return UINT32_MAX;
}

/* Choose the cut between two digits for which both halves cost least. Returns that cost, or
 * INFINITY if there is no such cut. */
static double divide(const dg_decode_plan *plan, uint32_t whole, uint8_t left, uint8_t right,
                     dg_choice choices[2])
{
    const dg_hypotheses *hypotheses = plan->hypotheses;
    const dg_hypothesis *hypothesis = &hypotheses->items[whole];
    double best = INFINITY;
    for (uint32_t k = 1; k < hypothesis->count; k++) {
        const uint32_t a = find_single(hypotheses, hypothesis->first, k);
        const uint32_t b = find_single(hypotheses, hypothesis->first + k, hypothesis->count - k);
        if (a == UINT32_MAX || b == UINT32_MAX)
            continue;
        const double cost =
            dg_hypothesis_cost(&hypotheses->items[a], plan->segments, plan->size, left) +
            dg_hypothesis_cost(&hypotheses->items[b], plan->segments, plan->size, right);
        if (cost < best) {
            best = cost;
            choices[0] = (dg_choice){a, whole, left};
            choices[1] = (dg_choice){b, whole, right};
        }
    }
    return best;
}

static digit_status add_pairs(const dg_decode_plan *plan, uint32_t index, dg_lattice_edge edge,
                              dg_lattice *lattice)
{
    const dg_hypothesis *hypothesis = &plan->hypotheses->items[index];
    digit_status status = DIGIT_OK;
    if (hypothesis->count > DG_EDGE_PAIR_MOST)
        return DIGIT_OK;
    edge.count = 2;
    for (int i = 0; status == DIGIT_OK && i < DG_PAIRS_KEPT; i++) {
        const uint8_t left = hypothesis->pairs.which[i] / 10,
                      right = hypothesis->pairs.which[i] % 10;
        if (hypothesis->pairs.p[i] < PAIR_LEAST || !is_allowed(plan, left) ||
            !is_allowed(plan, right))
            continue;
        const double halves = divide(plan, index, left, right, edge.choices);
        edge.cost = dg_hypothesis_pair_cost(hypothesis, plan->segments, plan->size, i) +
                    dg_weights_fitted.pair_halves * halves;
        if (halves < INFINITY)
            status = add(lattice, &edge);
    }
    return status;
}

/* The probability of the reject class; the pairs network knows it better of what has been cut. */
static float other_of(const dg_hypothesis *hypothesis)
{
    return hypothesis->whole ? hypothesis->answer.other : 1 - hypothesis->pairs.one;
}

/* One half of a pair. Either the whole or the half may show that it is a digit. */
static digit_prediction half_of(const dg_hypothesis *half, const dg_pairs *pairs, bool left,
                                uint8_t digit)
{
    digit_prediction answer = {.digit = digit, .other = fminf(1 - pairs->all, other_of(half))};
    float sum = 0;
    for (int i = 0; i < DG_PAIRS_KEPT; i++)
        sum += pairs->p[i];
    for (int i = 0; i < DG_PAIRS_KEPT; i++) {
        const int each = left ? pairs->which[i] / 10 : pairs->which[i] % 10;
        answer.probabilities[each] += pairs->p[i] / sum;
    }
    return answer;
}

digit_prediction dg_choice_answer(const dg_hypotheses *hypotheses, const dg_choice *choice)
{
    const dg_hypothesis *hypothesis = &hypotheses->items[choice->hypothesis];
    const dg_hypothesis *whole = &hypotheses->items[choice->whole];
    digit_prediction answer = hypothesis->answer;
    answer.other = other_of(hypothesis);
    if (hypothesis != whole)
        answer = half_of(hypothesis, &whole->pairs, hypothesis->first == whole->first,
                         choice->digit);
    answer.confidence = answer.probabilities[answer.digit] * (1 - answer.other);
    return answer;
}

/* ---- All edges --------------------------------------------------------------- */

static digit_status list_from(const dg_decode_plan *plan, uint32_t place, dg_lattice *lattice)
{
    const dg_hypotheses *hypotheses = plan->hypotheses;
    const size_t segment = plan->first + place;
    const dg_lattice_edge skip = {.cost = skip_cost(plan, segment), .from = place, .to = place + 1};
    digit_status status = add(lattice, &skip);
    for (uint32_t i = hypotheses->begin[segment];
         status == DIGIT_OK && i < hypotheses->begin[segment + 1]; i++) {
        const dg_lattice_edge edge = {.from = place, .to = place + hypotheses->items[i].count};
        if (edge.to > plan->count)
            break;
        if (hypotheses->items[i].single)
            status = add_digits(plan, i, edge, lattice);
        if (status == DIGIT_OK && hypotheses->items[i].pair)
            status = add_pairs(plan, i, edge, lattice);
    }
    return status;
}

digit_status dg_lattice_list(const dg_decode_plan *plan, dg_lattice *lattice)
{
    digit_status status = DIGIT_OK;
    *lattice = (dg_lattice){0};
    lattice->begin = dg_alloc(plan->count + 1, sizeof *lattice->begin);
    if (!lattice->begin)
        return dg_fail_memory("a lattice", (plan->count + 1) * sizeof *lattice->begin);
    for (uint32_t place = 0; status == DIGIT_OK && place < plan->count; place++) {
        lattice->begin[place] = (uint32_t)lattice->count;
        status = list_from(plan, place, lattice);
    }
    lattice->begin[plan->count] = (uint32_t)lattice->count;
    return status;
}

void dg_lattice_free(dg_lattice *lattice)
{
    dg_free(lattice->items);
    dg_free(lattice->begin);
    *lattice = (dg_lattice){0};
}
