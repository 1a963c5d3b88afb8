#include "vision/ink/runs.h"

#include "base/error.h"
#include "base/grow.h"
#include "base/mem.h"
#include "vision/bands.h"

#include <stdbool.h>
#include <string.h>

/* What it takes to look at a run, beyond its pixels (dg_pace_step()). */
#define RUN_STEPS 16

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
static digit_status join_bands(const listing *l, dg_runs *runs)
{
    bool failed = false;
    for (uint32_t i = 0; i < l->count; i++) {
        failed |= l->bands[i].failed;
        runs->count += l->bands[i].count;
    }
    if (runs->count > DG_RUNS_MAX)
        return dg_fail(DIGIT_ERR_LIMIT, "the picture has more than %u runs of ink", DG_RUNS_MAX);
    runs->items = failed ? NULL : dg_alloc(runs->count, sizeof *runs->items);
    if (!runs->items)
        return dg_fail_memory("runs of ink", runs->count * sizeof *runs->items);
    dg_run *next = runs->items;
    for (uint32_t i = 0; i < l->count; i++) {
        band *b = &l->bands[i];
        if (b->count > 0)
            memcpy(next, b->items, b->count * sizeof *next);
        next += b->count;
        dg_free(b->items);
        b->items = NULL;
    }
    return DIGIT_OK;
}

digit_status dg_runs_find(const dg_plane *ink, uint8_t least, dg_threads threads, dg_runs *runs)
{
    listing l = {.ink = ink, .least = least, .count = dg_band_count(ink->width, ink->height)};
    *runs = (dg_runs){0};
    l.bands = dg_alloc_zero(l.count, sizeof *l.bands);
    if (!l.bands)
        return dg_fail_memory("runs of ink", l.count * sizeof *l.bands);
    digit_status status = dg_threads_run(threads, l.count, list_band, &l);
    if (status == DIGIT_OK)
        status = join_bands(&l, runs);
    for (uint32_t i = 0; i < l.count; i++)
        dg_free(l.bands[i].items);
    dg_free(l.bands);
    return status;
}

digit_status dg_runs_within(const dg_runs *runs, const dg_plane *ink, uint8_t least,
                            const dg_deadline *deadline, dg_runs *found)
{
    dg_pace pace = {.deadline = deadline};
    digit_status status = DIGIT_OK;
    size_t room = 0;
    *found = (dg_runs){0};
    for (size_t i = 0; status == DIGIT_OK && i < runs->count; i++) {
        const dg_run *whole = &runs->items[i];
        const uint8_t *row = ink->pixels + (size_t)whole->y * ink->width;
        const size_t most = (size_t)(whole->end - whole->start + 1) / 2;
        dg_run run = {.y = whole->y};
        dg_run *items = dg_grow(found->items, found->count, &room, most, sizeof *items);
        if (!items)
            return dg_fail_memory("runs of ink", most * sizeof *items);
        found->items = items;
        for (size_t x = whole->start; next_run(row, whole->end, least, x, &run); x = run.end)
            items[found->count++] = run;
        if (found->count > DG_RUNS_MAX)
            return dg_fail(DIGIT_ERR_LIMIT, "the picture has more than %u runs of ink",
                           DG_RUNS_MAX);
        status = dg_pace_step(&pace, RUN_STEPS + (size_t)(whole->end - whole->start));
    }
    return status;
}

void dg_runs_free(dg_runs *runs)
{
    dg_free(runs->items);
    *runs = (dg_runs){0};
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

static digit_status join_runs(const dg_run *runs, size_t count, const dg_deadline *deadline,
                              uint32_t *labels)
{
    dg_pace pace = {.deadline = deadline};
    digit_status status = DIGIT_OK;
    size_t above = 0; /* the first run that a later one may touch */
    for (size_t i = 0; status == DIGIT_OK && i < count; i++) {
        labels[i] = (uint32_t)i;
        while (runs[above].y + 1 < runs[i].y ||
               (runs[above].y + 1 == runs[i].y && runs[above].end < runs[i].start))
            above++;
        for (size_t j = above; runs[j].y + 1 == runs[i].y && runs[j].start <= runs[i].end; j++)
            join(labels, (uint32_t)j, (uint32_t)i);
        status = dg_pace_step(&pace, RUN_STEPS);
    }
    return status;
}

/* Turn parents into consecutive numbers. Returns how many components there are. */
static size_t number_components(uint32_t *labels, size_t count)
{
    uint32_t components = 0;
    for (size_t i = 0; i < count; i++)
        labels[i] = labels[i] == i ? components++ : labels[labels[i]];
    return components;
}

digit_status dg_runs_label(const dg_run *runs, size_t count, const dg_deadline *deadline,
                           uint32_t *labels, size_t *components)
{
    const digit_status status = join_runs(runs, count, deadline, labels);
    *components = status == DIGIT_OK ? number_components(labels, count) : 0;
    return status;
}
