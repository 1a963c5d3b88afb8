/*
 * A side of the picture is followed pixel by pixel. Where each of its places is far from the
 * paper's level, and most of them come to an edge on the way inward, what lies before the edge is
 * no paper: strokes do not reach along a whole side.
 */
#include "vision/ink/border.h"

#include "base/error.h"
#include "base/mem.h"
#include "base/number.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define LEVELS 256

/* Smaller pictures are looked at as a whole. */
#define SHORTER_LEAST 40

/* Levels (of 0..255) that are closer are one paper in uneven light: as in papers.c. */
#define APART 24

/* Places along a side at which it is looked at first, and the part of them, and later of all, that
 * may be paper. The part of a side's places that must come to an edge: those in a corner do not. */
#define PROBES     16
#define PAPER_MOST 0.05
#define EDGE_LEAST 0.6

/* Parts of the picture's depth: how far inward an edge may lie, and over how much an edge is
 * blurred. */
#define DEPTH_MOST 0.5
#define BLUR       0.06

/* Parts of the side's length, to either side: levels are means of so much, an edge is a quantile of
 * so much, and which. A digit near to an edge makes it seem to lie further inward. */
#define MEAN_REACH (1.0 / 64)
#define EDGE_REACH (1.0 / 8)
#define EDGE_RANK  (1.0 / 3)

/* Paper in a shadow is at least this part as light. What is lighter is blank if this share of its
 * pixels at most differ from it by that part of its level: a table may be, writing is not. */
#define SHADOW_LEAST 0.4
#define STAINS_MOST  0.002
#define STAIN        0.25

#define NO_EDGE   UINT16_MAX       /* all of the place's depth is far from the paper's level */
#define AT_BORDER (UINT16_MAX - 1) /* the place is paper */

/* The picture seen from one of its sides. */
typedef struct side {
    const uint8_t *first; /* the pixel at its beginning */
    ptrdiff_t along, inward;
    size_t length, depth;
} side;

/* Where the paper begins, at each place of a side, and its level there. */
typedef struct edge {
    uint16_t *at, *level; /* [length] */
    int32_t *sorted; /* [2 * length], as all that follows scratch that the sides share */
    uint32_t *sums;  /* [depth] */
    uint8_t *line;   /* [depth]: means along the side */
} edge;

static side side_of(const dg_plane *p, int which)
{
    const ptrdiff_t width = (ptrdiff_t)p->width;
    const uint8_t *last = p->pixels + p->width * p->height - 1;
    const bool far = which % 2;
    return which < 2 ? (side){far ? last : p->pixels, far ? -width : width, far ? -1 : 1, p->height,
                              p->width}
                     : (side){far ? last : p->pixels, far ? -1 : 1, far ? -width : width, p->width,
                              p->height};
}

static uint8_t level_at(const side *s, size_t along, size_t inward)
{
    return s->first[(ptrdiff_t)along * s->along + (ptrdiff_t)inward * s->inward];
}

static int median_level(const uint32_t counts[LEVELS])
{
    uint64_t total = 0, below = 0;
    int level = 0;
    for (int i = 0; i < LEVELS; i++)
        total += counts[i];
    while (level < LEVELS - 1 && 2 * (below += counts[level]) <= total)
        level++;
    return level;
}

/* The median of the picture: most of it is paper. */
static int paper_level(const dg_plane *p)
{
    uint32_t counts[LEVELS] = {0};
    for (size_t y = 0; y < p->height; y += 3)
        for (size_t x = 0; x < p->width; x += 3)
            counts[p->pixels[y * p->width + x]]++;
    return median_level(counts);
}

static bool is_apart(int level, int other)
{
    return abs(level - other) >= APART;
}

/* Few sides have anything along them: a glance tells. */
static bool may_have_border(const side *s, int paper)
{
    size_t papers = 0;
    for (size_t i = 0; i < PROBES; i++) {
        const size_t along = (2 * i + 1) * s->length / (2 * PROBES);
        const int sum = level_at(s, along, 0) + level_at(s, along, 1) + level_at(s, along, 2);
        papers += !is_apart(sum / 3, paper);
    }
    return (double)papers <= PAPER_MOST * PROBES + 1;
}

/* Where levels stop changing by APART within `blur`; NO_EDGE: they don't. */
static size_t find_ramp(const uint8_t *line, size_t depth, size_t blur, int paper)
{
    const size_t end = (size_t)(DEPTH_MOST * (double)depth);
    size_t x = 0;
    while (x < end && (!is_apart(line[x], line[x + blur]) ||
                       abs(line[x + blur] - paper) >= abs(line[0] - paper)))
        x++;
    if (x == end)
        return NO_EDGE;
    while (x < end && is_apart(line[x], line[x + blur]))
        x++;
    return x;
}

/* The edge at one place; *level: of the paper behind it. */
static uint16_t find_edge(const uint8_t *line, size_t depth, int paper, uint16_t *level)
{
    const size_t blur = (size_t)(BLUR * (double)depth) + 1;
    if (!is_apart(line[0], paper))
        return AT_BORDER;
    const size_t ramp = find_ramp(line, depth, blur, paper);
    if (ramp == NO_EDGE)
        return NO_EDGE;
    size_t at = ramp + 3 * blur;
    uint32_t counts[LEVELS] = {0};
    for (size_t x = ramp + blur; x < at; x++)
        counts[line[x]]++;
    *level = (uint16_t)median_level(counts);
    while (at > 0 && abs(line[at - 1] - *level) < APART / 2)
        at--;
    return (uint16_t)at;
}

static void add_place(const side *s, size_t along, uint32_t sign, uint32_t *sums)
{
    for (size_t x = 0; x < s->depth; x++)
        sums[x] += sign * level_at(s, along, x); /* modulo 2^32: a sign of UINT32_MAX subtracts */
}

/* Find the edge at all places of a side. False: it is none. */
static bool find_edges(const side *s, int paper, edge *e)
{
    const size_t reach = (size_t)(MEAN_REACH * (double)s->length) + 1;
    size_t count = 0, papers = 0, edges = 0;
    memset(e->sums, 0, s->depth * sizeof *e->sums);
    for (size_t i = 0; i < dg_min_size(reach, s->length); i++, count++)
        add_place(s, i, 1, e->sums);
    for (size_t i = 0; i < s->length; i++) {
        if (i + reach < s->length) {
            add_place(s, i + reach, 1, e->sums);
            count++;
        }
        if (i > reach) {
            add_place(s, i - reach - 1, UINT32_MAX, e->sums);
            count--;
        }
        for (size_t x = 0; x < s->depth; x++)
            e->line[x] = (uint8_t)(e->sums[x] / count);
        e->at[i] = find_edge(e->line, s->depth, paper, &e->level[i]);
        papers += e->at[i] == AT_BORDER;
        edges += e->at[i] < AT_BORDER;
    }
    return (double)papers <= PAPER_MOST * (double)s->length &&
           (double)edges >= EDGE_LEAST * (double)s->length;
}

static int compare_places(const void *a, const void *b)
{
    const int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

/* Sorts. */
static int32_t quantile(int32_t *values, size_t count, double part)
{
    qsort(values, count, sizeof *values, compare_places);
    return values[(size_t)(part * (double)count)];
}

/* Places without an edge, in a corner, have that of the nearest place with one, and the usual
 * level. */
static void fill_gaps(const side *s, edge *e)
{
    size_t first = 0, edges = 0;
    while (e->at[first] >= AT_BORDER)
        first++;
    for (size_t i = first; i < s->length; i++)
        if (e->at[i] < AT_BORDER)
            e->sorted[edges++] = e->level[i];
    const int32_t usual = quantile(e->sorted, edges, 0.5);
    for (size_t i = 0; i < s->length; i++) {
        const bool gap = i < first || e->at[i] >= AT_BORDER;
        e->level[i] = gap ? (uint16_t)usual : e->level[i];
        e->at[i] = gap ? e->at[i < first ? first : i - 1] : e->at[i];
    }
}

/* How much further inward the edge lies at the second half's places than at those of the first:
 * the median (Theil and Sen). */
static int32_t slope_of(const side *s, const edge *e)
{
    const size_t half = s->length / 2;
    for (size_t i = 0; i < half; i++)
        e->sorted[i] = (int32_t)e->at[i + half] - e->at[i];
    return quantile(e->sorted, half, 0.5);
}

/* values[length] become a quantile of those near to them, their slope taken out. */
static void smooth(const side *s, edge *e, uint16_t *values, int32_t slope, double part)
{
    const size_t reach = (size_t)(EDGE_REACH * (double)s->length) + 1;
    int32_t *window = e->sorted, *out = e->sorted + 2 * reach + 1;
    for (size_t i = 0; i < s->length; i++) {
        const size_t from = i > reach ? i - reach : 0, end = dg_min_size(i + reach + 1, s->length);
        for (size_t k = from; k < end; k++)
            window[k - from] =
                values[k] - slope * ((int32_t)k - (int32_t)i) / (int32_t)(s->length / 2);
        out[i] = quantile(window, end - from, part);
    }
    for (size_t i = 0; i < s->length; i++)
        values[i] = (uint16_t)(out[i] > 0 ? out[i] : 0);
}

/* Is it too dark to be paper in a shadow, or too even to have writing on it? */
static bool is_no_paper(const side *s, const edge *e, int paper)
{
    const size_t shade = (size_t)(BLUR / 2 * (double)s->depth) + 1; /* the edge's own */
    uint32_t counts[LEVELS] = {0};
    uint64_t pixels = 0, stains = 0;
    for (size_t i = 0; i < s->length; i++)
        for (size_t x = 0; x + shade < e->at[i]; x++)
            counts[level_at(s, i, x)]++;
    const int usual = median_level(counts);
    for (int level = 0; level < LEVELS; level++) {
        pixels += counts[level];
        stains += abs(level - usual) > STAIN * usual ? counts[level] : 0;
    }
    return usual < SHADOW_LEAST * paper || paper < SHADOW_LEAST * usual ||
           (double)stains <= STAINS_MOST * (double)pixels;
}

/* A side of the picture or of its thinned-out copy, and the place of the edge for each of its own.
 */
typedef struct border {
    side s;
    uint8_t *first; /* s.first, to write on */
    const edge *edge;
    size_t step; /* pixels along and inward for one of the edge's */
    bool far;
} border;

static size_t place_of(const border *b, size_t along)
{
    const size_t last = b->s.length - 1;
    return b->far ? last / b->step - (last - along) / b->step : along / b->step;
}

static size_t end_of(const border *b, size_t place)
{
    return dg_min_size((b->edge->at[place] + (size_t)1) * b->step, b->s.depth);
}

/* Beside a vertical edge: row by row. */
static digit_status blank_rows(const border *b, dg_pace *pace)
{
    digit_status status = DIGIT_OK;
    for (size_t i = 0; status == DIGIT_OK && i < b->s.length; i++) {
        const size_t place = place_of(b, i), end = end_of(b, place);
        uint8_t *row = b->first + (ptrdiff_t)i * b->s.along;
        memset(b->far ? row - (end - 1) : row, b->edge->level[place], end);
        status = dg_pace_step(pace, end);
    }
    return status;
}

/* Above or below a horizontal edge: row by row, too, as memory lies. */
static digit_status blank_columns(const border *b, dg_pace *pace)
{
    digit_status status = DIGIT_OK;
    size_t deepest = 0;
    for (size_t i = 0; i < b->s.length; i++)
        deepest = dg_max_size(deepest, end_of(b, place_of(b, i)));
    for (size_t x = 0; status == DIGIT_OK && x < deepest; x++) {
        for (size_t i = 0; i < b->s.length; i++) {
            const size_t place = place_of(b, i);
            if (x < end_of(b, place))
                b->first[(ptrdiff_t)i * b->s.along + (ptrdiff_t)x * b->s.inward] =
                    (uint8_t)b->edge->level[place];
        }
        status = dg_pace_step(pace, 4 * b->s.length);
    }
    return status;
}

/* `plane` is the picture that the edge was found in, or one `step` times as large. */
static digit_status blank(const dg_plane *plane, int which, const edge *e, size_t step,
                          dg_pace *pace)
{
    border b = {.s = side_of(plane, which), .edge = e, .step = step, .far = which % 2};
    b.first = plane->pixels + (b.s.first - plane->pixels);
    return which < 2 ? blank_rows(&b, pace) : blank_columns(&b, pace);
}

/* Is there an edge of what is no paper? */
static bool look_at(const dg_plane *small, int which, int paper, edge *e)
{
    const side s = side_of(small, which);
    if (!may_have_border(&s, paper) || !find_edges(&s, paper, e))
        return false;
    fill_gaps(&s, e);
    smooth(&s, e, e->at, slope_of(&s, e), EDGE_RANK); /* digits behind the edge do not move it */
    smooth(&s, e, e->level, 0, 0.5);
    return is_no_paper(&s, e, paper);
}

/* All sides are looked at before any changes: they share the corners. */
static digit_status blank_sides(const dg_plane *grey, const dg_plane *small, size_t step,
                                const dg_deadline *deadline, edge edges[4])
{
    const int paper = paper_level(small);
    dg_pace pace = {.deadline = deadline};
    digit_status status = DIGIT_OK;
    bool found[4];
    for (int which = 0; status == DIGIT_OK && which < 4; which++) {
        status = dg_deadline_check(deadline);
        found[which] = status == DIGIT_OK && look_at(small, which, paper, &edges[which]);
    }
    for (int which = 0; status == DIGIT_OK && which < 4; which++) {
        if (!found[which])
            continue;
        status = blank(grey, which, &edges[which], step, &pace);
        if (status == DIGIT_OK)
            status = blank(small, which, &edges[which], 1, &pace);
    }
    return status;
}

digit_status dg_border_blank(const dg_plane *grey, const dg_plane *small, size_t step,
                             const dg_deadline *deadline)
{
    const size_t longer = dg_max_size(small->width, small->height);
    if (dg_min_size(small->width, small->height) < SHORTER_LEAST)
        return DIGIT_OK;
    uint32_t *sums = dg_alloc(longer, sizeof *sums);
    int32_t *sorted = dg_alloc(2 * longer, sizeof *sorted);
    uint16_t *places = dg_alloc(8 * longer, sizeof *places);
    uint8_t *line = dg_alloc(longer, 1);
    const bool ready = sums && sorted && places && line;
    edge edges[4];
    for (size_t which = 0; ready && which < 4; which++)
        edges[which] = (edge){.at = places + 2 * which * longer,
                              .level = places + (2 * which + 1) * longer,
                              .sorted = sorted,
                              .sums = sums,
                              .line = line};
    const digit_status status =
        ready ? blank_sides(grey, small, step, deadline, edges)
              : dg_fail_memory("a picture", 8 * longer * sizeof *places);
    dg_free(line);
    dg_free(places);
    dg_free(sorted);
    dg_free(sums);
    return status;
}
