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

typedef struct search {
    const dg_blobs *blobs;
    dg_view views[2]; /* level, upright */
    uint32_t shortest; /* run */
    dg_long_runs runs;
    dg_rules *found;
} search;

static size_t count_pixels(const dg_long_runs *runs)
{
    size_t count = 0;
    for (size_t i = 0; i < runs->count; i++)
        count += (size_t)(runs->items[i].end - runs->items[i].start);
    return count;
}

static digit_status fit(const search *s, bool upright, const dg_run *runs, size_t count)
{
    return dg_rules_fit(&s->views[upright], runs, count, upright, s->shortest, s->found);
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

static digit_status fit_groups(const search *s, bool upright)
{
    const size_t count = s->runs.count;
    uint32_t *labels = dg_alloc(count, sizeof *labels);
    size_t *begin = dg_alloc_zero(count + 1, sizeof *begin);
    dg_run *sorted = dg_alloc(count, sizeof *sorted);
    digit_status status = DIGIT_OK;
    if (!labels || !begin || !sorted) {
        status = dg_fail_memory("form lines", count * sizeof *sorted);
        goto done;
    }
    const size_t groups = dg_runs_label(s->runs.items, count, labels);
    sort_groups(&s->runs, labels, begin, groups, sorted);
    for (size_t g = 0; status == DIGIT_OK && g < groups; g++)
        status = fit(s, upright, sorted + begin[g], begin[g + 1] - begin[g]);
done:
    dg_free(sorted);
    dg_free(begin);
    dg_free(labels);
    return status;
}

static digit_status find_in_blob(search *s, const dg_blob *blob, bool upright)
{
    s->runs.count = 0;
    const digit_status status =
        dg_long_runs_add(s->blobs, blob, upright, s->shortest, &s->runs);
    if (status != DIGIT_OK || s->runs.count == 0)
        return status;
    return count_pixels(&s->runs) <= BLOB_MOST ? fit(s, upright, s->runs.items, s->runs.count)
                                               : fit_groups(s, upright);
}

static digit_status find_in_blobs(search *s, bool upright)
{
    digit_status status = DIGIT_OK;
    for (size_t i = 0; status == DIGIT_OK && i < s->blobs->count; i++) {
        const dg_blob *blob = &s->blobs->items[i];
        if (dg_blob_width(blob) >= 2 * s->shortest) /* else no wall meets a level line in it */
            status = find_in_blob(s, blob, upright);
    }
    return status;
}

static digit_status find_in_picture(search *s, bool upright)
{
    digit_status status = DIGIT_OK;
    s->runs.count = 0;
    for (size_t i = 0; status == DIGIT_OK && i < s->blobs->count; i++)
        status = dg_long_runs_add(s->blobs, &s->blobs->items[i], upright, s->shortest, &s->runs);
    if (status == DIGIT_OK && s->blobs->count > 1 && count_pixels(&s->runs) <= PICTURE_MOST)
        status = fit(s, upright, s->runs.items, s->runs.count);
    return status;
}

digit_status dg_rules_candidates(const dg_plane *ink, uint8_t least, const dg_blobs *blobs,
                                 dg_rules *found)
{
    const size_t longer = ink->width > ink->height ? ink->width : ink->height;
    search s = {.blobs = blobs, .found = found};
    digit_status status = DIGIT_OK;
    s.shortest = longer / RUN_SHARE > RUN_LEAST ? (uint32_t)(longer / RUN_SHARE) : RUN_LEAST;
    for (int upright = 0; status == DIGIT_OK && upright <= 1; upright++) {
        s.views[upright] = dg_view_of(ink, upright, least);
        status = find_in_picture(&s, upright);
        if (status == DIGIT_OK)
            status = find_in_blobs(&s, upright);
    }
    dg_rules_sort(found);
    dg_free(s.runs.items);
    return status;
}
