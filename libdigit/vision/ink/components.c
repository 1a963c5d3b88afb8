#include "vision/ink/components.h"

#include "base/error.h"
#include "base/grow.h"
#include "base/mem.h"
#include "vision/bands.h"
#include "vision/ink/density.h"

#include <stdbool.h>
#include <string.h>

/* Pieces of any size, and of those that are not too small. */
#define PIECES_MAX (1u << 20)
#define KEPT_MAX 65536

/* The part of a piece's ink that tells how strong it is: a smudge may hang on it. */
#define STRONGEST 0.25

/* Ink weaker than this part of what most is, is a shadow or dirt. */
#define FAINT 0.45

/* Empty pixels to pass over at once. */
#define BLOCK (4 * sizeof(uint64_t))

static bool is_empty(const uint8_t row[BLOCK])
{
    uint64_t a, b, c, d;
    memcpy(&a, row, sizeof a);
    memcpy(&b, row + sizeof a, sizeof b);
    memcpy(&c, row + 2 * sizeof a, sizeof c);
    memcpy(&d, row + 3 * sizeof a, sizeof d);
    return (a | b | c | d) == 0;
}

/* The first run at or after `x`. False if the rest of the row is empty. */
static bool next_run(const uint8_t *row, size_t width, uint8_t least, size_t x, dg_run *out)
{
    while (x < width && row[x] < least)
        for (x++; x + BLOCK <= width && is_empty(row + x);)
            x += BLOCK;
    if (x >= width)
        return false;
    out->start = (uint16_t)x;
    while (x < width && row[x] >= least)
        x++;
    out->end = (uint16_t)x;
    return true;
}

/* Runs of a band of rows while they are found, in reading order. */
typedef struct band {
    dg_run *items; /* [count] */
    size_t count, room;
    bool failed; /* memory was short */
} band;

typedef struct listing {
    const dg_plane *ink;
    uint8_t least;
    band *bands; /* [count] */
    uint32_t count;
    dg_run *runs; /* [run_count]: of all bands */
    size_t run_count;
} listing;

static void list_band(void *context, uint32_t index, uint32_t worker)
{
    const listing *l = context;
    const dg_plane *ink = l->ink;
    band *b = &l->bands[index];
    const size_t most = ink->width / 2 + 1; /* in one row */
    size_t y;
    const size_t end = dg_band_span(index, ink->width, ink->height, &y);
    dg_run run;
    (void)worker;
    for (; y < end && b->count <= DG_RUNS_MAX; y++) {
        const uint8_t *row = ink->pixels + y * ink->width;
        dg_run *items = dg_grow(b->items, b->count, &b->room, most, sizeof *items);
        b->failed = !items;
        if (!items)
            return;
        b->items = items;
        run.y = (uint16_t)y;
        for (size_t x = 0; next_run(row, ink->width, l->least, x, &run); x = run.end)
            items[b->count++] = run;
    }
}

/* All runs one after the other; the bands let go of theirs. */
static digit_status join_bands(listing *l)
{
    const uint32_t count = l->count;
    bool failed = false;
    for (uint32_t i = 0; i < count; i++) {
        failed |= l->bands[i].failed;
        l->run_count += l->bands[i].count;
    }
    if (l->run_count > DG_RUNS_MAX)
        return dg_fail(DIGIT_ERR_LIMIT, "the picture has more than %u runs of ink", DG_RUNS_MAX);
    l->runs = failed ? NULL : dg_alloc(l->run_count, sizeof *l->runs);
    if (!l->runs)
        return dg_fail_memory("pieces of ink", l->run_count * sizeof *l->runs);
    dg_run *next = l->runs;
    for (uint32_t i = 0; i < count; i++) {
        band *b = &l->bands[i];
        if (b->count > 0)
            memcpy(next, b->items, b->count * sizeof *next);
        next += b->count;
        dg_free(b->items);
        b->items = NULL;
    }
    return DIGIT_OK;
}

static digit_status list_runs(listing *l, dg_threads threads)
{
    l->count = dg_band_count(l->ink->width, l->ink->height);
    l->bands = dg_alloc_zero(l->count, sizeof *l->bands);
    if (!l->bands)
        return dg_fail_memory("pieces of ink", l->count * sizeof *l->bands);
    dg_pool_run(threads.pool, threads.count, l->count, list_band, l);
    return join_bands(l);
}

static void listing_free(listing *l)
{
    for (uint32_t i = 0; l->bands && i < l->count; i++)
        dg_free(l->bands[i].items);
    dg_free(l->bands);
    dg_free(l->runs);
}

static uint32_t find_root(uint32_t *labels, uint32_t label)
{
    while (labels[label] != label) {
        labels[label] = labels[labels[label]];
        label = labels[label];
    }
    return label;
}

/* The smaller root stays root, so that a parent always comes before its child. */
static void join(uint32_t *labels, uint32_t a, uint32_t b)
{
    a = find_root(labels, a);
    b = find_root(labels, b);
    labels[a < b ? b : a] = a < b ? a : b;
}

static void join_runs(const dg_run *runs, size_t count, uint32_t *labels)
{
    size_t above = 0; /* the first run that a later one may touch */
    for (size_t i = 0; i < count; i++) {
        labels[i] = (uint32_t)i;
        while (runs[above].y + 1 < runs[i].y ||
               (runs[above].y + 1 == runs[i].y && runs[above].end < runs[i].start))
            above++;
        for (size_t j = above; runs[j].y + 1 == runs[i].y && runs[j].start <= runs[i].end; j++)
            join(labels, (uint32_t)j, (uint32_t)i);
    }
}

/* Turn parents into consecutive numbers. Returns how many pieces there are. */
static size_t number_pieces(uint32_t *labels, size_t count)
{
    uint32_t pieces = 0;
    for (size_t i = 0; i < count; i++)
        labels[i] = labels[i] == i ? pieces++ : labels[labels[i]];
    return pieces;
}

static void component_add(dg_component *component, const dg_run *run)
{
    if (component->count++ == 0) {
        component->left = run->start;
        component->right = (uint16_t)(run->end - 1);
        component->top = run->y;
    }
    component->left = run->start < component->left ? run->start : component->left;
    component->right = run->end - 1 > component->right ? (uint16_t)(run->end - 1)
                                                       : component->right;
    component->bottom = run->y;
    component->area += (uint32_t)(run->end - run->start);
}

/* Give the large enough pieces their place among the runs; the others count 0. */
static size_t place_components(dg_component *items, size_t count, uint32_t size, size_t *kept)
{
    uint32_t place = 0;
    *kept = 0;
    for (size_t i = 0; i < count; i++) {
        const bool keep = dg_component_width(&items[i]) >= size ||
                          dg_component_height(&items[i]) >= size;
        items[i].first = place;
        items[i].count = keep ? items[i].count : 0;
        place += items[i].count;
        *kept += keep;
    }
    return place;
}

/* Runs in reading order to runs piece by piece. */
static void gather(const dg_run *runs, const uint32_t *labels, size_t count, dg_components *found)
{
    for (size_t i = 0; i < count; i++) {
        dg_component *component = &found->items[labels[i]];
        if (component->count > 0)
            found->runs[component->first++] = runs[i];
    }
    size_t kept = 0;
    for (size_t i = 0; i < found->count; i++) {
        dg_component component = found->items[i];
        component.first -= component.count;
        if (component.count > 0)
            found->items[kept++] = component;
    }
    found->count = kept;
}

size_t dg_runs_label(const dg_run *runs, size_t count, uint32_t *labels)
{
    join_runs(runs, count, labels);
    return number_pieces(labels, count);
}

static digit_status split(const dg_run *runs, size_t count, uint32_t *labels, uint32_t size,
                          dg_components *found)
{
    size_t kept;
    found->count = dg_runs_label(runs, count, labels);
    if (found->count > PIECES_MAX)
        return dg_fail(DIGIT_ERR_LIMIT, "the picture has %zu components of ink; at most %d",
                       found->count, KEPT_MAX);
    found->items = dg_alloc_zero(found->count, sizeof *found->items);
    if (!found->items)
        return dg_fail_memory("pieces of ink", found->count * sizeof *found->items);
    for (size_t i = 0; i < count; i++)
        component_add(&found->items[labels[i]], &runs[i]);
    found->run_count = place_components(found->items, found->count, size, &kept);
    if (kept > KEPT_MAX)
        return dg_fail(DIGIT_ERR_LIMIT, "the picture has %zu components of ink; at most %d", kept,
                       KEPT_MAX);
    found->runs = dg_alloc(found->run_count, sizeof *found->runs);
    if (!found->runs)
        return dg_fail_memory("pieces of ink", found->run_count * sizeof *found->runs);
    gather(runs, labels, count, found);
    return DIGIT_OK;
}

digit_status dg_components_find(const dg_plane *ink, uint8_t least, uint32_t size,
                                dg_threads threads, dg_components *found)
{
    listing l = {.ink = ink, .least = least};
    uint32_t *labels = NULL;
    *found = (dg_components){0};
    digit_status status = list_runs(&l, threads);
    if (status != DIGIT_OK)
        goto done;
    labels = dg_alloc(l.run_count, sizeof *labels);
    status = labels ? split(l.runs, l.run_count, labels, size, found)
                    : dg_fail_memory("pieces of ink", l.run_count * sizeof *labels);
done:
    dg_free(labels);
    listing_free(&l);
    return status;
}

void dg_components_free(dg_components *found)
{
    dg_free(found->runs);
    dg_free(found->items);
    *found = (dg_components){0};
}

/* ---- Strength --------------------------------------------------------------- */

/* Components in a piece of work. */
#define PART_BLOBS 64

typedef struct levelling {
    const dg_components *components;
    const dg_plane *ink;
    uint8_t *inner; /* [count]: how strong a piece's ink is */
    uint32_t usual; /* most of the ink */
} levelling;

/* How strong the strongest part of a piece's ink is at least. */
static uint8_t inner_strength(const dg_component *component, const dg_run *runs,
                              const dg_plane *ink)
{
    uint32_t counts[256] = {0}, above = 0;
    for (uint32_t i = component->first; i < component->first + component->count; i++) {
        const uint8_t *row = ink->pixels + (size_t)runs[i].y * ink->width;
        for (uint32_t x = runs[i].start; x < runs[i].end; x++)
            counts[row[x]]++;
    }
    uint32_t level = 255;
    while (level > 1 && (double)(above + counts[level]) < STRONGEST * component->area)
        above += counts[level--];
    return (uint8_t)level;
}

/* The strength that half of the ink, by its height, does not exceed. */
static uint32_t usual_strength(const dg_components *components, const uint8_t *inner)
{
    uint64_t weights[256] = {0}, total = 0, below = 0;
    for (size_t i = 0; i < components->count; i++) {
        const uint32_t height = dg_component_height(&components->items[i]);
        weights[inner[i]] += height;
        total += height;
    }
    uint32_t level = 0;
    while (level < 255 && 2 * (below += weights[level]) < total)
        level++;
    return level;
}

static void map_component(const dg_component *component, const dg_run *runs, const dg_plane *ink,
                          const uint8_t table[256])
{
    for (uint32_t i = component->first; i < component->first + component->count; i++) {
        uint8_t *row = ink->pixels + (size_t)runs[i].y * ink->width;
        for (uint32_t x = runs[i].start; x < runs[i].end; x++)
            row[x] = table[row[x]];
    }
}

static size_t part_end(const levelling *l, uint32_t part)
{
    const size_t end = (part + (size_t)1) * PART_BLOBS;
    return end < l->components->count ? end : l->components->count;
}

static void measure_part(void *context, uint32_t part, uint32_t worker)
{
    const levelling *l = context;
    (void)worker;
    for (size_t i = (size_t)part * PART_BLOBS; i < part_end(l, part); i++)
        l->inner[i] = inner_strength(&l->components->items[i], l->components->runs, l->ink);
}

static void level_part(void *context, uint32_t part, uint32_t worker)
{
    const levelling *l = context;
    const uint32_t least = (uint32_t)(FAINT * l->usual);
    (void)worker;
    for (size_t i = (size_t)part * PART_BLOBS; i < part_end(l, part); i++) {
        const uint32_t inner = l->inner[i];
        uint8_t table[256] = {0};
        for (uint32_t level = 0; inner >= least && level < 256; level++) {
            const uint32_t strength = level * DG_INK_FULL / inner;
            table[level] = (uint8_t)(strength < 255 ? strength : 255);
        }
        map_component(&l->components->items[i], l->components->runs, l->ink, table);
    }
}

digit_status dg_components_even(const dg_components *components, const dg_plane *ink,
                                dg_threads threads)
{
    const uint32_t parts = (uint32_t)((components->count + PART_BLOBS - 1) / PART_BLOBS);
    levelling l = {components, ink, dg_alloc(components->count, 1), 0};
    if (!l.inner)
        return dg_fail_memory("pieces of ink", components->count);
    dg_pool_run(threads.pool, threads.count, parts, measure_part, &l);
    l.usual = usual_strength(components, l.inner);
    dg_pool_run(threads.pool, threads.count, parts, level_part, &l);
    dg_free(l.inner);
    return DIGIT_OK;
}
