/* components.h - the connected components of the ink, each with its runs of pixels. */
#ifndef DG_VISION_INK_COMPONENTS_H
#define DG_VISION_INK_COMPONENTS_H

#include "vision/ink/runs.h"

#include <stdbool.h>

typedef struct dg_component {
    uint32_t first, count; /* of its runs, in reading order */
    uint32_t area;
    uint16_t left, top, right, bottom; /* inclusive */
} dg_component;

typedef struct dg_components {
    dg_run *runs;        /* [run_count] */
    dg_component *items; /* [count], by their first pixel in reading order */
    size_t run_count, count;
} dg_components;

/*
 * Find the connected components of the runs that are `size` pixels or more wide or high.
 * DIGIT_ERR_LIMIT: there are too many of them. Release with dg_components_free(), after a failure
 * too.
 */
digit_status dg_components_find(const dg_runs *runs, uint32_t size, const dg_deadline *deadline,
                                dg_components *found);

/* The same without their runs. */
digit_status dg_components_boxes(const dg_runs *runs, uint32_t size, const dg_deadline *deadline,
                                 dg_components *found);

/* Is a component to stay? */
typedef bool (*dg_component_fn)(const dg_component *component, const void *context);

/* Only the components that `keep` wants stay, in their order. */
void dg_components_keep(dg_components *components, dg_component_fn keep, const void *context);

void dg_components_free(dg_components *found);

static inline uint32_t dg_component_width(const dg_component *component)
{
    return (uint32_t)component->right - component->left + 1;
}

static inline uint32_t dg_component_height(const dg_component *component)
{
    return (uint32_t)component->bottom - component->top + 1;
}

#endif
