#include "vision/page/segments.h"

#include "base/error.h"
#include "base/grow.h"
#include "base/mem.h"
#include "vision/geometry.h"

#include <string.h>

/* What it takes to put a run into a slice (dg_pace_step()). */
#define RUN_STEPS 4

static digit_status reserve_runs(dg_segments *segments, size_t more)
{
    dg_run *runs = dg_grow(segments->runs, segments->run_count, &segments->run_room, more,
                           sizeof *segments->runs);
    if (!runs)
        return dg_fail_memory("segments", more * sizeof *runs);
    segments->runs = runs;
    return DIGIT_OK;
}

static digit_status reserve_items(dg_segments *segments, size_t more)
{
    dg_segment *items = dg_grow(segments->items, segments->count, &segments->room, more,
                                sizeof *segments->items);
    if (!items)
        return dg_fail_memory("segments", more * sizeof *items);
    segments->items = items;
    return DIGIT_OK;
}

static void add_run(dg_segments *segments, dg_segment *segment, dg_run run)
{
    if (segment->count++ == 0) {
        segment->left = run.start;
        segment->right = run.end - 1;
        segment->top = segment->bottom = run.y;
    }
    segment->left = run.start < segment->left ? run.start : segment->left;
    segment->right = run.end - 1 > segment->right ? run.end - 1 : segment->right;
    segment->top = run.y < segment->top ? run.y : segment->top;
    segment->bottom = run.y > segment->bottom ? run.y : segment->bottom;
    segments->runs[segments->run_count++] = run;
}

digit_status dg_segments_add_runs(dg_segments *segments, dg_segment *segment, const dg_run *runs,
                                  size_t count)
{
    const digit_status status = reserve_runs(segments, count);
    if (segment->count == 0)
        segment->first = (uint32_t)segments->run_count;
    for (size_t i = 0; status == DIGIT_OK && i < count; i++)
        add_run(segments, segment, runs[i]);
    return status;
}

digit_status dg_segments_add(dg_segments *segments, const dg_segment *segment)
{
    const digit_status status = reserve_items(segments, 1);
    if (status == DIGIT_OK)
        segments->items[segments->count++] = *segment;
    return status;
}

/* Add the ink of columns from .. to-1 as a segment, if there is any. */
static digit_status add_slice(dg_segments *segments, const dg_run *runs, size_t count, int32_t from,
                              int32_t to, dg_segment segment)
{
    const digit_status status = reserve_runs(segments, count);
    if (status != DIGIT_OK)
        return status;
    segment.first = (uint32_t)segments->run_count;
    for (size_t i = 0; i < count; i++) {
        dg_run run = runs[i];
        run.start = run.start > from ? run.start : (uint16_t)from;
        run.end = run.end < to ? run.end : (uint16_t)to;
        if (run.start < run.end)
            add_run(segments, &segment, run);
    }
    return segment.count > 0 ? dg_segments_add(segments, &segment) : DIGIT_OK;
}

static digit_status slice_cluster(const dg_run *runs, size_t count, const dg_cluster *cluster,
                                  double size, const dg_slicing *slicing, dg_segment segment,
                                  dg_segments *segments)
{
    const int32_t width = cluster->right - cluster->left + 1;
    const int32_t wanted = (int32_t)(width * slicing->slices / size + 0.5);
    const int32_t slices = wanted < 1 ? 1 : wanted < width ? wanted : width;
    const size_t before = segments->count;
    dg_pace pace = {.deadline = slicing->deadline};
    digit_status status = DIGIT_OK;
    segment.wide = width > DG_DIGIT_WIDEST * size;
    for (int32_t i = 0; status == DIGIT_OK && i < slices; i++) {
        segment.cut_before = segments->count > before;
        status = add_slice(segments, runs, count,
                           cluster->left + (int32_t)((int64_t)width * i / slices),
                           cluster->left + (int32_t)((int64_t)width * (i + 1) / slices), segment);
        if (status == DIGIT_OK)
            status = dg_pace_step(&pace, RUN_STEPS * count);
    }
    return status;
}

static digit_status keep_cluster(const dg_run *runs, size_t count, dg_segment segment,
                                 dg_segments *segments)
{
    const digit_status status = dg_segments_add_runs(segments, &segment, runs, count);
    return status == DIGIT_OK ? dg_segments_add(segments, &segment) : status;
}

/* (*runs)[*count]: those of all components of a cluster. *copy is for dg_free(): they are copied if
 * there are several components. */
static digit_status collect(const dg_components *components, const dg_lines *lines,
                            const dg_cluster *cluster, const dg_run **runs, size_t *count,
                            dg_run **copy)
{
    const dg_component *first = &components->items[cluster->component];
    *runs = components->runs + first->first;
    *count = first->count;
    if (cluster->components == 1)
        return DIGIT_OK;
    for (uint32_t i = lines->next[cluster->component]; i != DG_NO_COMPONENT; i = lines->next[i])
        *count += components->items[i].count;
    dg_run *all = dg_alloc(*count, sizeof *all);
    if (!all)
        return dg_fail_memory("segments", *count * sizeof *all);
    size_t filled = 0;
    for (uint32_t i = cluster->component; i != DG_NO_COMPONENT; i = lines->next[i]) {
        const dg_component *component = &components->items[i];
        memcpy(all + filled, components->runs + component->first, component->count * sizeof *all);
        filled += component->count;
    }
    *runs = *copy = all;
    return DIGIT_OK;
}

static digit_status add_cluster(const dg_components *components, const dg_lines *lines,
                                size_t index, double size, const dg_slicing *slicing,
                                dg_segments *segments)
{
    const dg_cluster *cluster = &lines->clusters[index];
    dg_segment segment = {.cluster = (uint32_t)index,
                          .joined = cluster->components > 1,
                          .small = cluster->small,
                          .sign = cluster->sign};
    const dg_run *runs;
    dg_run *copy = NULL;
    size_t count;
    digit_status status = collect(components, lines, cluster, &runs, &count, &copy);
    if (status != DIGIT_OK)
        return status;
    if (slicing && slicing->doubted[index])
        status = slice_cluster(runs, count, cluster, size, slicing, segment, segments);
    else
        status = keep_cluster(runs, count, segment, segments);
    dg_free(copy);
    return status;
}

digit_status dg_segments_make(const dg_components *components, const dg_lines *lines,
                              const dg_slicing *slicing, dg_segments *segments)
{
    digit_status status = DIGIT_OK;
    *segments = (dg_segments){.line_count = lines->count};
    segments->lines = dg_alloc(lines->count, sizeof *segments->lines);
    if (!segments->lines)
        return dg_fail_memory("segments", lines->count * sizeof *segments->lines);
    for (size_t i = 0; i < lines->count; i++) {
        const dg_line *line = &lines->items[i];
        const size_t before = segments->count;
        for (size_t p = line->first; status == DIGIT_OK && p < line->first + line->count; p++)
            status = add_cluster(components, lines, p, line->size, slicing, segments);
        segments->lines[i] = (dg_segment_line){before, segments->count - before, line->size};
    }
    return status;
}

void dg_segments_free(dg_segments *segments)
{
    dg_free(segments->runs);
    dg_free(segments->items);
    dg_free(segments->lines);
    *segments = (dg_segments){0};
}

digit_box dg_segments_box(const dg_segment *segments, size_t count)
{
    dg_segment all = segments[0];
    for (size_t i = 1; i < count; i++) {
        all.left = segments[i].left < all.left ? segments[i].left : all.left;
        all.top = segments[i].top < all.top ? segments[i].top : all.top;
        all.right = segments[i].right > all.right ? segments[i].right : all.right;
        all.bottom = segments[i].bottom > all.bottom ? segments[i].bottom : all.bottom;
    }
    return (digit_box){all.left, all.top, all.right - all.left + 1, all.bottom - all.top + 1};
}
