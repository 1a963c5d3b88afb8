#include "vision/ink/even_ink.h"

#include "base/error.h"
#include "base/mem.h"
#include "vision/ink/density.h"

/* The part of a component's pixels, the densest ones, that tells how dense its ink is: a smudge
 * may be joined to it. */
#define DENSEST 0.25

/* Ink less dense than this part of what most ink has is a shadow or dirt. */
#define FAINT 0.45

/* Components in a piece of work. */
#define PART 64

typedef struct job {
    const dg_components *components;
    const dg_plane *ink;
    uint8_t *inner; /* [count]: density inside each component */
    uint32_t usual; /* density of most ink */
} job;

/* The density that the densest part of a component reaches. */
static uint8_t inner_density(const dg_component *component, const dg_run *runs,
                              const dg_plane *ink)
{
    uint32_t counts[256] = {0}, above = 0;
    for (uint32_t i = component->first; i < component->first + component->count; i++) {
        const uint8_t *row = ink->pixels + (size_t)runs[i].y * ink->width;
        for (uint32_t x = runs[i].start; x < runs[i].end; x++)
            counts[row[x]]++;
    }
    uint32_t level = 255;
    while (level > 1 && (double)(above + counts[level]) < DENSEST * component->area)
        above += counts[level--];
    return (uint8_t)level;
}

/* The median of the components' densities, weighted by their heights. */
static uint32_t usual_density(const dg_components *components, const uint8_t *inner)
{
    uint64_t weights[256] = {0}, total = 0, below = 0;
    for (size_t i = 0; i < components->count; i++) {
        const uint32_t height = dg_component_height(&components->items[i]);
        weights[inner[i]] += height;
        total += height;
    }
    uint32_t level = 0;
    while (level < 255 && 2 * (below += weights[level]) < total)
        level++;
    return level;
}

static void map_component(const dg_component *component, const dg_run *runs, const dg_plane *ink,
                          const uint8_t table[256])
{
    for (uint32_t i = component->first; i < component->first + component->count; i++) {
        uint8_t *row = ink->pixels + (size_t)runs[i].y * ink->width;
        for (uint32_t x = runs[i].start; x < runs[i].end; x++)
            row[x] = table[row[x]];
    }
}

static size_t part_end(const job *j, uint32_t part)
{
    const size_t end = (part + (size_t)1) * PART;
    return end < j->components->count ? end : j->components->count;
}

static void measure_part(void *context, uint32_t part, uint32_t worker)
{
    const job *j = context;
    (void)worker;
    for (size_t i = (size_t)part * PART; i < part_end(j, part); i++)
        j->inner[i] = inner_density(&j->components->items[i], j->components->runs, j->ink);
}

static void even_part(void *context, uint32_t part, uint32_t worker)
{
    const job *j = context;
    const uint32_t least = (uint32_t)(FAINT * j->usual);
    (void)worker;
    for (size_t i = (size_t)part * PART; i < part_end(j, part); i++) {
        const uint32_t inner = j->inner[i];
        uint8_t table[256] = {0};
        for (uint32_t level = 0; inner >= least && level < 256; level++) {
            const uint32_t density = level * DG_INK_FULL / inner;
            table[level] = (uint8_t)(density < 255 ? density : 255);
        }
        map_component(&j->components->items[i], j->components->runs, j->ink, table);
    }
}

digit_status dg_even_ink(const dg_components *components, const dg_plane *ink,
                                dg_threads threads)
{
    const uint32_t parts = (uint32_t)((components->count + PART - 1) / PART);
    job j = {
        .components = components,
        .ink = ink,
        .inner = dg_alloc(components->count, 1),
    };
    if (!j.inner)
        return dg_fail_memory("connected components", components->count);
    digit_status status = dg_threads_run(threads, parts, measure_part, &j);
    j.usual = status == DIGIT_OK ? usual_density(components, j.inner) : 0;
    if (status == DIGIT_OK)
        status = dg_threads_run(threads, parts, even_part, &j);
    dg_free(j.inner);
    return status;
}

static digit_status components_within(const dg_runs *runs, const dg_plane *ink, uint8_t least,
                                      uint32_t size, const dg_deadline *deadline,
                                      dg_components *found)
{
    dg_runs dense;
    *found = (dg_components){0};
    digit_status status = dg_runs_within(runs, ink, least, deadline, &dense);
    if (status == DIGIT_OK)
        status = dg_components_find(&dense, size, deadline, found);
    dg_runs_free(&dense);
    return status;
}

digit_status dg_ink_components(const dg_plane *ink, const dg_runs *runs, uint8_t least,
                               uint32_t size, dg_threads threads, dg_components *found)
{
    digit_status status = components_within(runs, ink, least, size, threads.deadline, found);
    if (status == DIGIT_OK)
        status = dg_even_ink(found, ink, threads);
    if (status != DIGIT_OK)
        return status;
    dg_components_free(found);
    return components_within(runs, ink, DG_INK_EDGE, size, threads.deadline, found);
}
