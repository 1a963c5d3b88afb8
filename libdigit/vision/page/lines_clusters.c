#include "vision/geometry.h"
#include "vision/page/lines_parts.h"

#include <stdlib.h>

enum { DIRT, SMALL, TALL };

static int kind_of(const dg_component *component, double size, uint32_t min_height)
{
    const double w = dg_component_width(component), h = dg_component_height(component);
    if (h >= DG_DIGIT_LOWEST * size && h <= DG_DIGIT_HIGHEST * size &&
        w <= DG_STRING_WIDEST * size)
        return h < min_height ? SMALL : TALL;
    if (h < DG_DIGIT_LOWEST * size && w <= DG_DIGIT_WIDEST * size &&
        (w >= DG_SMALL_LEAST * size || h >= DG_SMALL_LEAST * size))
        return SMALL;
    return DIRT;
}

static dg_cluster cluster_of(const dg_component *component, uint32_t index, bool small)
{
    return (dg_cluster){.component = index,
                        .components = 1,
                        .left = component->left,
                        .top = component->top,
                        .right = component->right,
                        .bottom = component->bottom,
                        .small = small};
}

int dg_cluster_compare(const void *a, const void *b)
{
    const dg_cluster *p = a, *q = b;
    const int32_t x = p->left + p->right, y = q->left + q->right;
    return x != y ? (x > y) - (x < y)
                  : (p->component > q->component) - (p->component < q->component);
}

size_t dg_lines_gather(const dg_components *components, const dg_lines_plan *plan,
                       dg_lines *lines)
{
    size_t tall = 0;
    for (int kind = TALL; kind >= SMALL; kind--) {
        for (size_t i = 0; i < components->count; i++)
            if (kind_of(&components->items[i], plan->digit_height, plan->min_height) == kind)
                lines->clusters[lines->cluster_count++] =
                    cluster_of(&components->items[i], (uint32_t)i, kind == SMALL);
        tall = kind == TALL ? lines->cluster_count : tall;
    }
    qsort(lines->clusters, tall, sizeof *lines->clusters, dg_cluster_compare);
    qsort(lines->clusters + tall, lines->cluster_count - tall, sizeof *lines->clusters,
          dg_cluster_compare);
    return tall;
}
