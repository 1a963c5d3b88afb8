#include "vision/page/lines_parts.h"

#include <stdlib.h>

/* Bounds for what could be a digit, or a string of touching ones, in sizes. */
#define TALL_LEAST   0.45
#define TALL_MOST    2.6
#define WIDE_MOST    14.0
#define SMALL_LEAST  0.06
#define SMALL_WIDEST 1.5

enum { DIRT, SMALL, TALL };

static int kind_of(const dg_component *component, double size, uint32_t min_height)
{
    const double w = dg_component_width(component), h = dg_component_height(component);
    if (h >= TALL_LEAST * size && h <= TALL_MOST * size && w <= WIDE_MOST * size)
        return h < min_height ? SMALL : TALL;
    if (h < TALL_LEAST * size && w <= SMALL_WIDEST * size &&
        (w >= SMALL_LEAST * size || h >= SMALL_LEAST * size))
        return SMALL;
    return DIRT;
}

static dg_piece piece_of(const dg_component *component, uint32_t index, bool small)
{
    return (dg_piece){
        index, 1, component->left, component->top, component->right, component->bottom, small};
}

int dg_piece_compare(const void *a, const void *b)
{
    const dg_piece *p = a, *q = b;
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
                lines->pieces[lines->piece_count++] = piece_of(&components->items[i], (uint32_t)i,
                                                               kind == SMALL);
        tall = kind == TALL ? lines->piece_count : tall;
    }
    qsort(lines->pieces, tall, sizeof *lines->pieces, dg_piece_compare);
    qsort(lines->pieces + tall, lines->piece_count - tall, sizeof *lines->pieces,
          dg_piece_compare);
    return tall;
}
