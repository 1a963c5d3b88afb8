#include "read/lattice.h"

#include "base/error.h"
#include "base/grow.h"
#include "base/mem.h"

#include <math.h>

/* Digits of a hypothesis that are worth a thought, and pairs of digits. */
#define DIGITS_TRIED 3
#define DIGIT_LEAST 0.0005f
#define PAIR_LEAST 0.005f

/* Cost of an segment that is no digit, by its height in digits' sizes. */
#define SKIP_SMALL 0.4
#define SKIP_SLOPE 5.0
#define SKIP_TALL 9.0
#define SKIP_SLASH 0.3

static double skip_cost(const dg_decode_plan *plan, size_t segment)
{
    const dg_segment *a = &plan->segments->items[segment];
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

static digit_status add(dg_lattice *edges, const dg_lattice_edge *edge)
{
    dg_lattice_edge *items = dg_grow(edges->items, edges->count, &edges->room, 1, sizeof *items);
    if (!items)
        return dg_fail_memory("readings", sizeof *items);
    edges->items = items;
    edges->items[edges->count++] = *edge;
    return DIGIT_OK;
}

static digit_status add_digits(const dg_decode_plan *plan, uint32_t index, dg_lattice_edge edge,
                               dg_lattice *edges)
{
    const dg_hypothesis *hypothesis = &plan->hypotheses->items[index];
    int digits[DIGITS_TRIED];
    const int count = likely_digits(plan, hypothesis, digits);
    digit_status status = DIGIT_OK;
    edge.count = 1;
    for (int i = 0; status == DIGIT_OK && i < count; i++) {
        edge.cost = dg_hypothesis_cost(hypothesis, plan->segments, plan->size, digits[i]);
        edge.choices[0] = (dg_choice){index, index, (uint8_t)digits[i]};
        status = add(edges, &edge);
    }
    return status;
}

/* ---- Two digits as one ----------------------------------------------------- */

/* The hypothesis that just these segments are one digit, or UINT32_MAX. */
static uint32_t find(const dg_hypotheses *hypotheses, uint32_t first, uint32_t count)
{
    for (uint32_t g = hypotheses->begin[first]; g < hypotheses->begin[first + 1]; g++)
        if (hypotheses->items[g].count == count)
            return hypotheses->items[g].single ? g : UINT32_MAX;
    return UINT32_MAX;
}

/* Where between them one digit ends and the other begins: where both look most like it. Returns
 * what they cost, INFINITY if no parts of it may be digits. */
static double divide(const dg_decode_plan *plan, uint32_t whole, uint8_t left, uint8_t right,
                     dg_choice choices[2])
{
    const dg_hypotheses *hypotheses = plan->hypotheses;
    const dg_hypothesis *hypothesis = &hypotheses->items[whole];
    double best = INFINITY;
    for (uint32_t k = 1; k < hypothesis->count; k++) {
        const uint32_t a = find(hypotheses, hypothesis->first, k);
        const uint32_t b = find(hypotheses, hypothesis->first + k, hypothesis->count - k);
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
                              dg_lattice *edges)
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
        const double parts = divide(plan, index, left, right, edge.choices);
        edge.cost = dg_hypothesis_pair_cost(hypothesis, plan->segments, plan->size, i) +
                    DG_EDGE_PARTS_SHARE * parts;
        if (parts < INFINITY)
            status = add(edges, &edge);
    }
    return status;
}

/* How likely it is no digit: what is cut from its neighbours, the other network knows best. */
static float other_of(const dg_hypothesis *hypothesis)
{
    return hypothesis->whole ? hypothesis->answer.other : 1 - hypothesis->pairs.one;
}

/* One side of a pair. That it is one may be clear from all of it, or from the slice. */
static digit_prediction side_of(const dg_hypothesis *slice, const dg_pairs *pairs, bool left,
                                uint8_t digit)
{
    digit_prediction answer = {.digit = digit, .other = fminf(1 - pairs->all, other_of(slice))};
    float sum = 0;
    for (int i = 0; i < DG_PAIRS_KEPT; i++)
        sum += pairs->p[i];
    for (int i = 0; i < DG_PAIRS_KEPT; i++)
        answer.probabilities[left ? pairs->which[i] / 10 : pairs->which[i] % 10] += pairs->p[i] /
                                                                                    sum;
    return answer;
}

digit_prediction dg_choice_answer(const dg_hypotheses *hypotheses, const dg_choice *choice)
{
    const dg_hypothesis *hypothesis = &hypotheses->items[choice->hypothesis];
    const dg_hypothesis *whole = &hypotheses->items[choice->whole];
    digit_prediction answer = hypothesis->answer;
    answer.other = other_of(hypothesis);
    if (hypothesis != whole)
        answer = side_of(hypothesis, &whole->pairs, hypothesis->first == whole->first,
                         choice->digit);
    answer.confidence = answer.probabilities[answer.digit] * (1 - answer.other);
    return answer;
}

/* ---- All of them ----------------------------------------------------------- */

static digit_status list_from(const dg_decode_plan *plan, uint32_t place, dg_lattice *edges)
{
    const dg_hypotheses *hypotheses = plan->hypotheses;
    const size_t segment = plan->first + place;
    const dg_lattice_edge skip = {.cost = skip_cost(plan, segment), .from = place, .to = place + 1};
    digit_status status = add(edges, &skip);
    for (uint32_t g = hypotheses->begin[segment];
         status == DIGIT_OK && g < hypotheses->begin[segment + 1]; g++) {
        const dg_lattice_edge edge = {.from = place, .to = place + hypotheses->items[g].count};
        if (edge.to > plan->count)
            break;
        if (hypotheses->items[g].single)
            status = add_digits(plan, g, edge, edges);
        if (status == DIGIT_OK && hypotheses->items[g].pair)
            status = add_pairs(plan, g, edge, edges);
    }
    return status;
}

digit_status dg_lattice_list(const dg_decode_plan *plan, dg_lattice *edges)
{
    digit_status status = DIGIT_OK;
    *edges = (dg_lattice){0};
    edges->begin = dg_alloc(plan->count + 1, sizeof *edges->begin);
    if (!edges->begin)
        return dg_fail_memory("readings", (plan->count + 1) * sizeof *edges->begin);
    for (uint32_t place = 0; status == DIGIT_OK && place < plan->count; place++) {
        edges->begin[place] = (uint32_t)edges->count;
        status = list_from(plan, place, edges);
    }
    edges->begin[plan->count] = (uint32_t)edges->count;
    return status;
}

void dg_lattice_free(dg_lattice *edges)
{
    dg_free(edges->items);
    dg_free(edges->begin);
    *edges = (dg_lattice){0};
}
