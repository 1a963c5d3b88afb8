#include "vision/ink/components.h"

#include "base/error.h"
#include "base/mem.h"

#include <string.h>

/* Components of any size, and of those that are not too small. */
#define COMPONENTS_MAX (1u << 20)
#define KEPT_MAX       65536

static void component_add(dg_component *component, const dg_run *run)
{
    if (component->count++ == 0) {
        component->left = run->start;
        component->right = (uint16_t)(run->end - 1);
        component->top = run->y;
    }
    component->left = run->start < component->left ? run->start : component->left;
    component->right = run->end - 1 > component->right ? (uint16_t)(run->end - 1)
                                                       : component->right;
    component->bottom = run->y;
    component->area += (uint32_t)(run->end - run->start);
}

/* Give the components that are large enough their place among the runs; the others count 0. */
static size_t place_components(dg_component *items, size_t count, uint32_t size, size_t *kept)
{
    uint32_t place = 0;
    *kept = 0;
    for (size_t i = 0; i < count; i++) {
        const bool keep = dg_component_width(&items[i]) >= size ||
                          dg_component_height(&items[i]) >= size;
        items[i].first = place;
        items[i].count = keep ? items[i].count : 0;
        place += items[i].count;
        *kept += keep;
    }
    return place;
}

/* Sort the runs, which are in reading order, by component. */
static digit_status gather(const dg_runs *runs, const uint32_t *labels, dg_components *found)
{
    found->runs = dg_alloc(found->run_count, sizeof *found->runs);
    if (!found->runs)
        return dg_fail_memory("connected components", found->run_count * sizeof *found->runs);
    for (size_t i = 0; i < runs->count; i++) {
        dg_component *component = &found->items[labels[i]];
        if (component->count > 0)
            found->runs[component->first++] = runs->items[i];
    }
    for (size_t i = 0; i < found->count; i++)
        found->items[i].first -= found->items[i].count;
    return DIGIT_OK;
}

static void drop_small(dg_components *found)
{
    size_t kept = 0;
    for (size_t i = 0; i < found->count; i++)
        if (found->items[i].count > 0)
            found->items[kept++] = found->items[i];
    found->count = kept;
}

static digit_status split(const dg_runs *runs, uint32_t *labels, uint32_t size,
                          const dg_deadline *deadline, bool with_runs, dg_components *found)
{
    size_t kept;
    digit_status status = dg_runs_label(runs->items, runs->count, deadline, labels, &found->count);
    if (status != DIGIT_OK)
        return status;
    if (found->count > COMPONENTS_MAX)
        return dg_fail(DIGIT_ERR_LIMIT, "the picture has %zu components of ink; at most %d",
                       found->count, KEPT_MAX);
    found->items = dg_alloc_zero(found->count, sizeof *found->items);
    if (!found->items)
        return dg_fail_memory("connected components", found->count * sizeof *found->items);
    for (size_t i = 0; i < runs->count; i++)
        component_add(&found->items[labels[i]], &runs->items[i]);
    status = dg_deadline_check(deadline);
    if (status != DIGIT_OK)
        return status;
    found->run_count = place_components(found->items, found->count, size, &kept);
    if (kept > KEPT_MAX)
        return dg_fail(DIGIT_ERR_LIMIT, "the picture has %zu components of ink; at most %d", kept,
                       KEPT_MAX);
    if (with_runs)
        status = gather(runs, labels, found);
    drop_small(found);
    return status;
}

static digit_status find(const dg_runs *runs, uint32_t size, const dg_deadline *deadline,
                         bool with_runs, dg_components *found)
{
    *found = (dg_components){0};
    uint32_t *labels = dg_alloc(runs->count, sizeof *labels);
    if (!labels)
        return dg_fail_memory("connected components", runs->count * sizeof *labels);
    const digit_status status = split(runs, labels, size, deadline, with_runs, found);
    dg_free(labels);
    return status;
}

digit_status dg_components_find(const dg_runs *runs, uint32_t size, const dg_deadline *deadline,
                                dg_components *found)
{
    return find(runs, size, deadline, true, found);
}

digit_status dg_components_boxes(const dg_runs *runs, uint32_t size, const dg_deadline *deadline,
                                 dg_components *found)
{
    return find(runs, size, deadline, false, found);
}

void dg_components_keep(dg_components *components, dg_component_fn keep, const void *context)
{
    size_t kept = 0;
    uint32_t place = 0;
    for (size_t i = 0; i < components->count; i++) {
        dg_component component = components->items[i];
        if (!keep(&component, context))
            continue;
        memmove(components->runs + place, components->runs + component.first,
                component.count * sizeof *components->runs);
        component.first = place;
        place += component.count;
        components->items[kept++] = component;
    }
    components->count = kept;
    components->run_count = place;
}

void dg_components_free(dg_components *found)
{
    dg_free(found->runs);
    dg_free(found->items);
    *found = (dg_components){0};
}
