/*
 * Straight lines through long runs of pixels, cut in chunks: Hough's transform finds the
 * line that most of them lie on, least squares make it exact, and the picture itself tells
 * where along it there is a thin line of ink.
 */
#include "base/error.h"
#include "base/mem.h"
#include "vision/rules/rules_parts.h"

#include <string.h>

/* The shortest line, in shortest runs. */
#define LEVEL_LEAST   2.5
#define UPRIGHT_LEAST 1.0

/* Slopes tried to either side, pixels a vote, lines in all and those in a row that are
 * none, the thickest line. */
#define SLOPES      40
#define CHUNK       8
#define LINES_MOST  64
#define MISSES_MOST 6
#define THICK_MOST  24

/* How much of a line must be ink, where no stroke hides it, and not be hidden; and how much
 * of the whole length must vote for it: shorter lines are left alone. */
#define FULL  0.85
#define SEEN  0.4
#define SHARE 0.2

/* What lies so near is of the line, at first; its thickness is that of this part of it. */
#define NEAR      1.5
#define THIN_RANK 0.4

/* A short part of a long run: x along, y across. */
typedef struct chunk {
    int32_t from, to; /* along, inclusive */
    int32_t weight;   /* pixels */
    double x, y;      /* its middle */
} chunk;

typedef struct fit {
    const dg_view *view;
    chunk *items; /* [count]: those that no line took yet */
    size_t count;
    int32_t left, right, top, bottom;
    uint32_t shortest;
    int32_t *votes;  /* [vote_count]: pixels */
    size_t vote_count;
    int32_t *covers; /* [right - left + 2] */
} fit;

static void measure(fit *f)
{
    f->left = f->top = INT32_MAX;
    f->right = f->bottom = 0;
    for (size_t i = 0; i < f->count; i++) {
        const chunk *c = &f->items[i];
        f->left = c->from < f->left ? c->from : f->left;
        f->right = c->to > f->right ? c->to : f->right;
        f->top = (int32_t)c->y < f->top ? (int32_t)c->y : f->top;
        f->bottom = (int32_t)c->y > f->bottom ? (int32_t)c->y : f->bottom;
    }
}

/* Pixels in the three bins about `bin`. */
static inline int32_t votes_about(const int32_t *votes, size_t bin)
{
    return votes[bin - 1] + votes[bin] + votes[bin + 1];
}

static int32_t most_votes(const int32_t *votes, size_t count)
{
    int32_t most = 0;
    for (size_t bin = 1; bin + 1 < count; bin++) {
        const int32_t here = votes_about(votes, bin);
        most = here > most ? here : most;
    }
    return most;
}

/* Hough's transform: the line that goes through most pixels, one to either side. Returns
 * how many. */
static int32_t vote(const fit *f, dg_rule *rule)
{
    const double first = f->top - DG_RULE_STEEP * (f->right - f->left) - 2;
    const int far = (int)(DG_RULE_STEEP * (f->right - f->left)) + 2; /* pixels, end to end */
    const int steps = far < SLOPES ? far : SLOPES;
    int32_t best = 0;
    for (int step = -steps; step <= steps; step++) {
        const double slope = DG_RULE_STEEP * step / steps;
        memset(f->votes, 0, f->vote_count * sizeof *f->votes);
        for (size_t i = 0; i < f->count; i++) {
            const chunk *c = &f->items[i];
            f->votes[(int32_t)(c->y - slope * (c->x - f->left) - first)] += c->weight;
        }
        const int32_t most = most_votes(f->votes, f->vote_count);
        if (most <= best)
            continue;
        size_t bin = 1;
        while (votes_about(f->votes, bin) < most)
            bin++;
        best = most;
        rule->slope = slope;
        rule->offset = first + (double)bin + 0.5 - slope * f->left;
    }
    return best;
}

/* Least squares over what lies within `reach` of the rule. */
static void refine(const fit *f, double reach, dg_rule *rule)
{
    double n = 0, x = 0, y = 0, xx = 0, xy = 0;
    for (size_t i = 0; i < f->count; i++) {
        const chunk *c = &f->items[i];
        const double at = c->x, w = c->weight;
        if (fabs(c->y - dg_rule_middle(rule, at)) > reach)
            continue;
        n += w;
        x += w * at;
        y += w * c->y;
        xx += w * at * at;
        xy += w * at * c->y;
    }
    const double spread = xx - x * x / (n > 0 ? n : 1);
    if (n <= 0)
        return;
    rule->slope = spread > 1 ? (xy - x * y / n) / spread : 0;
    rule->offset = (y - rule->slope * x) / n;
}

/* f->covers[right - left + 2]: by how many chunks of the rule more than the place before it each
 * place along is covered. */
static void find_covers(const fit *f, const dg_rule *rule)
{
    memset(f->covers, 0, (size_t)(f->right - f->left + 2) * sizeof *f->covers);
    for (size_t i = 0; i < f->count; i++) {
        const chunk *c = &f->items[i];
        if (fabs(c->y - dg_rule_middle(rule, c->x)) > NEAR)
            continue;
        f->covers[c->from - f->left]++;
        f->covers[c->to + 1 - f->left]--;
    }
}

/* How thick: what it is where it is thin, since strokes that cross it are thicker. */
static double thickness(const fit *f, const dg_rule *rule)
{
    size_t counts[THICK_MOST + 2] = {0}, all = 0, below = 0;
    int32_t first, last, covers = 0;
    find_covers(f, rule);
    for (int32_t x = f->left; x <= f->right; x++) {
        covers += f->covers[x - f->left];
        if (covers == 0 || !dg_rule_slice(f->view, rule, x, NEAR, THICK_MOST, &first, &last))
            continue;
        counts[last - first + 1] += (size_t)covers;
        all += (size_t)covers;
    }
    int32_t thick = 1;
    while (thick <= THICK_MOST && (double)(below += counts[thick]) <= THIN_RANK * (double)all)
        thick++;
    return thick;
}

static void take(fit *f, const dg_rule *rule)
{
    size_t left = 0;
    for (size_t i = 0; i < f->count; i++) {
        const chunk c = f->items[i];
        if (fabs(c.y - dg_rule_middle(rule, c.x)) > rule->thick / 2 + 1)
            f->items[left++] = c;
    }
    f->count = left;
}

/* ---- Ends ------------------------------------------------------------------- */

/* A part of a rule that is being followed. */
typedef struct part {
    int32_t from, to; /* both on the line; from > to: none yet */
    int32_t before, after;  /* strokes that begin or end there: another line's, in a corner */
    size_t line, gaps;      /* places from the one to the other */
    size_t gaps_after;      /* since then */
} part;

static bool is_line(const dg_rule *rule, const part *p, uint32_t shortest)
{
    const double length = p->to - p->from + 1;
    const double least = (rule->vertical ? UPRIGHT_LEAST : LEVEL_LEAST) * shortest;
    const double thin = rule->vertical ? DG_RULE_THIN_WALL : DG_RULE_THIN;
    return length >= least && length >= thin * rule->thick &&
           (double)p->line >= FULL * (double)(p->line + p->gaps) &&
           (double)p->line >= SEEN * length;
}

static void follow(part *p, int32_t at, int seen)
{
    if (p->from > p->to) {
        if (seen == DG_LOOK_LINE)
            *p = (part){.from = at, .to = at, .before = p->before, .line = 1};
        else
            p->before = seen == DG_LOOK_STROKE ? p->before + 1 : 0;
    } else if (seen == DG_LOOK_LINE) {
        p->gaps += p->gaps_after;
        p->gaps_after = 0;
        p->after = 0;
        p->line++;
        p->to = at;
    } else {
        p->gaps_after += seen == DG_LOOK_GAP;
        p->after += seen == DG_LOOK_STROKE && p->gaps_after == 0;
    }
}

/* A corner belongs to both lines that meet there. */
static digit_status add_part(const dg_rule *whole, const part *p, dg_rules *found)
{
    const double corner = 2 * whole->thick + 2;
    dg_rule rule = *whole;
    rule.from = p->from - (p->before <= corner ? p->before : 0);
    rule.to = p->to + (p->after <= corner ? p->after : 0);
    return dg_rules_add(found, &rule);
}

/* Where to begin to follow a rule, `least` or later: what reaches into the fitted part may begin
 * before it. */
static int32_t find_begin(const fit *f, const dg_rule *rule, int32_t least)
{
    int32_t at = f->left;
    for (uint32_t gaps = 0; at > least && gaps <= f->shortest;) {
        const dg_look seen = dg_rule_look(f->view, rule, --at);
        gaps = seen == DG_LOOK_LINE ? 0 : gaps + (seen == DG_LOOK_GAP);
    }
    return at;
}

/* Add all parts of the rule that are lines and not all beyond what was fitted. *any: there is
 * one. */
static digit_status add_parts(const fit *f, const dg_rule *rule, dg_rules *found, bool *any)
{
    const int32_t beyond = f->right - f->left;
    const int32_t least = f->left > beyond ? f->left - beyond : 0;
    const int32_t end = f->right + beyond < f->view->length ? f->right + beyond + 1
                                                            : f->view->length;
    const part none = {.from = 0, .to = -1};
    part p = none;
    digit_status status = DIGIT_OK;
    *any = false;
    for (int32_t at = find_begin(f, rule, least); status == DIGIT_OK && at <= end; at++) {
        if (at > f->right && p.from > p.to)
            break;
        const bool over = at == end || p.gaps_after > f->shortest;
        if (!over) {
            follow(&p, at, dg_rule_look(f->view, rule, at));
            continue;
        }
        if (p.from <= p.to && is_line(rule, &p, f->shortest)) {
            *any = true;
            status = add_part(rule, &p, found);
        }
        at = at == end ? at : at - 1;
        p = none;
    }
    return status;
}

/* ---- All of it ---------------------------------------------------------------- */

static digit_status find_lines(fit *f, bool vertical, dg_rules *found)
{
    const double length = f->right - f->left + 1;
    const double least = (vertical ? UPRIGHT_LEAST : LEVEL_LEAST) * f->shortest;
    digit_status status = DIGIT_OK;
    int misses = 0; /* one after the other: what is left are strokes */
    for (int i = 0; status == DIGIT_OK && i < LINES_MOST && misses < MISSES_MOST; i++) {
        dg_rule rule = {.vertical = vertical};
        bool any = false;
        if (vote(f, &rule) < fmax(least, SHARE * length))
            break;
        refine(f, 2, &rule);
        refine(f, NEAR, &rule);
        rule.thick = thickness(f, &rule);
        if (fabs(rule.slope) <= DG_RULE_STEEP * 1.1)
            status = add_parts(f, &rule, found, &any);
        take(f, &rule);
        misses = any ? 0 : misses + 1;
    }
    return status;
}

static size_t count_chunks(const dg_run *runs, size_t count)
{
    size_t chunks = 0;
    for (size_t i = 0; i < count; i++)
        chunks += (size_t)(runs[i].end - runs[i].start + CHUNK - 1) / CHUNK;
    return chunks;
}

static void fill_chunks(const dg_run *runs, size_t count, chunk *chunks)
{
    for (size_t i = 0; i < count; i++) {
        const int32_t end = runs[i].end;
        for (int32_t x = runs[i].start; x < end; x += CHUNK) {
            const int32_t to = x + CHUNK < end ? x + CHUNK - 1 : end - 1;
            *chunks++ = (chunk){x, to, to - x + 1, (x + to) / 2.0, runs[i].y};
        }
    }
}

digit_status dg_rules_fit(const dg_view *view, const dg_run *runs, size_t count, bool vertical,
                          uint32_t shortest, dg_rules *found)
{
    fit f = {.view = view, .count = count_chunks(runs, count), .shortest = shortest};
    f.items = dg_alloc(f.count, sizeof *f.items);
    if (!f.items)
        return dg_fail_memory("form lines", f.count * sizeof *f.items);
    fill_chunks(runs, count, f.items);
    measure(&f);
    const double length = f.right - f.left + 1.0;
    digit_status status = DIGIT_OK;
    if (f.count > 0 && length >= (vertical ? UPRIGHT_LEAST : LEVEL_LEAST) * shortest) {
        f.vote_count = (size_t)(f.bottom - f.top + 2 * DG_RULE_STEEP * length) + 8;
        const size_t places = (size_t)(f.right - f.left) + 2;
        f.votes = dg_alloc(f.vote_count + places, sizeof *f.votes);
        f.covers = f.votes ? f.votes + f.vote_count : NULL;
        status = f.votes ? find_lines(&f, vertical, found)
                         : dg_fail_memory("form lines", (f.vote_count + places) * sizeof *f.votes);
    }
    dg_free(f.votes);
    dg_free(f.items);
    return status;
}
