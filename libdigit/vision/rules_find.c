#include "base/error.h"
#include "base/mem.h"
#include "vision/rules_parts.h"

/* The shortest run that counts, in pixels and in parts of the picture's longer side. */
#define RUN_LEAST 8
#define RUN_SHARE 320

/* Lines of so few pixels are looked for in all of a blob, or of the picture, at once: what
 * noise has broken comes together again. Else only runs that touch make a line. */
#define BLOB_MOST    160000
#define PICTURE_MOST 64000

/* Blobs that are searched in one piece of work. */
#define PART_BLOBS 32

/* A piece of work: all of the picture, or some blobs, for lines of one direction. */
typedef struct part {
    bool upright;
    dg_long_runs runs;
    dg_rules found;
    digit_status status;
} part;

typedef struct search {
    const dg_blobs *blobs;
    dg_view views[2];  /* level, upright */
    uint32_t shortest; /* run */
    part *parts;       /* [2][count], level first */
    uint32_t count;
} search;

static size_t count_pixels(const dg_long_runs *runs)
{
    size_t count = 0;
    for (size_t i = 0; i < runs->count; i++)
        count += (size_t)(runs->items[i].end - runs->items[i].start);
    return count;
}

static digit_status fit(const search *s, part *p, const dg_run *runs, size_t count)
{
    return dg_rules_fit(&s->views[p->upright], runs, count, p->upright, s->shortest, &p->found);
}

/* Runs in the order of their groups; each group stays in order. */
static void sort_groups(const dg_long_runs *runs, const uint32_t *labels, size_t *begin,
                        size_t groups, dg_run *sorted)
{
    for (size_t i = 0; i < runs->count; i++)
        begin[labels[i] + 1]++;
    for (size_t g = 0; g < groups; g++)
        begin[g + 1] += begin[g];
    for (size_t i = 0; i < runs->count; i++)
        sorted[begin[labels[i]]++] = runs->items[i];
    for (size_t g = groups; g > 0; g--) /* each begins where the one before it ends */
        begin[g] = begin[g - 1];
    begin[0] = 0;
}

static digit_status fit_groups(const search *s, part *p)
{
    const size_t count = p->runs.count;
    uint32_t *labels = dg_alloc(count, sizeof *labels);
    size_t *begin = dg_alloc_zero(count + 1, sizeof *begin);
    dg_run *sorted = dg_alloc(count, sizeof *sorted);
    digit_status status = DIGIT_OK;
    if (!labels || !begin || !sorted) {
        status = dg_fail_memory("form lines", count * sizeof *sorted);
        goto done;
    }
    const size_t groups = dg_runs_label(p->runs.items, count, labels);
    sort_groups(&p->runs, labels, begin, groups, sorted);
    for (size_t g = 0; status == DIGIT_OK && g < groups; g++)
        status = fit(s, p, sorted + begin[g], begin[g + 1] - begin[g]);
done:
    dg_free(sorted);
    dg_free(begin);
    dg_free(labels);
    return status;
}

static digit_status find_in_blob(const search *s, part *p, const dg_blob *blob)
{
    p->runs.count = 0;
    const digit_status status =
        dg_long_runs_add(s->blobs, blob, p->upright, s->shortest, &p->runs);
    if (status != DIGIT_OK || p->runs.count == 0)
        return status;
    return count_pixels(&p->runs) <= BLOB_MOST ? fit(s, p, p->runs.items, p->runs.count)
                                               : fit_groups(s, p);
}

static digit_status find_in_blobs(const search *s, part *p, size_t first)
{
    digit_status status = DIGIT_OK;
    for (size_t i = first; status == DIGIT_OK && i < first + PART_BLOBS && i < s->blobs->count;
         i++) {
        const dg_blob *blob = &s->blobs->items[i];
        if (dg_blob_width(blob) >= 2 * s->shortest) /* else no wall meets a level line in it */
            status = find_in_blob(s, p, blob);
    }
    return status;
}

static digit_status find_in_picture(const search *s, part *p)
{
    digit_status status = DIGIT_OK;
    for (size_t i = 0; status == DIGIT_OK && i < s->blobs->count; i++)
        status = dg_long_runs_add(s->blobs, &s->blobs->items[i], p->upright, s->shortest,
                                  &p->runs);
    if (status == DIGIT_OK && s->blobs->count > 1 && count_pixels(&p->runs) <= PICTURE_MOST)
        status = fit(s, p, p->runs.items, p->runs.count);
    return status;
}

static void find_in_part(void *context, uint32_t index, uint32_t seat)
{
    const search *s = context;
    part *p = &s->parts[index];
    const uint32_t place = index % s->count; /* the picture, then the blobs */
    p->upright = index >= s->count;
    p->status = place == 0 ? find_in_picture(s, p)
                           : find_in_blobs(s, p, (size_t)(place - 1) * PART_BLOBS);
    dg_free(p->runs.items);
    (void)seat;
}

/* What was found in all parts, in their order. */
static digit_status collect(const search *s, dg_rules *found)
{
    digit_status status = DIGIT_OK;
    for (uint32_t i = 0; i < 2 * s->count; i++) {
        part *p = &s->parts[i];
        if (p->status != DIGIT_OK) /* the sentence may be another thread's */
            status = dg_fail_memory("form lines", sizeof *p->found.items);
        for (size_t k = 0; status == DIGIT_OK && k < p->found.count; k++)
            status = dg_rules_add(found, &p->found.items[k]);
        dg_rules_free(&p->found);
    }
    return status;
}

digit_status dg_rules_candidates(const dg_plane *ink, uint8_t least, const dg_blobs *blobs,
                                 dg_threads threads, dg_rules *found)
{
    const size_t longer = ink->width > ink->height ? ink->width : ink->height;
    search s = {
        .blobs = blobs,
        .views = {dg_view_of(ink, false, least), dg_view_of(ink, true, least)},
        .shortest = longer / RUN_SHARE > RUN_LEAST ? (uint32_t)(longer / RUN_SHARE) : RUN_LEAST,
        .count = 1 + (uint32_t)((blobs->count + PART_BLOBS - 1) / PART_BLOBS),
    };
    s.parts = dg_alloc_zero(2 * s.count, sizeof *s.parts);
    if (!s.parts)
        return dg_fail_memory("form lines", 2 * s.count * sizeof *s.parts);
    dg_pool_run(threads.pool, threads.count, 2 * s.count, find_in_part, &s);
    const digit_status status = collect(&s, found);
    dg_rules_sort(found);
    dg_free(s.parts);
    return status;
}
