/*
 * A printed line, even one that lies askew, is made of long runs of pixels that touch end
 * to end; a digit crossing it does not interrupt them. So the long runs of each blob are
 * put together, level and upright ones apart, and what comes out long, thin and straight
 * is a candidate. Digits have straight strokes too: what tells a form's lines from them
 * is how long they are beside the height of the digits, and how they meet.
 */
#include "vision/rules.h"

#include "base/error.h"
#include "base/grow.h"
#include "base/mem.h"
#include "vision/lines.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The shortest run that counts, in pixels and in parts of the picture's longer side. */
#define RUN_LEAST 8
#define RUN_SHARE 320

/* Candidates: length in shortest runs, length by thickness, steepness. */
#define LEVEL_LEAST   2.5
#define UPRIGHT_LEAST 1.0
#define THIN          5.0
#define STEEP         0.13

/* Straight: so far off the line, in pixels and in parts of its length. */
#define OFF_PIXELS 0.8
#define OFF_SHARE  0.005

/* In digits' heights: a line on its own; an upright one that meets none; a box. */
#define LONG  1.7
#define ALONE 3.0
#define BOX   1.1

/* Two lines meet at a right angle, within so much; ends may miss by so many pixels. */
#define RIGHT_ANGLE 0.06
#define MISS        3.0

/* Walls of a comb are as long as each other, within this part. */
#define ALIKE 0.15

typedef struct candidate {
    dg_rule rule;
    uint32_t blob;
    bool accepted;
} candidate;

typedef struct search {
    const dg_blobs *blobs;
    candidate *items;
    size_t count, room;
    uint32_t shortest; /* run */
    dg_run *runs;      /* the long runs of one blob */
    size_t run_count, run_room;
    uint32_t *labels;
    size_t label_room;
} search;

static double length_of(const dg_rule *rule)
{
    return rule->to - rule->from + 1;
}

static double middle_at(const dg_rule *rule, double along)
{
    return rule->offset + rule->slope * along;
}

/* ---- Long runs ------------------------------------------------------------ */

static digit_status add_run(search *s, uint32_t at, uint32_t start, uint32_t end)
{
    dg_run *runs = dg_grow(s->runs, s->run_count, &s->run_room, 1, sizeof *runs);
    if (!runs)
        return dg_fail_memory("form lines", sizeof *runs);
    s->runs = runs;
    runs[s->run_count++] = (dg_run){(uint16_t)at, (uint16_t)start, (uint16_t)end};
    return DIGIT_OK;
}

static digit_status level_runs(search *s, const dg_blob *blob)
{
    digit_status status = DIGIT_OK;
    s->run_count = 0;
    for (uint32_t i = blob->first; status == DIGIT_OK && i < blob->first + blob->count; i++) {
        const dg_run *run = &s->blobs->runs[i];
        if ((uint32_t)(run->end - run->start) >= s->shortest)
            status = add_run(s, run->y, run->start, run->end);
    }
    return status;
}

/* Where the ink of each column began, and where it was seen last. */
typedef struct column {
    int32_t start, last;
} column;

static int compare_runs(const void *a, const void *b)
{
    const dg_run *p = a, *q = b;
    return p->y != q->y ? (p->y > q->y) - (p->y < q->y)
                        : (p->start > q->start) - (p->start < q->start);
}

static digit_status end_column(search *s, const column *c, uint32_t x)
{
    return c->last >= 0 && (uint32_t)(c->last + 1 - c->start) >= s->shortest
               ? add_run(s, x, (uint32_t)c->start, (uint32_t)c->last + 1)
               : DIGIT_OK;
}

static digit_status follow_columns(search *s, const dg_blob *blob, column *columns)
{
    digit_status status = DIGIT_OK;
    for (uint32_t i = blob->first; i < blob->first + blob->count; i++) {
        const dg_run *run = &s->blobs->runs[i];
        for (uint32_t x = run->start; status == DIGIT_OK && x < run->end; x++) {
            column *c = &columns[x - blob->left];
            if (c->last + 1 != run->y || c->last < 0) {
                status = end_column(s, c, x);
                c->start = run->y;
            }
            c->last = run->y;
        }
    }
    return status;
}

/* The same with x and y exchanged. */
static digit_status upright_runs(search *s, const dg_blob *blob)
{
    const uint32_t width = dg_blob_width(blob);
    column *columns = dg_alloc(width, sizeof *columns);
    if (!columns)
        return dg_fail_memory("form lines", width * sizeof *columns);
    memset(columns, 0xFF, width * sizeof *columns);
    s->run_count = 0;
    digit_status status = follow_columns(s, blob, columns);
    for (uint32_t x = 0; status == DIGIT_OK && x < width; x++)
        status = end_column(s, &columns[x], blob->left + x);
    if (s->run_count > 0)
        qsort(s->runs, s->run_count, sizeof *s->runs, compare_runs);
    dg_free(columns);
    return status;
}

/* ---- Candidates ------------------------------------------------------------- */

/* Sums over the pixels of one line: of 1, x, y, xx, xy, yy, with x along and y across. */
typedef struct sums {
    double n, x, y, xx, xy, yy;
    int32_t from, to;
} sums;

static void sums_add(sums *t, const dg_run *run)
{
    const double n = run->end - run->start, y = run->y;
    const double x = (run->start + run->end - 1) / 2.0;
    if (t->n <= 0) {
        t->from = run->start;
        t->to = run->end - 1;
    }
    t->from = run->start < t->from ? run->start : t->from;
    t->to = run->end - 1 > t->to ? run->end - 1 : t->to;
    t->n += n;
    t->x += n * x;
    t->y += n * y;
    t->xx += n * (x * x + (n * n - 1) / 12);
    t->xy += n * x * y;
    t->yy += n * y * y;
}

/* The line through the pixels, if they make one. */
static bool fit(const sums *t, bool upright, uint32_t shortest, dg_rule *rule)
{
    const double length = t->to - t->from + 1, thick = t->n / length;
    const double least = (upright ? UPRIGHT_LEAST : LEVEL_LEAST) * shortest;
    if (length < least || length < THIN * thick)
        return false;
    const double x = t->x / t->n, y = t->y / t->n;
    const double xx = t->xx / t->n - x * x, xy = t->xy / t->n - x * y, yy = t->yy / t->n - y * y;
    const double slope = xx > 0 ? xy / xx : 0;
    const double off = yy - slope * xy - thick * thick / 12;
    const double most = OFF_PIXELS + OFF_SHARE * length;
    *rule = (dg_rule){upright, t->from, t->to, y - slope * x, slope, thick};
    return fabs(slope) <= STEEP && off <= most * most;
}

static digit_status add_candidate(search *s, const dg_rule *rule, uint32_t blob)
{
    candidate *items = dg_grow(s->items, s->count, &s->room, 1, sizeof *items);
    if (!items)
        return dg_fail_memory("form lines", sizeof *items);
    s->items = items;
    items[s->count++] = (candidate){*rule, blob, false};
    return DIGIT_OK;
}

/* Put the long runs together and keep what is a line. */
static digit_status fit_runs(search *s, bool upright, uint32_t blob)
{
    digit_status status = DIGIT_OK;
    uint32_t *labels = dg_grow(s->labels, 0, &s->label_room, s->run_count, sizeof *labels);
    if (!labels)
        return dg_fail_memory("form lines", s->run_count * sizeof *labels);
    s->labels = labels;
    const size_t count = dg_runs_label(s->runs, s->run_count, labels);
    sums *all = dg_alloc_zero(count, sizeof *all);
    if (!all)
        return dg_fail_memory("form lines", count * sizeof *all);
    for (size_t i = 0; i < s->run_count; i++)
        sums_add(&all[labels[i]], &s->runs[i]);
    for (size_t i = 0; status == DIGIT_OK && i < count; i++) {
        dg_rule rule;
        if (fit(&all[i], upright, s->shortest, &rule))
            status = add_candidate(s, &rule, blob);
    }
    dg_free(all);
    return status;
}

static digit_status find_candidates(search *s)
{
    digit_status status = DIGIT_OK;
    for (size_t i = 0; status == DIGIT_OK && i < s->blobs->count; i++) {
        const dg_blob *blob = &s->blobs->items[i];
        if (dg_blob_width(blob) < 2 * s->shortest)
            continue; /* no level line: nothing that an upright one could meet either */
        status = level_runs(s, blob);
        if (status == DIGIT_OK)
            status = fit_runs(s, false, (uint32_t)i);
        if (status == DIGIT_OK)
            status = upright_runs(s, blob);
        if (status == DIGIT_OK)
            status = fit_runs(s, true, (uint32_t)i);
    }
    return status;
}

/* ---- What is no writing --------------------------------------------------- */

/* How high digits are, judged by the blobs that are no form. */
static double digit_height(const search *s, const dg_plane *ink, bool *failed)
{
    dg_blobs rest = {0};
    rest.items = dg_alloc(s->blobs->count, sizeof *rest.items);
    if (!rest.items) {
        *failed = true;
        return 0;
    }
    for (size_t i = 0, c = 0; i < s->blobs->count; i++) {
        const dg_blob *blob = &s->blobs->items[i];
        size_t level = 0, upright = 0;
        for (; c < s->count && s->items[c].blob == i; c++) {
            const dg_rule *rule = &s->items[c].rule;
            const uint32_t across = rule->upright ? dg_blob_height(blob) : dg_blob_width(blob);
            if (length_of(rule) > 0.8 * across)
                *(rule->upright ? &upright : &level) += 1;
        }
        const bool form = (level > 0 && dg_blob_width(blob) > 2.5 * dg_blob_height(blob)) ||
                          (level > 1 && upright > 1);
        if (!form)
            rest.items[rest.count++] = *blob;
    }
    const double size = dg_digit_size(&rest, ink->width, ink->height);
    dg_free(rest.items);
    *failed = size < 0;
    return size;
}

/* Where two lines that are level and upright cross: how far outside each of them, along. */
static void miss(const dg_rule *level, const dg_rule *upright, double *by_level,
                 double *by_upright)
{
    const double y = (level->offset + level->slope * upright->offset) /
                     (1 - level->slope * upright->slope);
    const double x = middle_at(upright, y);
    *by_level = fmax(level->from - x, x - level->to);
    *by_upright = fmax(upright->from - y, y - upright->to);
}

static bool meets(const dg_rule *level, const dg_rule *upright)
{
    double by_level, by_upright;
    const double most = MISS + level->thick + upright->thick;
    if (fabs(level->slope + upright->slope) > RIGHT_ANGLE)
        return false;
    miss(level, upright, &by_level, &by_upright);
    return by_level <= most && by_upright <= most;
}

/* Candidates of one blob. */
typedef struct span {
    candidate *items;
    size_t count;
} span;

static size_t count_meeting(const span *all, const candidate *upright)
{
    size_t count = 0;
    for (size_t i = 0; i < all->count; i++)
        count += all->items[i].accepted && !all->items[i].rule.upright &&
                 meets(&all->items[i].rule, &upright->rule);
    return count;
}

/* Others like this one, as the walls of a comb are. */
static size_t count_alike(const span *all, const candidate *wall)
{
    size_t count = 0;
    for (size_t i = 0; i < all->count; i++) {
        const dg_rule *other = &all->items[i].rule;
        count += &all->items[i] != wall && other->upright &&
                 fabs(length_of(other) - length_of(&wall->rule)) <=
                     ALIKE * length_of(&wall->rule) + 1 &&
                 fabs(other->slope - wall->rule.slope) <= RIGHT_ANGLE / 2 &&
                 fabs(other->thick - wall->rule.thick) <= 1 + 0.3 * wall->rule.thick &&
                 count_meeting(all, &all->items[i]) > 0;
    }
    return count;
}

/* A box of its own: two sides of each kind, each along most of the blob. */
static bool is_box(const span *all, const dg_blob *blob, double size)
{
    const double width = dg_blob_width(blob), height = dg_blob_height(blob);
    size_t level = 0, upright = 0;
    for (size_t i = 0; i < all->count; i++) {
        const dg_rule *rule = &all->items[i].rule;
        const double all_along = rule->upright ? height : width;
        if (length_of(rule) > 0.75 * all_along)
            *(rule->upright ? &upright : &level) += 1;
    }
    return level >= 2 && upright >= 2 && width >= BOX * size && height >= BOX * size;
}

static void accept(const span *all, const dg_blob *blob, double size)
{
    const bool box = is_box(all, blob, size);
    for (size_t i = 0; i < all->count; i++) {
        candidate *c = &all->items[i];
        const double length = length_of(&c->rule);
        c->accepted = !c->rule.upright && (length >= LONG * size ||
                                           (box && length > 0.75 * dg_blob_width(blob)));
    }
    for (size_t i = 0; i < all->count; i++) {
        candidate *c = &all->items[i];
        const double length = length_of(&c->rule);
        if (!c->rule.upright)
            continue;
        const size_t meeting = count_meeting(all, c);
        c->accepted = length >= ALONE * size || (meeting > 0 && length >= LONG * size) ||
                      meeting > 1 || (meeting > 0 && count_alike(all, c) > 1);
    }
}

static digit_status keep_accepted(const search *s, dg_rules *rules)
{
    for (size_t i = 0; i < s->count; i++) {
        if (!s->items[i].accepted)
            continue;
        dg_rule *items = dg_grow(rules->items, rules->count, &rules->room, 1, sizeof *items);
        if (!items)
            return dg_fail_memory("form lines", sizeof *items);
        rules->items = items;
        items[rules->count++] = s->items[i].rule;
    }
    return DIGIT_OK;
}

digit_status dg_rules_find(const dg_plane *ink, const dg_blobs *blobs, dg_rules *rules)
{
    const size_t longer = ink->width > ink->height ? ink->width : ink->height;
    search s = {.blobs = blobs};
    bool failed = false;
    *rules = (dg_rules){0};
    s.shortest = longer / RUN_SHARE > RUN_LEAST ? (uint32_t)(longer / RUN_SHARE) : RUN_LEAST;
    digit_status status = find_candidates(&s);
    if (status != DIGIT_OK || s.count == 0)
        goto done;
    double size = digit_height(&s, ink, &failed);
    if (failed) {
        status = dg_fail_memory("form lines", blobs->count * sizeof *blobs->items);
        goto done;
    }
    if (size <= 0)
        size = (double)longer / 8;
    for (size_t i = 0; i < s.count;) {
        span all = {s.items + i, 0};
        while (i + all.count < s.count && all.items[all.count].blob == all.items[0].blob)
            all.count++;
        accept(&all, &blobs->items[all.items[0].blob], size);
        i += all.count;
    }
    status = keep_accepted(&s, rules);
done:
    dg_free(s.items);
    dg_free(s.runs);
    dg_free(s.labels);
    return status;
}

void dg_rules_free(dg_rules *rules)
{
    dg_free(rules->items);
    *rules = (dg_rules){0};
}

/* ---- Erasing ---------------------------------------------------------------- */

/* A plane seen along a rule. */
typedef struct view {
    uint8_t *pixels;
    size_t along, across; /* bytes from a pixel to the next */
    int32_t size;         /* pixels across */
    uint8_t least;
} view;

/* What lies on the rule at one place along it. */
typedef struct slice {
    int32_t first, last;   /* ink across, first > last: none */
    int32_t top, bottom;   /* of it, the rule's own */
    bool above, below;     /* there is more ink on that side */
} slice;

static uint8_t *pixel(const view *v, int32_t along, int32_t across)
{
    return v->pixels + (size_t)along * v->along + (size_t)across * v->across;
}

static bool is_ink(const view *v, int32_t along, int32_t across)
{
    return across >= 0 && across < v->size && *pixel(v, along, across) >= v->least;
}

/* The ink nearest to `middle`, at most `reach` away. */
static slice slice_at(const view *v, int32_t along, double middle, double thick, int32_t reach)
{
    const int32_t centre = (int32_t)floor(middle + 0.5);
    slice s = {1, 0, 0, 0, false, false};
    for (int32_t away = 0; away <= reach; away++) {
        const int32_t up = centre - away, down = centre + away;
        if (is_ink(v, along, up) || is_ink(v, along, down)) {
            s.first = s.last = is_ink(v, along, up) ? up : down;
            break;
        }
    }
    if (s.first > s.last)
        return s;
    const int32_t most = (int32_t)(4 * thick) + 8; /* further ink need not be counted */
    while (s.first > centre - most && is_ink(v, along, s.first - 1))
        s.first--;
    while (s.last < centre + most && is_ink(v, along, s.last + 1))
        s.last++;
    s.top = s.first;
    s.bottom = s.last;
    if (s.last - s.first + 1 > 1.5 * thick + 1.5) {
        const int32_t half = (int32_t)(thick / 2 + 0.5);
        s.top = centre - half > s.first ? centre - half : s.first;
        s.bottom = centre + half < s.last ? centre + half : s.last;
        s.above = s.top - s.first > 1;
        s.below = s.last - s.bottom > 1;
        s.top = s.above ? s.top : s.first;
        s.bottom = s.below ? s.bottom : s.last;
    }
    return s;
}

/* Follow the rule, which may bend a little, from one end to the other. */
static void follow(const view *v, const dg_rule *rule, slice *slices)
{
    const double reach = 2 + OFF_SHARE * length_of(rule);
    double drift = 0; /* from the straight line */
    for (int32_t at = rule->from; at <= rule->to; at++) {
        const double middle = middle_at(rule, at);
        slice *s = &slices[at - rule->from];
        *s = slice_at(v, at, middle + drift, rule->thick, (int32_t)(rule->thick / 2 + 1.5));
        if (s->first <= s->last && !s->above && !s->below) {
            const double here = (s->first + s->last) / 2.0 - middle;
            drift += 0.3 * (here - drift);
            drift = fmax(-reach, fmin(reach, drift));
        }
    }
}

/* Does a stroke cross the rule here, perhaps at a slant? */
static bool is_crossed(const slice *slices, int32_t count, int32_t at, int32_t reach)
{
    if (!slices[at].above && !slices[at].below)
        return false;
    for (int32_t away = 0; away <= reach; away++)
        for (int32_t sign = -1; sign <= 1; sign += 2) {
            const int32_t there = at + sign * away;
            if (there < 0 || there >= count)
                continue;
            if ((slices[at].above && slices[there].below) ||
                (slices[at].below && slices[there].above))
                return true;
        }
    return false;
}

static void erase_slice(const view *v, int32_t along, const slice *s)
{
    const int32_t from = s->above ? s->top : s->top - 1, to = s->below ? s->bottom : s->bottom + 1;
    for (int32_t across = from; across <= to; across++)
        if (across >= 0 && across < v->size)
            *pixel(v, along, across) = 0;
}

static digit_status erase(const dg_rule *rule, const dg_plane *ink, uint8_t least)
{
    const view v = {
        .pixels = ink->pixels,
        .along = rule->upright ? ink->width : 1,
        .across = rule->upright ? 1 : ink->width,
        .size = (int32_t)(rule->upright ? ink->width : ink->height),
        .least = least,
    };
    const int32_t count = rule->to - rule->from + 1, reach = (int32_t)(rule->thick + 1.5);
    slice *slices = dg_alloc((size_t)count, sizeof *slices);
    if (!slices)
        return dg_fail_memory("form lines", (size_t)count * sizeof *slices);
    follow(&v, rule, slices);
    for (int32_t at = 0; at < count; at++)
        if (slices[at].first <= slices[at].last && !is_crossed(slices, count, at, reach))
            erase_slice(&v, rule->from + at, &slices[at]);
    dg_free(slices);
    return DIGIT_OK;
}

digit_status dg_rules_erase(const dg_rules *rules, const dg_plane *ink, uint8_t least)
{
    digit_status status = DIGIT_OK;
    for (int upright = 0; upright <= 1; upright++)
        for (size_t i = 0; status == DIGIT_OK && i < rules->count; i++)
            if (rules->items[i].upright == upright)
                status = erase(&rules->items[i], ink, least);
    return status;
}
