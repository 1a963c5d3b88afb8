#include "vision/page/lines.h"

#include "base/error.h"
#include "base/mem.h"
#include "vision/page/lines_parts.h"

#include <string.h>

/* A page with more components that may be digits is no page of digits; to follow its lines would
 * take seconds. */
#define TALL_MOST 16384

digit_status dg_lines_find(const dg_components *components, const dg_lines_plan *plan,
                           dg_lines *lines)
{
    *lines = (dg_lines){0};
    lines->clusters = dg_alloc(components->count, sizeof *lines->clusters);
    lines->next = dg_alloc(components->count, sizeof *lines->next);
    if (!lines->clusters || !lines->next)
        return dg_fail_memory("lines", components->count * sizeof *lines->clusters);
    memset(lines->next, 0xFF, components->count * sizeof *lines->next);
    const size_t tall = dg_lines_gather(components, plan, lines);
    if (tall > TALL_MOST)
        return dg_fail(DIGIT_ERR_LIMIT,
                       "the picture has %zu components as high as digits; at most %d", tall,
                       TALL_MOST);
    digit_status status = dg_lines_slope(lines->clusters, tall, plan, &lines->slope);
    if (status == DIGIT_OK)
        status = dg_lines_trace(plan, tall, lines);
    for (size_t i = 0; status == DIGIT_OK && i < lines->count; i++)
        dg_lines_signs(components, lines, &lines->items[i]);
    return status == DIGIT_OK ? dg_lines_merge(plan, lines) : status;
}

void dg_lines_free(dg_lines *lines)
{
    dg_free(lines->clusters);
    dg_free(lines->next);
    dg_free(lines->items);
    *lines = (dg_lines){0};
}
