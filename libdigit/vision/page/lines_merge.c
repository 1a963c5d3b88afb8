#include "base/error.h"
#include "base/mem.h"
#include "base/number.h"
#include "vision/geometry.h"
#include "vision/page/lines_parts.h"

static void merge(dg_lines *lines, dg_cluster *tall, const dg_cluster *part)
{
    uint32_t last = part->component;
    while (lines->next[last] != DG_NO_COMPONENT)
        last = lines->next[last];
    lines->next[last] = tall->component;
    tall->component = part->component;
    tall->components += part->components;
    tall->left = dg_min_i32(tall->left, part->left);
    tall->top = dg_min_i32(tall->top, part->top);
    tall->right = dg_max_i32(tall->right, part->right);
    tall->bottom = dg_max_i32(tall->bottom, part->bottom);
}

/* Does the small cluster lie over, under or in the tall one? */
static bool is_part(const dg_cluster *small, const dg_cluster *tall, double size)
{
    const int32_t width = small->right - small->left + 1;
    const int32_t shared =
        dg_min_i32(small->right, tall->right) - dg_max_i32(small->left, tall->left) + 1;
    const int32_t gap = dg_max_i32(small->top - tall->bottom, tall->top - small->bottom);
    return shared >= DG_PART_OVERLAP * width && gap <= DG_PART_AWAY * size;
}

/* Merge a small cluster into the first of tall[count] that it is part of. */
static void try_merge(dg_lines *lines, dg_cluster *small, dg_cluster *const *tall, size_t count,
                      double size)
{
    for (size_t i = 0; i < count; i++) {
        if (!is_part(small, tall[i], size))
            continue;
        merge(lines, tall[i], small);
        small->components = 0;
        return;
    }
}

/* tall[line->count] is scratch. */
static digit_status merge_line(dg_lines *lines, dg_line *line, dg_cluster **tall, dg_pace *pace)
{
    dg_cluster *clusters = lines->clusters + line->first;
    digit_status status = DIGIT_OK;
    size_t tall_count = 0, kept = 0;
    for (size_t i = 0; i < line->count; i++)
        if (!clusters[i].small)
            tall[tall_count++] = &clusters[i];
    for (size_t i = 0; status == DIGIT_OK && i < line->count; i++) {
        if (!clusters[i].small || clusters[i].sign)
            continue;
        try_merge(lines, &clusters[i], tall, tall_count, line->size);
        status = dg_pace_step(pace, DG_CLUSTER_STEPS * tall_count);
    }
    for (size_t i = 0; i < line->count; i++)
        if (clusters[i].components > 0)
            clusters[kept++] = clusters[i];
    line->count = kept;
    return status;
}

digit_status dg_lines_merge(const dg_lines_plan *plan, dg_lines *lines)
{
    dg_pace pace = {.deadline = plan->deadline};
    digit_status status = DIGIT_OK;
    dg_cluster **tall = dg_alloc(lines->cluster_count, sizeof *tall);
    if (!tall)
        return dg_fail_memory("lines", lines->cluster_count * sizeof *tall);
    for (size_t i = 0; status == DIGIT_OK && i < lines->count; i++)
        status = merge_line(lines, &lines->items[i], tall, &pace);
    dg_free(tall);
    return status;
}
