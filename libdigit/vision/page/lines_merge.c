#include "vision/geometry.h"

#include "base/number.h"
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

static bool try_merge(dg_lines *lines, const dg_line *line, size_t small)
{
    dg_cluster *clusters = lines->clusters + line->first;
    for (size_t i = 0; i < line->count; i++) {
        if (clusters[i].small || !is_part(&clusters[small], &clusters[i], line->size))
            continue;
        merge(lines, &clusters[i], &clusters[small]);
        return true;
    }
    return false;
}

void dg_lines_merge(dg_lines *lines, dg_line *line)
{
    dg_cluster *clusters = lines->clusters + line->first;
    size_t kept = 0;
    for (size_t i = 0; i < line->count; i++)
        if (clusters[i].small && !clusters[i].sign && try_merge(lines, line, i))
            clusters[i].components = 0;
    for (size_t i = 0; i < line->count; i++)
        if (clusters[i].components > 0)
            clusters[kept++] = clusters[i];
    line->count = kept;
}
