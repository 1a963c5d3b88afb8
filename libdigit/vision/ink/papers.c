/*
 * Paper is even over areas wider than any stroke. The picture is divided into cells; those that
 * are even and of one level with their neighbours make areas; areas broader than strokes can be
 * are paper. Where two of very different level meet, a shadow with a
 * hard edge, or the paper's own edge, lies between them.
 */
#include "vision/ink/papers.h"

#include "base/error.h"
#include "base/mem.h"
#include "base/number.h"
#include "vision/bands.h"

#include <math.h>
#include <string.h>

#define SIDE DG_PAPERS_SIDE

/* Smaller pictures are looked at as a whole. */
#define SHORTER_LEAST 40
#define CELL_LEAST    2

/* A square that fits into paper, in parts of the picture's height: the strokes of 1 in 100 of
 * MNIST's digits are as broad, if the digit is as high as the picture. */
#define SQUARE 0.225

/* Ranges of levels inside a cell: that of this share of the cells is noise; so many times and
 * so many levels more is even still; noise of more than that hides edges. */
#define NOISE_SHARE 0.25
#define NOISE_TIMES 1.7
#define NOISE_MORE  6.0
#define NOISE_MOST  48.0

/* Papers whose levels are closer (of 0..255) are one, in uneven light. */
#define APART 24.0f

/* More, and dark ink lies on the light, light ink on the dark. */
#define DISCORD_MOST 2.0

#define NO_AREA 0u
#define CELLS   (SIDE * SIDE)
#define AREAS   (CELLS + 1) /* with NO_AREA */

typedef struct map {
    size_t columns, rows;
    uint8_t range[SIDE][SIDE]; /* of the levels in a cell */
    uint16_t area[SIDE][SIDE]; /* number of its area, from 1; NO_AREA */
} map;

typedef struct place {
    uint8_t row, column;
} place;

/* What to work in: too large for the stacks of some threads. */
typedef struct desk {
    map m, later;
    dg_papers between;
    place stack[CELLS];
    uint8_t square[SIDE][SIDE]; /* side of the largest one of one area that ends in a cell */
    uint16_t border[AREAS];     /* cells along the picture's border */
    bool broad[AREAS];
    uint32_t cells[AREAS];
    float sums[AREAS]; /* of the cells' levels */
} desk;

/* ---- Cells ------------------------------------------------------------------ */

static void measure_cell(const dg_plane *grey, size_t row, size_t column, dg_papers *p, map *m)
{
    const size_t top = row * p->cell, left = column * p->cell;
    const size_t bottom = top + p->cell < grey->height ? top + p->cell : grey->height;
    const size_t right = left + p->cell < grey->width ? left + p->cell : grey->width;
    uint8_t least = 255, most = 0;
    int64_t sum = 0;
    for (size_t y = top; y < bottom; y++)
        for (size_t x = left; x < right; x++) {
            const uint8_t level = grey->pixels[y * grey->width + x];
            least = level < least ? level : least;
            most = level > most ? level : most;
            sum += level;
        }
    const int64_t count = (int64_t)((bottom - top) * (right - left));
    p->level[row][column] = (float)(2 * sum - 255 * count) / (float)count;
    m->range[row][column] = (uint8_t)(most - least);
}

static void measure(const dg_plane *grey, dg_papers *p, map *m)
{
    const size_t longer = grey->width > grey->height ? grey->width : grey->height;
    const size_t cell = (longer + SIDE - 1) / SIDE;
    p->cell = cell > CELL_LEAST ? cell : CELL_LEAST;
    m->columns = p->columns = (grey->width + p->cell - 1) / p->cell;
    m->rows = p->rows = (grey->height + p->cell - 1) / p->cell;
    for (size_t row = 0; row < p->rows; row++)
        for (size_t column = 0; column < p->columns; column++)
            measure_cell(grey, row, column, p, m);
}

/* The range up to which a cell is even. */
static double even_range(const map *m)
{
    size_t counts[256] = {0}, below = 0;
    int noise = 0;
    for (size_t row = 0; row < m->rows; row++)
        for (size_t column = 0; column < m->columns; column++)
            counts[m->range[row][column]]++;
    const double rank = NOISE_SHARE * (double)(m->rows * m->columns);
    while ((double)(below += counts[noise]) < rank)
        noise++;
    return NOISE_TIMES * noise + NOISE_MORE;
}

/* ---- Areas ------------------------------------------------------------------ */

/* The neighbours of a cell, left out those beyond the picture: returns how many. */
static size_t neighbours(const map *m, place at, place out[8])
{
    size_t count = 0;
    for (int dy = -1; dy <= 1; dy++)
        for (int dx = -1; dx <= 1; dx++) {
            const int row = at.row + dy, column = at.column + dx;
            if ((dy != 0 || dx != 0) && row >= 0 && column >= 0 && row < (int)m->rows &&
                column < (int)m->columns)
                out[count++] = (place){(uint8_t)row, (uint8_t)column};
        }
    return count;
}

/* All that is even and of one level with its neighbours, from one cell on. */
static void fill(const dg_papers *p, desk *d, place from, uint16_t area, double even)
{
    map *m = &d->m;
    place *stack = d->stack;
    size_t depth = 0;
    m->area[from.row][from.column] = area;
    stack[depth++] = from;
    while (depth > 0) {
        const place at = stack[--depth];
        place next[8];
        const size_t count = neighbours(m, at, next);
        for (size_t i = 0; i < count; i++) {
            const place to = next[i];
            const float step = p->level[to.row][to.column] - p->level[at.row][at.column];
            if (m->area[to.row][to.column] != NO_AREA || m->range[to.row][to.column] > even ||
                fabsf(step) > 2 * (float)even)
                continue;
            m->area[to.row][to.column] = area;
            stack[depth++] = to;
        }
    }
}

static size_t find_areas(const dg_papers *p, desk *d, double even)
{
    const map *m = &d->m;
    uint16_t count = 0;
    for (size_t row = 0; row < m->rows; row++)
        for (size_t column = 0; column < m->columns; column++)
            if (m->area[row][column] == NO_AREA && m->range[row][column] <= even)
                fill(p, d, (place){(uint8_t)row, (uint8_t)column}, ++count, even);
    return count;
}

/* Once those before it are known. */
static uint8_t square_at(const desk *d, size_t row, size_t column)
{
    const map *m = &d->m;
    const uint16_t area = m->area[row][column];
    if (row == 0 || column == 0 || m->area[row - 1][column] != area ||
        m->area[row][column - 1] != area || m->area[row - 1][column - 1] != area)
        return 1;
    const uint8_t above = d->square[row - 1][column], left = d->square[row][column - 1];
    const uint8_t aslant = d->square[row - 1][column - 1], less = above < left ? above : left;
    return (uint8_t)(1 + (less < aslant ? less : aslant));
}

/* Paper is an area in which a square of `side` cells fits, and that lies along as many cells of
 * the picture's border: a broad pen's strokes do not. Others are no areas. */
static void keep_paper(desk *d, size_t side)
{
    map *m = &d->m;
    for (size_t row = 0; row < m->rows; row++)
        for (size_t column = 0; column < m->columns; column++) {
            const uint16_t area = m->area[row][column];
            d->square[row][column] = square_at(d, row, column);
            d->broad[area] |= d->square[row][column] >= side;
            d->border[area] += row == 0 || column == 0 || row + 1 == m->rows ||
                               column + 1 == m->columns;
        }
    for (size_t row = 0; row < m->rows; row++)
        for (size_t column = 0; column < m->columns; column++) {
            const uint16_t area = m->area[row][column];
            if (!d->broad[area] || d->border[area] < side)
                m->area[row][column] = NO_AREA;
        }
}

/* Are there two areas, `APART` at least from each other in level? */
static bool differ(const dg_papers *p, desk *d, size_t areas)
{
    const map *m = &d->m;
    float least = INFINITY, most = -INFINITY;
    for (size_t row = 0; row < m->rows; row++)
        for (size_t column = 0; column < m->columns; column++) {
            d->sums[m->area[row][column]] += p->level[row][column];
            d->cells[m->area[row][column]]++;
        }
    for (size_t area = 1; area <= areas; area++) {
        const float level = d->cells[area] > 0 ? d->sums[area] / (float)d->cells[area] : 0;
        least = d->cells[area] > 0 ? fminf(level, least) : least;
        most = d->cells[area] > 0 ? fmaxf(level, most) : most;
    }
    return most - least >= 2 * APART;
}

/* ---- Between them ------------------------------------------------------------ */

typedef float (*choose)(const float *levels, size_t count);

static float mean(const float *levels, size_t count)
{
    float sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += levels[i];
    return sum / (float)count;
}

static float darkest(const float *levels, size_t count)
{
    float least = levels[0];
    for (size_t i = 1; i < count; i++)
        least = fminf(least, levels[i]);
    return least;
}

static float lightest(const float *levels, size_t count)
{
    float most = levels[0];
    for (size_t i = 1; i < count; i++)
        most = fmaxf(most, levels[i]);
    return most;
}

/* The levels of those neighbours of a cell that are paper: returns how many. */
static size_t paper_around(float level[SIDE][SIDE], const map *m, place at, float out[8])
{
    place next[8];
    size_t known = 0;
    const size_t count = neighbours(m, at, next);
    for (size_t i = 0; i < count; i++)
        if (m->area[next[i].row][next[i].column] != NO_AREA)
            out[known++] = level[next[i].row][next[i].column];
    return known;
}

/* Give the cells of no area a level by those around that have one, the nearest first. False: none
 * was left to give. */
static bool spread_once(dg_papers *p, const map *now, map *later, choose by)
{
    bool any = false;
    for (size_t row = 0; row < now->rows; row++)
        for (size_t column = 0; column < now->columns; column++) {
            float levels[8];
            if (now->area[row][column] != NO_AREA)
                continue;
            const place at = {(uint8_t)row, (uint8_t)column};
            const size_t count = paper_around(p->level, now, at, levels);
            if (count == 0)
                continue;
            p->level[row][column] = by(levels, count);
            later->area[row][column] = 1;
            any = true;
        }
    return any;
}

static void spread(dg_papers *p, desk *d, choose by)
{
    const map first = d->m;
    d->later = d->m;
    while (spread_once(p, &d->m, &d->later, by))
        d->m = d->later;
    d->m = first;
}

/* Edges are blurred: what lies there is measured by the paper on the ink's side of them. */
static void widen(dg_papers *p, desk *d, choose by)
{
    const map *m = &d->m;
    d->between = *p;
    d->later = *m;
    memset(d->later.area, 1, sizeof d->later.area);
    for (size_t row = 0; row < m->rows; row++)
        for (size_t column = 0; column < m->columns; column++) {
            float levels[9];
            if (m->area[row][column] != NO_AREA)
                continue;
            const place at = {(uint8_t)row, (uint8_t)column};
            const size_t count = paper_around(d->between.level, &d->later, at, levels);
            levels[count] = d->between.level[row][column];
            p->level[row][column] = by(levels, count + 1);
        }
}

/* ---- Ink ----------------------------------------------------------------------- */

/* What stands out to the light and what to the dark, on the lighter papers and on the darker
 * ones: sums of third powers. */
typedef struct contrast {
    double lighter, darker;
} contrast;

/* The sum of the third powers of what the pixels of a cell are above or below its level. */
static double cell_contrast(const dg_plane *grey, const dg_papers *p, size_t row, size_t column)
{
    const size_t right = dg_min_size((column + 1) * p->cell, grey->width);
    const size_t bottom = dg_min_size((row + 1) * p->cell, grey->height);
    double sum = 0;
    for (size_t y = row * p->cell; y < bottom; y++)
        for (size_t x = column * p->cell; x < right; x++) {
            const int centred = 2 * grey->pixels[y * grey->width + x] - 255;
            const double off = centred - (double)p->level[row][column];
            sum += off * off * off;
        }
    return sum;
}

/* Where no paper is; the cells half-way between two papers are of neither. */
static contrast measure_contrast(const dg_plane *grey, const dg_papers *p, const map *m)
{
    contrast found = {0, 0};
    float least = INFINITY, most = -INFINITY;
    for (size_t row = 0; row < m->rows; row++)
        for (size_t column = 0; column < m->columns; column++) {
            least = fminf(least, p->level[row][column]);
            most = fmaxf(most, p->level[row][column]);
        }
    for (size_t row = 0; row < m->rows; row++)
        for (size_t column = 0; column < m->columns; column++) {
            const float twice = 2 * p->level[row][column], middle = least + most;
            if (m->area[row][column] != NO_AREA)
                continue;
            const double here = cell_contrast(grey, p, row, column);
            found.lighter += twice > middle ? here : 0;
            found.darker += twice < middle ? here : 0;
        }
    return found;
}

/* How much stands out on the papers of one level, of what does on all: 1, or a little more, if the
 * same kind of ink lies on them. */
static double discord(const contrast *c)
{
    const double all = fabs(c->lighter + c->darker);
    return all > 0 ? fmax(fabs(c->lighter), fabs(c->darker)) / all : INFINITY;
}

/* False: there is nothing to be made one. */
static bool find(const dg_plane *grey, uint32_t ink, desk *d, dg_papers *papers)
{
    measure(grey, papers, &d->m);
    const double even = even_range(&d->m);
    if (even > NOISE_MOST)
        return false;
    const size_t areas = find_areas(papers, d, even);
    keep_paper(d, 1 + (size_t)(SQUARE * (double)grey->height / (double)papers->cell));
    if (!differ(papers, d, areas))
        return false;
    d->between = *papers;
    spread(&d->between, d, mean);
    const contrast found = measure_contrast(grey, &d->between, &d->m);
    papers->discord = discord(&found);
    papers->light = ink != DIGIT_INK_AUTO ? ink == DIGIT_INK_LIGHT
                                          : found.lighter + found.darker > 0;
    if (papers->discord > DISCORD_MOST)
        return false;
    const choose by = papers->light ? lightest : darkest;
    spread(papers, d, by);
    widen(papers, d, by);
    return true;
}

digit_status dg_papers_find(const dg_plane *grey, uint32_t ink, dg_papers *papers, bool *found)
{
    *found = false;
    if (dg_min_size(grey->width, grey->height) < SHORTER_LEAST)
        return DIGIT_OK;
    desk *d = dg_alloc_zero(1, sizeof *d);
    if (!d)
        return dg_fail_memory("a picture", sizeof *d);
    *found = find(grey, ink, d, papers);
    dg_free(d);
    return DIGIT_OK;
}

/* ---- Flat --------------------------------------------------------------------- */

/* Darker paper than this shows nothing. */
#define DARKEST 24.0f

static void flatten_piece(uint8_t *pixels, size_t count, uint8_t mask, float paper)
{
    const float gain = 255 / fmaxf(paper, DARKEST);
    for (size_t x = 0; x < count; x++)
        pixels[x] = (uint8_t)(fminf((float)(pixels[x] ^ mask) * gain, 255) + 0.5f);
}

typedef struct flattening {
    const dg_plane *grey;
    const dg_papers *papers;
} flattening;

static void flatten_band(void *context, uint32_t index, uint32_t worker)
{
    const flattening *job = context;
    const dg_plane *grey = job->grey;
    const dg_papers *papers = job->papers;
    const float sign = papers->light ? -1 : 1; /* v ^ 255 is 255 - v: light ink is dark there */
    size_t y;
    const size_t end = dg_band_span(index, grey->width, grey->height, &y);
    (void)worker;
    for (; y < end; y++)
        for (size_t column = 0; column < papers->columns; column++) {
            const size_t left = column * papers->cell;
            const size_t right = dg_min_size(left + papers->cell, grey->width);
            const float paper = (sign * papers->level[y / papers->cell][column] + 255) / 2;
            flatten_piece(grey->pixels + y * grey->width + left, right - left,
                          papers->light ? 255 : 0, paper);
        }
}

digit_status dg_papers_flatten(const dg_plane *grey, const dg_papers *papers, dg_threads threads)
{
    flattening job = {grey, papers};
    return dg_threads_run(threads, dg_band_count(grey->width, grey->height), flatten_band, &job);
}
