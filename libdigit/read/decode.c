/*
 * Dynamic programming from left to right. A node is a place between two segments and, where the
 * caller limits it, the number of digits before that place. It keeps a beam of the likeliest
 * strings of digits that lead there. Paths with the same digits are one string, and their
 * likelihoods add up (prefix search: Graves et al., ICML 2006, section 3.2): a digit that can be
 * cut out in many places wins over one that depends on a single cut.
 */
#include "read/decode.h"

#include "base/error.h"
#include "base/mem.h"

#include <math.h>
#include <string.h>

/* Strings that a node keeps. */
#define BEAM 16

/* A longer lattice keeps one string a node, and lengths are not told apart. */
#define PREFIXES_MOST (1u << 18)

/* Hypotheses that share more than this part of their segments are one digit, cut differently. */
#define SAME_SHARE 0.5

#define NOWHERE UINT32_MAX

/* What it takes to follow an edge from one node (dg_pace_step()). */
#define EDGE_STEPS 1024

/* A string of digits that leads to a node. Costs are -log of likelihoods, in nats. */
typedef struct prefix {
    double cost;   /* of all paths with these digits */
    double best;   /* of the likeliest one, which `from` and `edge` lead back */
    uint64_t hash; /* of the digits */
    uint32_t from; /* the prefix before, or NOWHERE */
    uint32_t edge; /* the lattice's, from there */
} prefix;

typedef struct search {
    const dg_decode_plan *plan;
    dg_lattice lattice;
    size_t lengths, beam;   /* nodes at a place, prefixes of a node */
    prefix *prefixes;       /* [places][lengths][beam] */
    uint8_t *filled;        /* [places][lengths]: how many prefixes a node has */
    double *forward, *backward; /* [places]: -log of the sums over all paths from either end */
} search;

static size_t node_of(const search *s, size_t place, size_t length)
{
    return place * s->lengths + length;
}

/* -log of the sum of the likelihoods whose -log are a and b. */
static double add_likelihoods(double a, double b)
{
    const double low = fmin(a, b), high = fmax(a, b);
    return isinf(high) ? low : low - log1p(exp(low - high));
}

/* The hash of a string that is one digit longer. */
static uint64_t hash_longer(uint64_t hash, uint8_t digit)
{
    return (hash ^ (digit + 1u)) * 0x9E3779B97F4A7C15u;
}

/* Both have the same node and the same digits. */
static prefix merged(const prefix *old, const prefix *new)
{
    prefix both = new->best < old->best ? *new : *old;
    both.cost = add_likelihoods(old->cost, new->cost);
    return both;
}

/* Put a prefix into its node's beam, if it is likely enough. */
static void offer(const search *s, size_t node, const prefix *offered)
{
    prefix *prefixes = s->prefixes + node * s->beam, new = *offered;
    size_t at = 0;
    while (at < s->filled[node] && prefixes[at].hash != new.hash)
        at++;
    if (at < s->filled[node])
        new = merged(&prefixes[at], &new);
    else if (at == s->beam && prefixes[--at].cost <= new.cost)
        return;
    else
        s->filled[node] += s->filled[node] < s->beam;
    for (; at > 0 && prefixes[at - 1].cost > new.cost; at--)
        prefixes[at] = prefixes[at - 1];
    prefixes[at] = new;
}

/* The index of a length after so many digits more, SIZE_MAX if they are too many. Without an upper
 * limit, the last index is that length and all greater ones. */
static size_t longer(const search *s, size_t length, size_t digits)
{
    if (length + digits < s->lengths)
        return length + digits;
    return s->lengths > 1 && s->plan->max_digits ? SIZE_MAX : s->lengths - 1;
}

static void extend(const search *s, size_t node, size_t target, uint32_t index)
{
    const prefix *from = s->prefixes + node * s->beam;
    const dg_lattice_edge *edge = &s->lattice.items[index];
    for (size_t i = 0; i < s->filled[node]; i++) {
        prefix next = {
            .cost = from[i].cost + edge->cost,
            .best = from[i].best + edge->cost,
            .hash = from[i].hash,
            .from = (uint32_t)(node * s->beam + i),
            .edge = index,
        };
        for (uint32_t k = 0; k < edge->count; k++)
            next.hash = hash_longer(next.hash, edge->choices[k].digit);
        offer(s, target, &next);
    }
}

static void take(const search *s, uint32_t index)
{
    const dg_lattice_edge *edge = &s->lattice.items[index];
    for (size_t length = 0; length < s->lengths; length++) {
        const size_t next = longer(s, length, edge->count);
        if (next != SIZE_MAX)
            extend(s, node_of(s, edge->from, length), node_of(s, edge->to, next), index);
    }
}

/* ---- Sums over all paths --------------------------------------------------- */

static void sum_paths(const search *s)
{
    const dg_lattice *lattice = &s->lattice;
    const size_t last = s->plan->count;
    for (size_t i = 0; i <= last; i++)
        s->forward[i] = s->backward[i] = INFINITY;
    s->forward[0] = s->backward[last] = 0;
    for (size_t i = 0; i < lattice->count; i++) { /* they lie in the order of `from` */
        const dg_lattice_edge *edge = &lattice->items[i];
        s->forward[edge->to] = add_likelihoods(s->forward[edge->to],
                                               s->forward[edge->from] + edge->cost);
    }
    for (size_t i = lattice->count; i-- > 0;) {
        const dg_lattice_edge *edge = &lattice->items[i];
        s->backward[edge->from] = add_likelihoods(s->backward[edge->from],
                                                  s->backward[edge->to] + edge->cost);
    }
}

/* The probability that a path has this edge. */
static double edge_posterior(const search *s, const dg_lattice_edge *edge)
{
    const double cost = s->forward[edge->from] + edge->cost + s->backward[edge->to] -
                        s->forward[s->plan->count];
    return cost > 0 ? exp(-cost) : 1;
}

static bool is_same_digit(const dg_hypothesis *a, const dg_hypothesis *b)
{
    const uint32_t first = a->first > b->first ? a->first : b->first;
    const uint32_t a_end = a->first + a->count, b_end = b->first + b->count;
    const uint32_t end = a_end < b_end ? a_end : b_end;
    const uint32_t all = (a_end > b_end ? a_end : b_end) -
                         (a->first < b->first ? a->first : b->first);
    return end > first && end - first > SAME_SHARE * all;
}

/* Has the edge a digit where this hypothesis is? */
static bool has_digit_at(const search *s, const dg_lattice_edge *edge,
                         const dg_hypothesis *hypothesis)
{
    const dg_hypothesis *hypotheses = s->plan->hypotheses->items;
    for (uint32_t i = 0; i < edge->count; i++)
        if (is_same_digit(hypothesis, &hypotheses[edge->choices[i].hypothesis]))
            return true;
    return false;
}

/* The probability that a path has a digit where this hypothesis is, whatever its borders. */
static double posterior_of(const search *s, uint32_t index)
{
    const dg_hypothesis *hypothesis = &s->plan->hypotheses->items[index];
    const size_t place = hypothesis->first - s->plan->first;
    const size_t reach = hypothesis->count > DG_EDGE_PAIR_MOST ? hypothesis->count
                                                               : DG_EDGE_PAIR_MOST;
    double sum = 0;
    for (uint32_t i = s->lattice.begin[place > reach ? place - reach : 0];
         i < s->lattice.begin[place + hypothesis->count]; i++)
        if (has_digit_at(s, &s->lattice.items[i], hypothesis))
            sum += edge_posterior(s, &s->lattice.items[i]);
    return fmin(sum, 1);
}

/* ---- Paths ----------------------------------------------------------------- */

static size_t path_length(const search *s, uint32_t last)
{
    size_t count = 0;
    for (uint32_t at = last; s->prefixes[at].from != NOWHERE; at = s->prefixes[at].from)
        count += s->lattice.items[s->prefixes[at].edge].count;
    return count;
}

/* Add the likeliest path to prefix `last`. */
static void add_path(const search *s, uint32_t last, dg_paths *paths)
{
    const size_t count = path_length(s, last);
    const dg_path *end = paths->count > 0 ? &paths->items[paths->count - 1] : NULL;
    const size_t first = end ? end->first + end->count : 0;
    size_t at = first + count;
    for (uint32_t i = last; s->prefixes[i].from != NOWHERE; i = s->prefixes[i].from) {
        const dg_lattice_edge *edge = &s->lattice.items[s->prefixes[i].edge];
        for (uint32_t k = edge->count; k-- > 0;) {
            paths->choices[--at] = edge->choices[k];
            paths->posterior[at] = posterior_of(s, edge->choices[k].hypothesis);
        }
    }
    paths->items[paths->count++] = (dg_path){s->prefixes[last].cost, first, count};
}

/* The likeliest prefix at the last place, of the lengths asked for, that is no path yet: the first
 * used[length] of a node are. */
static uint32_t best_end(const search *s, const uint8_t *used)
{
    const dg_decode_plan *plan = s->plan;
    uint32_t best = NOWHERE;
    for (size_t length = s->lengths > 1 ? plan->min_digits : 0; length < s->lengths; length++) {
        const size_t node = node_of(s, plan->count, length);
        if (used[length] >= s->filled[node])
            continue;
        const uint32_t at = (uint32_t)(node * s->beam + used[length]);
        if (best == NOWHERE || s->prefixes[at].cost < s->prefixes[best].cost)
            best = at;
    }
    return best;
}

static digit_status collect(const search *s, size_t most, dg_paths *paths)
{
    const size_t room = most * (s->plan->count + 1);
    uint8_t used[DG_DECODE_LENGTH_MAX + 1] = {0};
    paths->choices = dg_alloc(room, sizeof *paths->choices);
    paths->posterior = dg_alloc(room, sizeof *paths->posterior);
    if (!paths->choices || !paths->posterior)
        return dg_fail_memory("paths", room * sizeof *paths->choices);
    paths->total = s->forward[s->plan->count];
    for (uint32_t end; paths->count < most && (end = best_end(s, used)) != NOWHERE;) {
        add_path(s, end, paths);
        used[end / s->beam % s->lengths]++;
    }
    return DIGIT_OK;
}

static digit_status run(const search *s)
{
    const prefix start = {.from = NOWHERE};
    dg_pace pace = {.deadline = s->plan->deadline};
    digit_status status = DIGIT_OK;
    offer(s, node_of(s, 0, 0), &start);
    for (uint32_t i = 0; status == DIGIT_OK && i < s->lattice.count; i++) {
        take(s, i);
        status = dg_pace_step(&pace, EDGE_STEPS * s->lengths);
    }
    return status;
}

/* How many lengths are told apart: nodes at a place. */
static size_t lengths_of(const dg_decode_plan *plan)
{
    const uint32_t most =
        plan->max_digits > plan->min_digits ? plan->max_digits : plan->min_digits;
    const bool any = plan->min_digits <= 1 && plan->max_digits == 0;
    return any || plan->count * (most + 1) * BEAM > PREFIXES_MOST ? 1 : most + 1;
}

digit_status dg_decode(const dg_decode_plan *plan, size_t most, dg_paths *paths)
{
    search s = {.plan = plan, .lengths = lengths_of(plan)};
    const size_t places = plan->count + 1, nodes = places * s.lengths;
    s.beam = nodes * BEAM > PREFIXES_MOST ? 1 : BEAM;
    digit_status status = DIGIT_OK;
    *paths = (dg_paths){0};
    s.prefixes = dg_alloc(nodes * s.beam, sizeof *s.prefixes);
    s.filled = dg_alloc_zero(nodes, 1);
    s.forward = dg_alloc(2 * places, sizeof *s.forward);
    if (!s.prefixes || !s.filled || !s.forward) {
        status = dg_fail_memory("paths", nodes * s.beam * sizeof *s.prefixes);
        goto done;
    }
    s.backward = s.forward + places;
    status = dg_lattice_list(plan, &s.lattice);
    if (status != DIGIT_OK)
        goto done;
    status = run(&s);
    if (status != DIGIT_OK)
        goto done;
    sum_paths(&s);
    status = collect(&s, most, paths);
done:
    dg_lattice_free(&s.lattice);
    dg_free(s.forward);
    dg_free(s.filled);
    dg_free(s.prefixes);
    return status;
}

void dg_paths_free(dg_paths *paths)
{
    dg_free(paths->choices);
    dg_free(paths->posterior);
    *paths = (dg_paths){0};
}
