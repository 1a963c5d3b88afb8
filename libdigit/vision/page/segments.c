#include "vision/page/segments.h"

#include "base/error.h"
#include "base/grow.h"
#include "base/mem.h"

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

static digit_status add_cluster(const dg_components *components, const dg_lines *lines,
                                const dg_cluster *cluster, dg_segments *segments)
{
    dg_segment segment = {
        .joined = cluster->components > 1, .small = cluster->small, .sign = cluster->sign};
    digit_status status = DIGIT_OK;
    for (uint32_t i = cluster->component; status == DIGIT_OK && i != DG_NO_COMPONENT;
         i = lines->next[i]) {
        const dg_component *component = &components->items[i];
        status = dg_segments_add_runs(segments, &segment, components->runs + component->first,
                                      component->count);
    }
    return status == DIGIT_OK ? dg_segments_add(segments, &segment) : status;
}

digit_status dg_segments_make(const dg_components *components, const dg_lines *lines,
                              dg_segments *segments)
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
            status = add_cluster(components, lines, &lines->clusters[p], segments);
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

digit_box dg_segment_box(const dg_segment *segment)
{
    return (digit_box){segment->left, segment->top, segment->right - segment->left + 1,
                       segment->bottom - segment->top + 1};
}
