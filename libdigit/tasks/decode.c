/*
 * Dynamic programming from left to right: a node is a place between two atoms and the
 * number of digits before it (which counts only if the caller limits it), and holds the
 * likeliest few rows of digits that lead there. Ways that differ in nothing but where they cut
 * are one row, and their likelihoods add up: the prefix search of Graves et al., ICML 2006,
 * section 3.2. A digit that can be cut out in many places so gains on an accident of one cut.
 */
#include "tasks/decode.h"

#include "base/error.h"
#include "base/mem.h"

#include <math.h>
#include <string.h>

/* Rows of digits a node keeps. */
#define KEEP 16

/* Digits of a guess that are worth a thought. */
#define DIGITS_TRIED 3
#define DIGIT_LEAST  0.0005f

/* Where that takes more steps, one row a node is kept, however many digits it has. */
#define STEPS_MOST (1u << 18)

/* Guesses that share so much of their atoms are two ways to cut out one digit. */
#define SAME_SHARE 0.5

/* Cost of an atom that is no digit, by its height in digits' sizes. */
#define SKIP_SMALL 0.4
#define SKIP_SLOPE 5.0
#define SKIP_TALL  9.0
#define SKIP_SLASH 0.3

#define NOWHERE UINT32_MAX

typedef struct step {
    double cost;    /* -log of the likelihood of all ways here with these digits */
    double best;    /* of the best of them, which is the one that is kept */
    uint64_t name;  /* of its digits */
    uint32_t from;  /* the step before, or NOWHERE */
    uint32_t guess; /* or NOWHERE: an atom was passed over */
    uint8_t digit;
} step;

typedef struct lattice {
    const dg_decode_plan *plan;
    size_t lengths, keep; /* nodes a place, steps a node */
    step *steps;          /* [places][lengths][keep] */
    uint8_t *filled;      /* [places][lengths] */
    double *ahead, *behind; /* [places]: -log of the sums over all ways from either end */
} lattice;

static size_t node_of(const lattice *l, size_t place, size_t length)
{
    return place * l->lengths + length;
}

static double add_likelihoods(double a, double b)
{
    const double low = fmin(a, b), high = fmax(a, b);
    return isinf(high) ? low : low - log1p(exp(low - high));
}

/* The digits before and one more. */
static uint64_t longer_name(uint64_t name, uint8_t digit)
{
    return (name ^ (digit + 1u)) * 0x9E3779B97F4A7C15u;
}

/* Add a step to the one of its node with the same digits. */
static step merged(const step *old, const step *new)
{
    step both = new->best < old->best ? *new : *old;
    both.cost = add_likelihoods(old->cost, new->cost);
    return both;
}

/* Put a step among the likeliest of its node, if it is one of them. */
static void offer(const lattice *l, size_t node, const step *offered)
{
    step *steps = l->steps + node * l->keep, new = *offered;
    size_t at = 0;
    while (at < l->filled[node] && steps[at].name != new.name)
        at++;
    if (at < l->filled[node])
        new = merged(&steps[at], &new);
    else if (at == l->keep && steps[--at].cost <= new.cost)
        return;
    else
        l->filled[node] += l->filled[node] < l->keep;
    for (; at > 0 && steps[at - 1].cost > new.cost; at--)
        steps[at] = steps[at - 1];
    steps[at] = new;
}

static double skip_cost(const dg_decode_plan *plan, size_t atom)
{
    const dg_atom *a = &plan->atoms->items[atom];
    const int32_t width = a->right - a->left + 1, height = a->bottom - a->top + 1;
    if (a->slash)
        return SKIP_SLASH;
    const double size = (width > height ? width : height) / plan->size;
    return a->small ? SKIP_SMALL + SKIP_SLOPE * size * size : SKIP_TALL;
}

/* The most probable digits that are allowed; returns how many. */
static int likely_digits(const dg_decode_plan *plan, const dg_guess *guess,
                         int digits[DIGITS_TRIED])
{
    const float *p = guess->answer.probabilities;
    int count = 0;
    for (int d = 0; d < DIGIT_CLASSES; d++) {
        if (!(plan->allowed >> d & 1))
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

/* Where a node's way of this length leads with one digit more; lengths beyond what is
 * asked for are not told apart. SIZE_MAX: too many. */
static size_t longer(const lattice *l, size_t length)
{
    const dg_decode_plan *plan = l->plan;
    if (l->lengths == 1)
        return 0;
    if (length + 1 < l->lengths)
        return length + 1;
    return plan->max_digits ? SIZE_MAX : length;
}

static void extend(const lattice *l, size_t node, size_t target, uint32_t guess, uint8_t digit,
                   double cost)
{
    const step *from = l->steps + node * l->keep;
    for (size_t i = 0; i < l->filled[node]; i++) {
        const step next = {
            .cost = from[i].cost + cost,
            .best = from[i].best + cost,
            .name = guess == NOWHERE ? from[i].name : longer_name(from[i].name, digit),
            .from = (uint32_t)(node * l->keep + i),
            .guess = guess,
            .digit = digit,
        };
        offer(l, target, &next);
    }
}

static void extend_guess(const lattice *l, size_t place, uint32_t index)
{
    const dg_decode_plan *plan = l->plan;
    const dg_guess *guess = &plan->guesses->items[index];
    int digits[DIGITS_TRIED];
    const int count = likely_digits(plan, guess, digits);
    for (int i = 0; i < count; i++) {
        const double cost = dg_guess_cost(guess, plan->atoms, plan->size, digits[i]);
        for (size_t length = 0; length < l->lengths; length++) {
            const size_t next = longer(l, length);
            if (next != SIZE_MAX)
                extend(l, node_of(l, place, length), node_of(l, place + guess->count, next),
                       index, (uint8_t)digits[i], cost);
        }
    }
}

/* ---- Sums over all ways --------------------------------------------------- */

/* -log of the sum over the digits of a guess. */
static double guess_sum(const dg_decode_plan *plan, const dg_guess *guess)
{
    int digits[DIGITS_TRIED];
    const int count = likely_digits(plan, guess, digits);
    double sum = INFINITY;
    for (int i = 0; i < count; i++)
        sum = add_likelihoods(sum, dg_guess_cost(guess, plan->atoms, plan->size, digits[i]));
    return sum;
}

static void sum_ways(const lattice *l)
{
    const dg_decode_plan *plan = l->plan;
    const uint32_t *begin = plan->guesses->begin + plan->first;
    for (size_t i = 0; i <= plan->count; i++)
        l->ahead[i] = l->behind[i] = INFINITY;
    l->ahead[0] = l->behind[plan->count] = 0;
    for (size_t i = 0; i < plan->count; i++) {
        l->ahead[i + 1] =
            add_likelihoods(l->ahead[i + 1], l->ahead[i] + skip_cost(plan, plan->first + i));
        for (uint32_t g = begin[i]; g < begin[i + 1]; g++) {
            const dg_guess *guess = &plan->guesses->items[g];
            double *to = &l->ahead[i + guess->count];
            if (i + guess->count <= plan->count)
                *to = add_likelihoods(*to, l->ahead[i] + guess_sum(plan, guess));
        }
    }
    for (size_t i = plan->count; i-- > 0;) {
        l->behind[i] = l->behind[i + 1] + skip_cost(plan, plan->first + i);
        for (uint32_t g = begin[i]; g < begin[i + 1]; g++) {
            const dg_guess *guess = &plan->guesses->items[g];
            if (i + guess->count <= plan->count)
                l->behind[i] = add_likelihoods(
                    l->behind[i], l->behind[i + guess->count] + guess_sum(plan, guess));
        }
    }
}

/* How likely a way runs through this guess. */
static double guess_posterior(const lattice *l, const dg_guess *guess)
{
    const dg_decode_plan *plan = l->plan;
    const size_t place = guess->first - plan->first;
    const double cost = l->ahead[place] + guess_sum(plan, guess) +
                        l->behind[place + guess->count] - l->ahead[plan->count];
    return cost > 0 ? exp(-cost) : 1;
}

static bool is_same_place(const dg_guess *a, const dg_guess *b)
{
    const uint32_t first = a->first > b->first ? a->first : b->first;
    const uint32_t a_end = a->first + a->count, b_end = b->first + b->count;
    const uint32_t end = a_end < b_end ? a_end : b_end;
    const uint32_t all = (a_end > b_end ? a_end : b_end) -
                         (a->first < b->first ? a->first : b->first);
    return end > first && end - first > SAME_SHARE * all;
}

/* How likely a way has a digit where this guess is, wherever its borders are just. */
static double posterior_of(const lattice *l, uint32_t index)
{
    const dg_decode_plan *plan = l->plan;
    const dg_guess *guess = &plan->guesses->items[index];
    const size_t end = plan->first + plan->count;
    const size_t before = guess->first - plan->first;
    const size_t reach = guess->count < before ? guess->count : before; /* of the same place */
    double sum = 0;
    for (uint32_t g = plan->guesses->begin[guess->first - reach];
         g < plan->guesses->begin[guess->first + guess->count]; g++) {
        const dg_guess *other = &plan->guesses->items[g];
        if (other->first + other->count <= end && is_same_place(guess, other))
            sum += guess_posterior(l, other);
    }
    return fmin(sum, 1);
}

/* ---- The ways ------------------------------------------------------------- */

static size_t way_length(const lattice *l, uint32_t last)
{
    size_t count = 0;
    for (uint32_t at = last; at != NOWHERE; at = l->steps[at].from)
        count += l->steps[at].guess != NOWHERE;
    return count;
}

/* Add the row of digits that ends with step `last`. */
static void add_way(const lattice *l, uint32_t last, dg_ways *ways)
{
    const size_t count = way_length(l, last);
    const dg_way *end = ways->count > 0 ? &ways->items[ways->count - 1] : NULL;
    const size_t first = end ? end->first + end->count : 0;
    size_t at = first + count;
    for (uint32_t s = last; s != NOWHERE; s = l->steps[s].from) {
        const step *here = &l->steps[s];
        if (here->guess == NOWHERE)
            continue;
        ways->choices[--at] = (dg_choice){here->guess, here->digit};
        ways->posterior[at] = posterior_of(l, here->guess);
    }
    ways->items[ways->count++] = (dg_way){l->steps[last].cost, first, count};
}

/* The best step of the last place that no way was made of yet, of the lengths asked for. */
static uint32_t best_end(const lattice *l, const uint8_t *used)
{
    const dg_decode_plan *plan = l->plan;
    uint32_t best = NOWHERE;
    for (size_t length = l->lengths > 1 ? plan->min_digits : 0; length < l->lengths; length++) {
        const size_t node = node_of(l, plan->count, length);
        if (used[length] >= l->filled[node])
            continue;
        const uint32_t at = (uint32_t)(node * l->keep + used[length]);
        if (best == NOWHERE || l->steps[at].cost < l->steps[best].cost)
            best = at;
    }
    return best;
}

static digit_status collect(const lattice *l, size_t most, dg_ways *ways)
{
    const size_t room = most * (l->plan->count + 1);
    uint8_t used[DG_DECODE_LENGTH_MAX + 1] = {0};
    ways->choices = dg_alloc(room, sizeof *ways->choices);
    ways->posterior = dg_alloc(room, sizeof *ways->posterior);
    if (!ways->choices || !ways->posterior)
        return dg_fail_memory("readings", room * sizeof *ways->choices);
    ways->total = l->ahead[l->plan->count];
    for (uint32_t end; ways->count < most && (end = best_end(l, used)) != NOWHERE;) {
        add_way(l, end, ways);
        used[end / l->keep % l->lengths]++;
    }
    return DIGIT_OK;
}

static void run(const lattice *l)
{
    const dg_decode_plan *plan = l->plan;
    const uint32_t *begin = plan->guesses->begin + plan->first;
    const step start = {.from = NOWHERE, .guess = NOWHERE};
    offer(l, node_of(l, 0, 0), &start);
    for (size_t i = 0; i < plan->count; i++) {
        for (size_t length = 0; length < l->lengths; length++)
            extend(l, node_of(l, i, length), node_of(l, i + 1, length), NOWHERE, 0,
                   skip_cost(plan, plan->first + i));
        for (uint32_t g = begin[i]; g < begin[i + 1]; g++)
            if (i + plan->guesses->items[g].count <= plan->count)
                extend_guess(l, i, g);
    }
}

/* How many lengths are told apart. */
static size_t lengths_of(const dg_decode_plan *plan)
{
    const uint32_t most =
        plan->max_digits > plan->min_digits ? plan->max_digits : plan->min_digits;
    const bool any = plan->min_digits <= 1 && plan->max_digits == 0;
    return any || plan->count * (most + 1) * KEEP > STEPS_MOST ? 1 : most + 1;
}

digit_status dg_decode(const dg_decode_plan *plan, size_t most, dg_ways *ways)
{
    lattice l = {.plan = plan, .lengths = lengths_of(plan)};
    const size_t places = plan->count + 1, nodes = places * l.lengths;
    l.keep = nodes * KEEP > STEPS_MOST ? 1 : KEEP;
    digit_status status = DIGIT_OK;
    *ways = (dg_ways){0};
    l.steps = dg_alloc(nodes * l.keep, sizeof *l.steps);
    l.filled = dg_alloc_zero(nodes, 1);
    l.ahead = dg_alloc(2 * places, sizeof *l.ahead);
    if (!l.steps || !l.filled || !l.ahead) {
        status = dg_fail_memory("readings", nodes * l.keep * sizeof *l.steps);
        goto done;
    }
    l.behind = l.ahead + places;
    run(&l);
    sum_ways(&l);
    status = collect(&l, most, ways);
done:
    dg_free(l.ahead);
    dg_free(l.filled);
    dg_free(l.steps);
    return status;
}

void dg_ways_free(dg_ways *ways)
{
    dg_free(ways->choices);
    dg_free(ways->posterior);
    *ways = (dg_ways){0};
}
