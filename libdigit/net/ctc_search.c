#include "net/ctc_search.h"

#include "base/error.h"
#include "base/mem.h"
#include "net/ctc_parts.h"

#include <string.h>

/* Where the number of labels is limited, prefixes of each number have a beam of their own, so that
 * those of the number asked for are not lost to better ones of another; with a grammar, those that
 * have come equally far in it. */
#define LIMITED_BEAM 12

/* A label that is less probable than this at a step begins none there: log of 1 in 10,000. A
 * grammar may want what is improbable. */
#define LEAST         (-9.2)
#define GRAMMAR_LEAST (-20.0)

#define NO_NODE UINT32_MAX

/* A prefix is a node of a tree: its last label, and the prefix before it. */
typedef struct node {
    uint32_t parent;
    uint8_t label;
} node;

typedef struct prefix {
    double blank, label; /* log of the paths that end in the blank, in its last label */
    double total;        /* of both: it is compared more often than it changes */
    uint64_t hash;       /* of its labels */
    uint64_t states;     /* of the grammar */
    uint32_t node;       /* of this prefix; of the one before it while `grows` */
    uint8_t last;
    bool grows;
    uint16_t count; /* labels */
} prefix;

/* The prefixes of one number of counted labels, or at one place of the grammar. */
typedef struct bucket {
    prefix items[DG_CTC_BEAM];
    uint32_t count;
} bucket;

typedef struct search {
    const dg_ctc_plan *plan;
    uint32_t lengths, beam;
    bucket *now, *next; /* [lengths] */
    node *nodes;        /* [node_room] */
    uint32_t node_count;
    double *log_p; /* [steps][classes] */
    double least;  /* log of the probability that begins a label */
} search;

static void set_total(prefix *p)
{
    p->total = dg_log_add(p->blank, p->label);
}

static uint64_t hash_longer(uint64_t hash, uint32_t label)
{
    return (hash ^ (label + 1u)) * 0x9E3779B97F4A7C15u;
}

/* Put a prefix into the next step's beam, if it is probable enough. */
static void offer(const search *s, uint32_t length, const prefix *offered)
{
    bucket *b = &s->next[length];
    uint32_t worst = 0;
    for (uint32_t i = 0; i < b->count; i++) {
        prefix *p = &b->items[i];
        if (p->hash == offered->hash) {
            p->blank = dg_log_add(p->blank, offered->blank);
            p->label = dg_log_add(p->label, offered->label);
            set_total(p);
            return;
        }
        if (p->total < b->items[worst].total)
            worst = i;
    }
    if (b->count < s->beam)
        b->items[b->count++] = *offered;
    else if (offered->total > b->items[worst].total)
        b->items[worst] = *offered;
}

/* One past the last length is no length. Without an upper limit the last one is all that are
 * greater, too. */
static uint32_t longer(const search *s, uint32_t length, uint32_t class)
{
    if (s->lengths == 1 || !(s->plan->counted >> class & 1))
        return length;
    return length + 1 < s->lengths || s->plan->max_labels > 0 ? length + 1 : length;
}

/* The bucket of a prefix with one more label; s->lengths if it may not be. */
static uint32_t bucket_after(const search *s, uint32_t length, uint32_t class, uint64_t states)
{
    if (!s->plan->grammar)
        return longer(s, length, class);
    return states ? (uint32_t)__builtin_ctzll(states) : s->lengths;
}

static void extend(const search *s, uint32_t length, const prefix *p, uint32_t class, double log_p)
{
    const dg_ctc_grammar *grammar = s->plan->grammar;
    const double from = p->count > 0 && p->last == class ? p->blank : p->total;
    const uint64_t states = grammar ? grammar->next(grammar->context, p->states, class) : 0;
    const uint32_t next = bucket_after(s, length, class, states);
    const prefix grown = {
        .states = states,
        .blank = -INFINITY,
        .label = from + log_p,
        .total = from + log_p,
        .hash = hash_longer(p->hash, class),
        .node = p->node,
        .last = (uint8_t)class,
        .grows = true,
        .count = (uint16_t)(p->count + 1),
    };
    if (next < s->lengths && grown.count <= DG_CTC_LABELS_MOST && from > -INFINITY)
        offer(s, next, &grown);
}

/* A prefix that says no more at this step: a blank, or its last label once more. */
static void stay(const search *s, uint32_t length, const prefix *p, const double *log_p)
{
    prefix same = *p;
    same.blank = p->total + log_p[s->plan->classes - 1];
    same.label = p->count > 0 ? p->label + log_p[p->last] : -INFINITY;
    set_total(&same);
    offer(s, length, &same);
}

/* The survivors that are new get a node. */
static void plant(search *s)
{
    for (uint32_t length = 0; length < s->lengths; length++)
        for (uint32_t i = 0; i < s->next[length].count; i++) {
            prefix *p = &s->next[length].items[i];
            if (!p->grows)
                continue;
            s->nodes[s->node_count] = (node){p->node, p->last};
            p->node = s->node_count++;
            p->grows = false;
        }
}

static void step(search *s, const double *log_p)
{
    for (uint32_t length = 0; length < s->lengths; length++)
        s->next[length].count = 0;
    for (uint32_t length = 0; length < s->lengths; length++)
        for (uint32_t i = 0; i < s->now[length].count; i++)
            stay(s, length, &s->now[length].items[i], log_p);
    for (uint32_t class = 0; class + 1 < s->plan->classes; class++) {
        if (!(s->plan->allowed >> class & 1) || log_p[class] < s->least)
            continue;
        for (uint32_t length = 0; length < s->lengths; length++)
            for (uint32_t i = 0; i < s->now[length].count; i++)
                extend(s, length, &s->now[length].items[i], class, log_p[class]);
    }
    plant(s);
    bucket *old = s->now;
    s->now = s->next;
    s->next = old;
}

static void write_text(const search *s, const prefix *p, dg_ctc_text *text)
{
    text->log_p = p->total;
    text->count = p->count;
    uint32_t at = p->node;
    for (uint32_t i = p->count; i-- > 0; at = s->nodes[at].parent)
        text->labels[i] = s->nodes[at].label;
}

static bool may_end(const search *s, const prefix *p)
{
    const dg_ctc_grammar *grammar = s->plan->grammar;
    return !grammar || grammar->ends(grammar->context, p->states);
}

/* Take out the most probable prefix of a length that is asked for. */
static bool take_best(const search *s, dg_ctc_text *text)
{
    bucket *from = NULL;
    uint32_t best = 0;
    const uint32_t least = s->lengths > 1 ? s->plan->min_labels : 0;
    for (uint32_t length = least; length < s->lengths; length++)
        for (uint32_t i = 0; i < s->now[length].count; i++)
            if (may_end(s, &s->now[length].items[i]) &&
                (!from || s->now[length].items[i].total > from->items[best].total)) {
                from = &s->now[length];
                best = i;
            }
    if (!from)
        return false;
    write_text(s, &from->items[best], text);
    from->items[best] = from->items[--from->count];
    return true;
}

static digit_status make(const dg_ctc_plan *plan, search *s)
{
    const uint32_t limit = plan->max_labels > 0 ? plan->max_labels : plan->min_labels;
    const uint32_t lengths = limit > 0 ? limit + 1 : 1;
    *s = (search){.plan = plan, .lengths = plan->grammar ? plan->grammar->states : lengths};
    s->beam = s->lengths > 1 ? LIMITED_BEAM : DG_CTC_BEAM;
    s->least = plan->grammar ? GRAMMAR_LEAST : LEAST;
    const size_t nodes = (size_t)plan->steps * s->lengths * s->beam;
    s->now = dg_alloc_zero(s->lengths, sizeof *s->now);
    s->next = dg_alloc_zero(s->lengths, sizeof *s->next);
    s->nodes = dg_alloc(nodes, sizeof *s->nodes);
    s->log_p = dg_alloc((size_t)plan->steps * plan->classes, sizeof *s->log_p);
    return s->now && s->next && s->nodes && s->log_p
               ? DIGIT_OK
               : dg_fail_memory("a line", nodes * sizeof *s->nodes);
}

static void set_log_p(const search *s)
{
    const dg_ctc_plan *plan = s->plan;
    const dg_ctc_sums sums = {.steps = plan->steps, .classes = plan->classes, .log_p = s->log_p};
    if (!plan->scored)
        dg_ctc_log_softmax(&sums, plan->logits, plan->temperature);
    for (size_t i = 0; plan->scored && i < (size_t)plan->steps * plan->classes; i++)
        s->log_p[i] = (double)plan->logits[i];
}

static void release(search *s)
{
    dg_free(s->now);
    dg_free(s->next);
    dg_free(s->nodes);
    dg_free(s->log_p);
}

digit_status dg_ctc_search(const dg_ctc_plan *plan, size_t most, dg_ctc_text *texts,
                           size_t *count)
{
    search s;
    *count = 0;
    const digit_status status = make(plan, &s);
    if (status == DIGIT_OK) {
        set_log_p(&s);
        s.now[0].items[0] = (prefix){.blank = 0, .label = -INFINITY, .node = NO_NODE};
        s.now[0].count = 1;
        if (plan->grammar)
            s.now[0].items[0].states = plan->grammar->begin;
        for (uint32_t t = 0; t < plan->steps; t++)
            step(&s, s.log_p + (size_t)t * plan->classes);
        while (*count < most && take_best(&s, &texts[*count]))
            ++*count;
    }
    release(&s);
    return status;
}
