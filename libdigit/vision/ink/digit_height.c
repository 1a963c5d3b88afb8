#include "vision/ink/digit_height.h"

#include "base/error.h"
#include "base/mem.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

/* Heights from SIZE_LOW to SIZE_HIGH of a size agree with it. */
#define SIZE_LOW  0.65
#define SIZE_HIGH 1.5

/* Ink at the picture's edge counts so much less: it is often no writing. */
#define EDGE_WEIGHT 0.3

typedef struct vote {
    double height, weight;
} vote;

static int compare_votes(const void *a, const void *b)
{
    const double x = ((const vote *)a)->height, y = ((const vote *)b)->height;
    return (x > y) - (x < y);
}

static vote vote_of(const dg_component *component, size_t width, size_t height)
{
    const double w = dg_component_width(component), h = dg_component_height(component);
    const bool edge = component->left == 0 || component->top == 0 ||
                      (size_t)component->right + 1 == width ||
                      (size_t)component->bottom + 1 == height;
    const bool line = w > 5 * h || h > 14 * w;
    return (vote){h, line ? 0 : h * sqrt(h) * (edge ? EDGE_WEIGHT : 1)};
}

/* The middle of the window of heights that has the most weight. */
static double best_window(const vote *votes, size_t count)
{
    double sum = 0, best = 0, size = 0;
    size_t first = 0, last = 0;
    for (size_t i = 0; i < count; i++) {
        const double centre = votes[i].height;
        for (; last < count && votes[last].height <= SIZE_HIGH * centre; last++)
            sum += votes[last].weight;
        for (; votes[first].height < SIZE_LOW * centre; first++)
            sum -= votes[first].weight;
        if (sum > best) {
            best = sum;
            size = 0;
            for (size_t j = first; j < last; j++)
                size += votes[j].weight * votes[j].height;
            size /= sum;
        }
    }
    return size;
}

digit_status dg_digit_height(const dg_components *components, size_t width, size_t height,
                             double *digit_height)
{
    vote *votes = dg_alloc(components->count, sizeof *votes);
    if (!votes)
        return dg_fail_memory("digits' heights", components->count * sizeof *votes);
    for (size_t i = 0; i < components->count; i++)
        votes[i] = vote_of(&components->items[i], width, height);
    qsort(votes, components->count, sizeof *votes, compare_votes);
    *digit_height = best_window(votes, components->count);
    dg_free(votes);
    return DIGIT_OK;
}
