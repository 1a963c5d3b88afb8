/*
 * Dynamic programming from left to right: a node is a place between two segments and the
 * number of digits before it (which counts only if the caller limits it), and holds the
 * likeliest few rows of digits that lead there. Ways that differ in nothing but where they cut
 * are one row, and their likelihoods add up: the prefix search of Graves et al., ICML 2006,
 * section 3.2. A digit that can be cut out in many places so gains on an accident of one cut.
 */
#include "read/decode.h"

#include "base/error.h"
#include "base/mem.h"

#include <math.h>
#include <string.h>

/* Rows of digits a node keeps. */
#define KEEP 16

/* Where that takes more steps, one row a node is kept, however many digits it has. */
#define STEPS_MOST (1u << 18)

/* Hypotheses that share so much of their segments are two ways to cut out one digit. */
#define SAME_SHARE 0.5

#define NOWHERE UINT32_MAX

typedef struct step {
    double cost;    /* -log of the likelihood of all ways here with these digits */
    double best;    /* of the best of them, which is the one that is kept */
    uint64_t name;  /* of its digits */
    uint32_t from;  /* the step before, or NOWHERE */
    uint32_t edge;  /* from there */
} step;

typedef struct lattice {
    const dg_decode_plan *plan;
    dg_lattice edges;
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

/* Where a node's way of this length leads with so many digits more; lengths beyond what is
 * asked for are not told apart. SIZE_MAX: too many. */
static size_t longer(const lattice *l, size_t length, size_t digits)
{
    if (length + digits < l->lengths)
        return length + digits;
    return l->lengths > 1 && l->plan->max_digits ? SIZE_MAX : l->lengths - 1;
}

static void extend(const lattice *l, size_t node, size_t target, uint32_t index)
{
    const step *from = l->steps + node * l->keep;
    const dg_lattice_edge *edge = &l->edges.items[index];
    for (size_t i = 0; i < l->filled[node]; i++) {
        step next = {
            .cost = from[i].cost + edge->cost,
            .best = from[i].best + edge->cost,
            .name = from[i].name,
            .from = (uint32_t)(node * l->keep + i),
            .edge = index,
        };
        for (uint32_t k = 0; k < edge->count; k++)
            next.name = longer_name(next.name, edge->choices[k].digit);
        offer(l, target, &next);
    }
}

static void take(const lattice *l, uint32_t index)
{
    const dg_lattice_edge *edge = &l->edges.items[index];
    for (size_t length = 0; length < l->lengths; length++) {
        const size_t next = longer(l, length, edge->count);
        if (next != SIZE_MAX)
            extend(l, node_of(l, edge->from, length), node_of(l, edge->to, next), index);
    }
}

/* ---- Sums over all ways --------------------------------------------------- */

static void sum_ways(const lattice *l)
{
    const dg_lattice *edges = &l->edges;
    const size_t last = l->plan->count;
    for (size_t i = 0; i <= last; i++)
        l->ahead[i] = l->behind[i] = INFINITY;
    l->ahead[0] = l->behind[last] = 0;
    for (size_t i = 0; i < edges->count; i++) { /* they lie by where they begin */
        const dg_lattice_edge *edge = &edges->items[i];
        l->ahead[edge->to] = add_likelihoods(l->ahead[edge->to], l->ahead[edge->from] + edge->cost);
    }
    for (size_t i = edges->count; i-- > 0;) {
        const dg_lattice_edge *edge = &edges->items[i];
        l->behind[edge->from] = add_likelihoods(l->behind[edge->from],
                                                l->behind[edge->to] + edge->cost);
    }
}

/* How likely a way takes this edge. */
static double edge_posterior(const lattice *l, const dg_lattice_edge *edge)
{
    const double cost = l->ahead[edge->from] + edge->cost + l->behind[edge->to] -
                        l->ahead[l->plan->count];
    return cost > 0 ? exp(-cost) : 1;
}

static bool is_same_place(const dg_hypothesis *a, const dg_hypothesis *b)
{
    const uint32_t first = a->first > b->first ? a->first : b->first;
    const uint32_t a_end = a->first + a->count, b_end = b->first + b->count;
    const uint32_t end = a_end < b_end ? a_end : b_end;
    const uint32_t all = (a_end > b_end ? a_end : b_end) -
                         (a->first < b->first ? a->first : b->first);
    return end > first && end - first > SAME_SHARE * all;
}

/* Does the edge have a digit where this hypothesis is? */
static bool is_there(const lattice *l, const dg_lattice_edge *edge, const dg_hypothesis *hypothesis)
{
    const dg_hypothesis *hypotheses = l->plan->hypotheses->items;
    for (uint32_t i = 0; i < edge->count; i++)
        if (is_same_place(hypothesis, &hypotheses[edge->choices[i].hypothesis]))
            return true;
    return false;
}

/* How likely a way has a digit where this hypothesis is, wherever its borders are just. */
static double posterior_of(const lattice *l, uint32_t index)
{
    const dg_hypothesis *hypothesis = &l->plan->hypotheses->items[index];
    const size_t place = hypothesis->first - l->plan->first;
    const size_t reach = hypothesis->count > DG_EDGE_PAIR_MOST ? hypothesis->count
                                                               : DG_EDGE_PAIR_MOST;
    double sum = 0;
    for (uint32_t a = l->edges.begin[place > reach ? place - reach : 0];
         a < l->edges.begin[place + hypothesis->count]; a++)
        if (is_there(l, &l->edges.items[a], hypothesis))
            sum += edge_posterior(l, &l->edges.items[a]);
    return fmin(sum, 1);
}

/* ---- The ways ------------------------------------------------------------- */

static size_t way_length(const lattice *l, uint32_t last)
{
    size_t count = 0;
    for (uint32_t at = last; l->steps[at].from != NOWHERE; at = l->steps[at].from)
        count += l->edges.items[l->steps[at].edge].count;
    return count;
}

/* Add the row of digits that ends with step `last`. */
static void add_way(const lattice *l, uint32_t last, dg_paths *ways)
{
    const size_t count = way_length(l, last);
    const dg_path *end = ways->count > 0 ? &ways->items[ways->count - 1] : NULL;
    const size_t first = end ? end->first + end->count : 0;
    size_t at = first + count;
    for (uint32_t s = last; l->steps[s].from != NOWHERE; s = l->steps[s].from) {
        const dg_lattice_edge *edge = &l->edges.items[l->steps[s].edge];
        for (uint32_t i = edge->count; i-- > 0;) {
            ways->choices[--at] = edge->choices[i];
            ways->posterior[at] = posterior_of(l, edge->choices[i].hypothesis);
        }
    }
    ways->items[ways->count++] = (dg_path){l->steps[last].cost, first, count};
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

static digit_status collect(const lattice *l, size_t most, dg_paths *ways)
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
    const step start = {.from = NOWHERE};
    offer(l, node_of(l, 0, 0), &start);
    for (uint32_t a = 0; a < l->edges.count; a++)
        take(l, a);
}

/* How many lengths are told apart. */
static size_t lengths_of(const dg_decode_plan *plan)
{
    const uint32_t most =
        plan->max_digits > plan->min_digits ? plan->max_digits : plan->min_digits;
    const bool any = plan->min_digits <= 1 && plan->max_digits == 0;
    return any || plan->count * (most + 1) * KEEP > STEPS_MOST ? 1 : most + 1;
}

digit_status dg_decode(const dg_decode_plan *plan, size_t most, dg_paths *ways)
{
    lattice l = {.plan = plan, .lengths = lengths_of(plan)};
    const size_t places = plan->count + 1, nodes = places * l.lengths;
    l.keep = nodes * KEEP > STEPS_MOST ? 1 : KEEP;
    digit_status status = DIGIT_OK;
    *ways = (dg_paths){0};
    l.steps = dg_alloc(nodes * l.keep, sizeof *l.steps);
    l.filled = dg_alloc_zero(nodes, 1);
    l.ahead = dg_alloc(2 * places, sizeof *l.ahead);
    if (!l.steps || !l.filled || !l.ahead) {
        status = dg_fail_memory("readings", nodes * l.keep * sizeof *l.steps);
        goto done;
    }
    l.behind = l.ahead + places;
    status = dg_lattice_list(plan, &l.edges);
    if (status != DIGIT_OK)
        goto done;
    run(&l);
    sum_ways(&l);
    status = collect(&l, most, ways);
done:
    dg_lattice_free(&l.edges);
    dg_free(l.ahead);
    dg_free(l.filled);
    dg_free(l.steps);
    return status;
}

void dg_paths_free(dg_paths *ways)
{
    dg_free(ways->choices);
    dg_free(ways->posterior);
    *ways = (dg_paths){0};
}
