/* components.h - connected pieces of ink as runs of pixels, each piece's together. */
#ifndef DG_VISION_INK_COMPONENTS_H
#define DG_VISION_INK_COMPONENTS_H

#include "base/pool.h"
#include "vision/pixels.h"

/* More runs than this are no writing. */
#define DG_RUNS_MAX (1u << 23)

/* Pixels start .. end-1 of row y. */
typedef struct dg_run {
    uint16_t y, start, end;
} dg_run;

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
 * Find the pieces of `ink` at least `least` strong that are `size` pixels or more
 * wide or high; pixels that touch, corners included, belong together. DIGIT_ERR_LIMIT:
 * there are more than DG_RUNS_MAX runs, or too many pieces. Release with
 * dg_components_free(), after a failure too.
 */
digit_status dg_components_find(const dg_plane *ink, uint8_t least, uint32_t size,
                                dg_threads threads, dg_components *found);

void dg_components_free(dg_components *found);

/* Which runs touch: labels[count] get the number of the piece each belongs to, in the
 * order of their first runs. Runs are in reading order. Returns how many pieces there are. */
size_t dg_runs_label(const dg_run *runs, size_t count, uint32_t *labels);

/* Make the ink of every piece DG_INK_FULL strong inside, whichever pen wrote it; what is
 * far weaker than most goes. */
digit_status dg_components_even(const dg_components *components, const dg_plane *ink,
                                dg_threads threads);

static inline uint32_t dg_component_width(const dg_component *component)
{
    return (uint32_t)component->right - component->left + 1;
}

static inline uint32_t dg_component_height(const dg_component *component)
{
    return (uint32_t)component->bottom - component->top + 1;
}

#endif
