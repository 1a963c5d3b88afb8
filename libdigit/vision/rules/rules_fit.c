/*
 * Straight lines through long runs of pixels, cut in chunks: Hough's transform finds the
 * line that most of them lie on, least squares make it exact, and the picture itself tells
 * where along it there is a thin line of ink. Each line takes its chunks away; so what a slope
 * got in votes is a bound on what it gets later, and only slopes whose bound is the highest are
 * counted again.
 */
#include "base/error.h"
#include "base/mem.h"
#include "vision/rules/rules_parts.h"

#include <string.h>

/* The shortest line, in shortest runs. */
#define HORIZONTAL_LEAST 2.5
#define VERTICAL_LEAST   1.0

/* Slopes tried to either side, pixels a vote, lines in all and those in a row that are
 * none, the thickest line. */
#define SLOPES      40
#define CHUNK       8
#define LINES_MOST  64
#define MISSES_MOST 6
#define THICK_MOST  24

/* How much of a line must be ink, where no stroke hides it, and not be hidden; and how much
 * of the whole length must vote for it: shorter lines are left alone. */
#define FULL  0.75
#define SEEN  0.4
#define SHARE 0.2

/* Least squares may make a line so much steeper than the steepest slope tried. */
#define STEEPER 1.1

/* What lies so many pixels aside is of the line, at first; its thickness is that of this part of
 * it. */
#define NEAR      1.5
#define THIN_RANK 0.4

/* What it takes to let a chunk vote, to fit a line to it and to look at a place of a line
 * (dg_pace_step()). */
#define VOTE_STEPS  3
#define CHUNK_STEPS 16
#define PLACE_STEPS 40

/* A short part of a long run: x along, y across. */
typedef struct chunk {
    int32_t from, to; /* along, inclusive */
    int32_t weight;   /* pixels */
    double x, y;      /* its middle */
} chunk;

typedef struct fit {
    const dg_view *view;
    dg_pace *pace;
    chunk *items; /* [count]: those that no line took yet */
    size_t count;
    int32_t left, right, top, bottom;
    uint32_t shortest;
    int steps;                     /* slopes to either side */
    int32_t bounds[2 * SLOPES + 1]; /* votes that a slope's best line has at most */
    bool exact[2 * SLOPES + 1];     /* ... and has */
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

static double slope_at(const fit *f, int step)
{
    return DG_RULE_STEEP * (step - f->steps) / f->steps;
}

/* Where the votes' first bin lies, at the left end. */
static double first_bin(const fit *f)
{
    return f->top - DG_RULE_STEEP * (f->right - f->left) - 2;
}

/* Hough's transform for one slope. */
static digit_status vote(fit *f, int step)
{
    const double slope = slope_at(f, step), first = first_bin(f);
    memset(f->votes, 0, f->vote_count * sizeof *f->votes);
    for (size_t i = 0; i < f->count; i++) {
        const chunk *c = &f->items[i];
        f->votes[(int32_t)(c->y - slope * (c->x - f->left) - first)] += c->weight;
    }
    f->bounds[step] = most_votes(f->votes, f->vote_count);
    f->exact[step] = true;
    return dg_pace_step(f->pace, VOTE_STEPS * f->count + f->vote_count);
}

static int highest_bound(const fit *f)
{
    int best = 0;
    for (int step = 1; step <= 2 * f->steps; step++)
        if (f->bounds[step] > f->bounds[best])
            best = step;
    return best;
}

/* The line that goes through most pixels, one to either side. *found: it has `least` of them. */
static digit_status find_best(fit *f, double least, dg_rule *rule, bool *found)
{
    digit_status status = DIGIT_OK;
    int step = highest_bound(f), counted = -1;
    while (status == DIGIT_OK && f->bounds[step] >= least && !f->exact[step]) {
        status = vote(f, step);
        counted = step;
        step = highest_bound(f);
    }
    *found = f->bounds[step] >= least && f->bounds[step] > 0;
    if (status == DIGIT_OK && *found && counted != step)
        status = vote(f, step);
    if (status != DIGIT_OK || !*found)
        return status;
    size_t bin = 1;
    while (votes_about(f->votes, bin) < f->bounds[step])
        bin++;
    rule->slope = slope_at(f, step);
    rule->offset = first_bin(f) + (double)bin + 0.5 - rule->slope * f->left;
    return DIGIT_OK;
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
    memset(f->exact, 0, sizeof f->exact);
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
    int32_t before, after; /* strokes that begin or end there: another line's, in a corner */
    size_t line, gaps;     /* places from the one to the other */
    size_t gaps_after;     /* since then */
} part;

static bool is_line(const dg_rule *rule, const part *p, uint32_t shortest)
{
    const double length = p->to - p->from + 1;
    const double least = (rule->vertical ? VERTICAL_LEAST : HORIZONTAL_LEAST) * shortest;
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
    const int32_t corner = dg_rule_thickest(whole);
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
    uint32_t gaps = 0;
    while (at > least && gaps <= f->shortest) {
        at--;
        const dg_look seen = dg_rule_look(f->view, rule, at);
        gaps = seen == DG_LOOK_LINE ? 0 : gaps + (seen == DG_LOOK_GAP);
    }
    return at;
}

static bool is_empty(const part *p)
{
    return p->from > p->to;
}

/* Add the part if it is a line, and begin an empty one. */
static digit_status end_part(const fit *f, const dg_rule *rule, part *p, dg_rules *found,
                             bool *any)
{
    const part ended = *p;
    *p = (part){.from = 0, .to = -1};
    if (is_empty(&ended) || !is_line(rule, &ended, f->shortest))
        return DIGIT_OK;
    *any = true;
    return add_part(rule, &ended, found);
}

/* Add all parts of the rule that are lines and not all beyond what was fitted. *any: there is
 * one. */
static digit_status add_parts(const fit *f, const dg_rule *rule, dg_rules *found, bool *any)
{
    const int32_t beyond = f->right - f->left;
    const int32_t least = f->left > beyond ? f->left - beyond : 0;
    const int32_t end = f->right + beyond < f->view->length ? f->right + beyond + 1
                                                            : f->view->length;
    part p = {.from = 0, .to = -1};
    digit_status status = DIGIT_OK;
    *any = false;
    for (int32_t at = find_begin(f, rule, least); status == DIGIT_OK && at < end; at++) {
        if (p.gaps_after > f->shortest)
            status = end_part(f, rule, &p, found, any);
        if (at > f->right && is_empty(&p))
            break;
        follow(&p, at, dg_rule_look(f->view, rule, at));
    }
    return status == DIGIT_OK ? end_part(f, rule, &p, found, any) : status;
}

/* ---- All of it ---------------------------------------------------------------- */

static digit_status fit_line(fit *f, dg_rule *rule, dg_rules *found, bool *any)
{
    const size_t places = 3 * (size_t)(f->right - f->left + 1);
    digit_status status = dg_pace_step(f->pace, CHUNK_STEPS * f->count + PLACE_STEPS * places);
    if (status != DIGIT_OK)
        return status;
    refine(f, 2, rule);
    refine(f, NEAR, rule);
    rule->thick = thickness(f, rule);
    if (fabs(rule->slope) <= STEEPER * DG_RULE_STEEP)
        status = add_parts(f, rule, found, any);
    take(f, rule);
    return status;
}

static digit_status find_lines(fit *f, bool vertical, dg_rules *found)
{
    const double length = f->right - f->left + 1;
    const double least = (vertical ? VERTICAL_LEAST : HORIZONTAL_LEAST) * f->shortest;
    digit_status status = DIGIT_OK;
    int misses = 0; /* one after the other: what is left are strokes */
    for (int i = 0; status == DIGIT_OK && i < LINES_MOST && misses < MISSES_MOST; i++) {
        dg_rule rule = {.vertical = vertical};
        bool votes, any = false;
        status = find_best(f, fmax(least, SHARE * length), &rule, &votes);
        if (status != DIGIT_OK || !votes)
            break;
        status = fit_line(f, &rule, found, &any);
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

/* Room for the votes; every slope may yet have any number of them. */
static digit_status prepare_votes(fit *f)
{
    const int32_t length = f->right - f->left;
    const int far = (int)(DG_RULE_STEEP * length) + 2; /* pixels, end to end */
    const size_t places = (size_t)length + 2;
    f->steps = far < SLOPES ? far : SLOPES;
    for (int step = 0; step <= 2 * f->steps; step++)
        f->bounds[step] = INT32_MAX;
    f->vote_count = (size_t)(f->bottom - f->top + 2 * DG_RULE_STEEP * (length + 1.0)) + 8;
    f->votes = dg_alloc(f->vote_count + places, sizeof *f->votes);
    if (!f->votes)
        return dg_fail_memory("form lines", (f->vote_count + places) * sizeof *f->votes);
    f->covers = f->votes + f->vote_count;
    return DIGIT_OK;
}

digit_status dg_rules_fit(const dg_view *view, const dg_run *runs, size_t count, bool vertical,
                          uint32_t shortest, dg_pace *pace, dg_rules *found)
{
    fit f = {.view = view,
             .pace = pace,
             .count = count_chunks(runs, count),
             .shortest = shortest};
    digit_status status = DIGIT_OK;
    f.items = dg_alloc(f.count, sizeof *f.items);
    if (!f.items)
        return dg_fail_memory("form lines", f.count * sizeof *f.items);
    fill_chunks(runs, count, f.items);
    measure(&f);
    const double least = (vertical ? VERTICAL_LEAST : HORIZONTAL_LEAST) * shortest;
    if (f.count > 0 && f.right - f.left + 1 >= least) {
        status = prepare_votes(&f);
        if (status == DIGIT_OK)
            status = find_lines(&f, vertical, found);
    }
    dg_free(f.votes);
    dg_free(f.items);
    return status;
}
