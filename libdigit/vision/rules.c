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

/* Gaps of so many pixels do not end a run: noise makes them. */
#define BRIDGE 2

/* Candidates: length in shortest runs, length by thickness, steepness. */
#define LEVEL_LEAST   2.5
#define UPRIGHT_LEAST 1.0
#define THIN          5.0
#define THIN_ALONE    12.0 /* one that is no side of a box */
#define WALL          2.2 /* an upright one, which must meet others */
#define STEEP         0.13

/* A line may bend by this part of its length. */
#define BEND 0.005

/* How lines are found: slopes tried to either side, pixels a vote, lines in one group of
 * runs, the thickest half of a line, and how much of a line must be ink. */
#define SLOPES        40
#define CHUNK         8
#define LINES_A_GROUP 64
#define MISSES_MOST   6
#define THICK_MOST    12
#define FULL          0.9
#define SHARE         0.2 /* of a group's length: shorter lines are left alone */

/* Blobs with so few chunks are looked at as a whole: a line that noise has broken comes
 * together again. */
#define WHOLE_MOST 20000

/* In digits' heights: a line on its own; an upright one that meets none; a box. */
#define LONG  1.7
#define ALONE 3.0
#define BOX   1.1

/* Two lines meet at a right angle, within so much; ends may miss by so many pixels. */
#define RIGHT_ANGLE 0.06
#define MISS        1.5

/* ... and are as thick as each other, up to this factor. */
#define THICKER 1.8

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
    const dg_run *runs = s->blobs->runs + blob->first;
    digit_status status = DIGIT_OK;
    s->run_count = 0;
    for (uint32_t i = 0; status == DIGIT_OK && i < blob->count; i++) {
        const uint32_t start = runs[i].start;
        while (i + 1 < blob->count && runs[i + 1].y == runs[i].y &&
               runs[i + 1].start <= runs[i].end + BRIDGE)
            i++;
        if (runs[i].end - start >= s->shortest)
            status = add_run(s, runs[i].y, start, runs[i].end);
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
            if (c->last < 0 || c->last + 1 + BRIDGE < run->y) {
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

/* A short part of a long run: x along, y across. */
typedef struct chunk {
    int32_t from, to; /* along, inclusive */
    int32_t y;
    uint32_t group;
    bool taken;
} chunk;

/* Runs that touch, in chunks: one line or several that digits tie together. */
typedef struct group {
    chunk *items;
    size_t count;
    int32_t left, right, top, bottom;
} group;

static double chunk_x(const chunk *c)
{
    return (c->from + c->to) / 2.0;
}

static double chunk_weight(const chunk *c)
{
    return c->to - c->from + 1;
}

static void measure_group(group *g)
{
    g->left = g->top = INT32_MAX;
    g->right = g->bottom = 0;
    for (size_t i = 0; i < g->count; i++) {
        const chunk *c = &g->items[i];
        g->left = c->from < g->left ? c->from : g->left;
        g->right = c->to > g->right ? c->to : g->right;
        g->top = c->y < g->top ? c->y : g->top;
        g->bottom = c->y > g->bottom ? c->y : g->bottom;
    }
}

/* Hough's transform: the line that goes through most pixels, two to either side. Returns
 * how many. `bins` has room for the group's height and twice its length times STEEP. */
static double vote(const group *g, float *bins, size_t bin_count, dg_rule *rule)
{
    const double first = g->top - STEEP * (g->right - g->left) - 2;
    const int far = (int)(STEEP * (g->right - g->left)) + 2; /* pixels from end to end */
    const int steps = far < SLOPES ? far : SLOPES;
    double best = 0;
    for (int step = -steps; step <= steps; step++) {
        const double slope = STEEP * step / steps;
        memset(bins, 0, bin_count * sizeof *bins);
        for (size_t i = 0; i < g->count; i++) {
            const chunk *c = &g->items[i];
            if (!c->taken)
                bins[(size_t)(c->y - slope * (chunk_x(c) - g->left) - first)] +=
                    (float)chunk_weight(c);
        }
        for (size_t bin = 1; bin + 1 < bin_count; bin++) {
            const double here = (double)(bins[bin - 1] + bins[bin] + bins[bin + 1]);
            if (here > best) {
                best = here;
                rule->slope = slope;
                rule->offset = first + (double)bin + 0.5 - slope * g->left;
            }
        }
    }
    return best;
}

/* Least squares over what lies within `reach` of the rule. */
static void refine(const group *g, double reach, dg_rule *rule)
{
    double n = 0, x = 0, y = 0, xx = 0, xy = 0;
    for (size_t i = 0; i < g->count; i++) {
        const chunk *c = &g->items[i];
        const double at = chunk_x(c), w = chunk_weight(c);
        if (c->taken || fabs(c->y - middle_at(rule, at)) > reach)
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

/* How thick: rows beside the middle that are at least half as full as it is. */
static double thickness(const group *g, const dg_rule *rule)
{
    double rows[2 * THICK_MOST + 1] = {0}, thick = 1;
    for (size_t i = 0; i < g->count; i++) {
        const chunk *c = &g->items[i];
        const double off = c->y - middle_at(rule, chunk_x(c)) + THICK_MOST + 0.5;
        if (!c->taken && off >= 0 && off < 2 * THICK_MOST + 1)
            rows[(size_t)off] += chunk_weight(c);
    }
    const double middle = rows[THICK_MOST];
    for (int side = -1; side <= 1; side += 2)
        for (int away = 1; away <= THICK_MOST; away++) {
            const double here = rows[THICK_MOST + side * away];
            thick += here >= middle / 2 ? 1 : here / (middle > 0 ? middle : 1);
            if (here < middle / 2)
                break;
        }
    return thick;
}

/* The longest stretch of the rule without a gap; what it is made of is taken. Returns how
 * much of it is ink. covered[length] is scratch. */
static double find_ends(group *g, dg_rule *rule, uint32_t gap, uint8_t *covered)
{
    const size_t length = (size_t)(g->right - g->left + 1);
    const double reach = rule->thick / 2 + 1;
    memset(covered, 0, length);
    for (size_t i = 0; i < g->count; i++) {
        chunk *c = &g->items[i];
        if (c->taken || fabs(c->y - middle_at(rule, chunk_x(c))) > reach)
            continue;
        c->taken = true;
        memset(covered + (c->from - g->left), 1, (size_t)(c->to - c->from + 1));
    }
    size_t begin = 0, last = 0, full = 0, best = 0;
    double share = 0;
    for (size_t x = 0; x < length; x++) {
        if (!covered[x])
            continue;
        if (full == 0 || x - last > gap) {
            begin = x;
            full = 0;
        }
        last = x;
        full++;
        if (x + 1 - begin > best) {
            best = x + 1 - begin;
            share = (double)full / (double)best;
            rule->from = g->left + (int32_t)begin;
            rule->to = g->left + (int32_t)x;
        }
    }
    return share;
}

static bool is_line(const dg_rule *rule, double share, uint32_t shortest)
{
    const double least = (rule->upright ? UPRIGHT_LEAST : LEVEL_LEAST) * shortest;
    return share >= FULL && length_of(rule) >= least &&
           length_of(rule) >= (rule->upright ? WALL : THIN) * rule->thick &&
           fabs(rule->slope) <= STEEP * 1.1;
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

/* Find one line of a group after the other, the longest first. */
static digit_status fit_group(search *s, group *g, bool upright, uint32_t blob)
{
    measure_group(g);
    const size_t length = (size_t)(g->right - g->left + 1);
    const size_t bins = (size_t)(g->bottom - g->top + 2 * STEEP * (double)length) + 8;
    const double least = (upright ? UPRIGHT_LEAST : LEVEL_LEAST) * s->shortest;
    digit_status status = DIGIT_OK;
    if ((double)length < least)
        return DIGIT_OK;
    float *votes = dg_alloc(bins, sizeof *votes);
    uint8_t *covered = dg_alloc(length, 1);
    if (!votes || !covered)
        status = dg_fail_memory("form lines", bins * sizeof *votes);
    int misses = 0; /* one after the other: what is left are strokes */
    for (int i = 0; status == DIGIT_OK && i < LINES_A_GROUP && misses < MISSES_MOST; i++) {
        dg_rule rule = {.upright = upright, .from = 0, .to = -1};
        if (vote(g, votes, bins, &rule) < fmax(least, SHARE * (double)length))
            break;
        refine(g, 2, &rule);
        refine(g, 1.5, &rule);
        rule.thick = thickness(g, &rule);
        const double share = find_ends(g, &rule, s->shortest, covered);
        const bool line = is_line(&rule, share, s->shortest);
        misses = line ? 0 : misses + 1;
        if (line)
            status = add_candidate(s, &rule, blob);
    }
    dg_free(covered);
    dg_free(votes);
    return status;
}

static int compare_groups(const void *a, const void *b)
{
    const chunk *p = a, *q = b;
    return p->group != q->group ? (p->group > q->group) - (p->group < q->group)
           : p->y != q->y       ? (p->y > q->y) - (p->y < q->y)
                                : (p->from > q->from) - (p->from < q->from);
}

static size_t count_chunks(const search *s)
{
    size_t count = 0;
    for (size_t i = 0; i < s->run_count; i++)
        count += (size_t)(s->runs[i].end - s->runs[i].start + CHUNK - 1) / CHUNK;
    return count;
}

static void fill_chunks(const search *s, chunk *chunks)
{
    for (size_t i = 0; i < s->run_count; i++) {
        const dg_run *run = &s->runs[i];
        for (int32_t x = run->start; x < run->end; x += CHUNK) {
            const int32_t to = x + CHUNK < run->end ? x + CHUNK - 1 : run->end - 1;
            *chunks++ = (chunk){x, to, run->y, s->labels[i], false};
        }
    }
}

/* Put the long runs together and keep what is a line. */
static digit_status fit_runs(search *s, bool upright, uint32_t blob)
{
    digit_status status = DIGIT_OK;
    uint32_t *labels = dg_grow(s->labels, 0, &s->label_room, s->run_count, sizeof *labels);
    if (!labels)
        return dg_fail_memory("form lines", s->run_count * sizeof *labels);
    s->labels = labels;
    dg_runs_label(s->runs, s->run_count, labels);
    const size_t count = count_chunks(s);
    chunk *chunks = dg_alloc(count, sizeof *chunks);
    if (!chunks)
        return dg_fail_memory("form lines", count * sizeof *chunks);
    fill_chunks(s, chunks);
    qsort(chunks, count, sizeof *chunks, compare_groups);
    const bool whole = count <= WHOLE_MOST;
    for (size_t i = 0; status == DIGIT_OK && i < count;) {
        group g = {.items = chunks + i};
        while (i < count && (whole || chunks[i].group == g.items->group)) {
            g.count++;
            i++;
        }
        status = fit_group(s, &g, upright, blob);
    }
    dg_free(chunks);
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

/* Candidates of one blob. */
typedef struct span {
    candidate *items;
    size_t count;
} span;

/* The y at which two lines that are level and upright cross, and how far outside of the
 * level one that is. */
static double crossing(const dg_rule *level, const dg_rule *upright, double *outside)
{
    const double y = (level->offset + level->slope * upright->offset) /
                     (1 - level->slope * upright->slope);
    const double x = middle_at(upright, y);
    *outside = fmax(level->from - x, x - level->to);
    return y;
}

/* How an upright line meets level ones. */
typedef struct meeting {
    size_t crossings; /* how many it crosses or reaches */
    size_t ends;      /* how many of its ends lie on one */
} meeting;

static meeting meet(const span *all, const dg_rule *upright)
{
    meeting m = {0, 0};
    bool on_from = false, on_to = false;
    for (size_t i = 0; i < all->count; i++) {
        const dg_rule *level = &all->items[i].rule;
        double outside;
        if (level->upright || !all->items[i].accepted ||
            upright->thick > THICKER * level->thick + 1 ||
            fabs(level->slope + upright->slope) > RIGHT_ANGLE)
            continue;
        const double miss = MISS + (level->thick + upright->thick) / 2;
        const double y = crossing(level, upright, &outside);
        if (outside > miss || y < upright->from - miss || y > upright->to + miss)
            continue;
        m.crossings++;
        on_from |= fabs(y - upright->from) <= miss;
        on_to |= fabs(y - upright->to) <= miss;
    }
    m.ends = (size_t)on_from + on_to;
    return m;
}

/* Others like this one, as the walls of a comb are. */
static size_t count_alike(const span *all, const candidate *wall)
{
    const double length = length_of(&wall->rule);
    size_t count = 0;
    for (size_t i = 0; i < all->count; i++) {
        const dg_rule *other = &all->items[i].rule;
        count += &all->items[i] != wall && other->upright &&
                 fabs(length_of(other) - length) <= ALIKE * length + 1 &&
                 fabs(other->slope - wall->rule.slope) <= RIGHT_ANGLE &&
                 fabs(other->thick - wall->rule.thick) <= 1 + 0.3 * wall->rule.thick &&
                 meet(all, other).ends > 0;
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
    return level >= 1 && upright >= 1 && level + upright >= 3 && width >= BOX * size &&
           height >= BOX * size;
}

static void accept(const span *all, const dg_blob *blob, double size)
{
    const bool box = is_box(all, blob, size);
    for (size_t i = 0; i < all->count; i++) {
        candidate *c = &all->items[i];
        const double length = length_of(&c->rule);
        const bool is_long = length >= LONG * size && length >= THIN_ALONE * c->rule.thick;
        c->accepted =
            !c->rule.upright && (is_long || (box && length > 0.75 * dg_blob_width(blob)));
    }
    for (size_t i = 0; i < all->count; i++) {
        candidate *c = &all->items[i];
        const double length = length_of(&c->rule);
        if (!c->rule.upright)
            continue;
        const meeting m = meet(all, &c->rule);
        c->accepted = length >= ALONE * size || (m.crossings > 0 && length >= LONG * size) ||
                      m.ends > 1 || (m.ends > 0 && count_alike(all, c) > 1);
    }
}

/* When all there is hangs together: digits are well below half of it. */
static double size_within(const dg_blob *blob)
{
    const uint32_t width = dg_blob_width(blob), height = dg_blob_height(blob);
    return 0.45 * (width > height ? width : height);
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
    const double size = digit_height(&s, ink, &failed);
    if (failed) {
        status = dg_fail_memory("form lines", blobs->count * sizeof *blobs->items);
        goto done;
    }
    for (size_t i = 0; i < s.count;) {
        span all = {s.items + i, 0};
        while (i + all.count < s.count && all.items[all.count].blob == all.items[0].blob)
            all.count++;
        const dg_blob *blob = &blobs->items[all.items[0].blob];
        accept(&all, blob, size > 0 ? size : size_within(blob));
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
        const int32_t top = (int32_t)floor(middle - (thick - 1) / 2 + 0.5);
        const int32_t bottom = (int32_t)floor(middle + (thick - 1) / 2 + 0.5);
        s.top = top > s.first ? top : s.first;
        s.bottom = bottom < s.last ? bottom : s.last;
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
    const double reach = 2 + BEND * length_of(rule);
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
    const int32_t from = s->top > 0 ? s->top - 1 : 0;
    const int32_t to = s->bottom + 1 < v->size ? s->bottom + 1 : s->bottom;
    for (int32_t across = from; across <= to; across++) {
        const bool edge = across < s->top || across > s->bottom;
        if (!edge || *pixel(v, along, across) < v->least) /* a faint edge goes too */
            *pixel(v, along, across) = 0;
    }
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
