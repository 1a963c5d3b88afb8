#include "base/error.h"
#include "base/mem.h"
#include "vision/rules/rules_parts.h"

/* The shortest run that counts, in pixels and in parts of the picture's longer side. */
#define RUN_LEAST 8
#define RUN_SHARE 320

/* Up to so many pixels of long runs, lines are looked for in all of a component, or of the picture,
 * at once, so that the parts of a line that noise has broken come together again. Beyond, each line
 * is made of runs that touch. */
#define COMPONENT_MOST 160000
#define PICTURE_MOST   64000

/* Components that are searched in one piece of work. */
#define PART_COMPONENTS 32

/* A piece of work: all of the picture for lines of one direction, or some components for both. */
typedef struct part {
    dg_long_runs runs; /* of what is looked at just now */
    dg_pace pace;
    dg_rules found;
    digit_status status;
} part;

typedef struct search {
    const dg_components *components;
    dg_view views[2];  /* horizontal, vertical */
    uint32_t shortest; /* run */
    part *parts;       /* [count] */
    uint32_t count;
} search;

/* Of runs[from .. count-1]. */
static size_t count_pixels(const dg_run *runs, size_t from, size_t count)
{
    size_t pixels = 0;
    for (size_t i = from; i < count; i++)
        pixels += (size_t)(runs[i].end - runs[i].start);
    return pixels;
}

static digit_status fit(const search *s, part *p, bool vertical, const dg_run *runs, size_t count)
{
    return dg_rules_fit(&s->views[vertical], runs, count, vertical, s->shortest, &p->pace,
                        &p->found);
}

/* Runs in the order of their groups; each group stays in order. */
static void sort_groups(const dg_long_runs *runs, const uint32_t *labels, size_t *begin,
                        size_t groups, dg_run *sorted)
{
    for (size_t i = 0; i < runs->count; i++)
        begin[labels[i] + 1]++;
    for (size_t g = 0; g < groups; g++)
        begin[g + 1] += begin[g];
    for (size_t i = 0; i < runs->count; i++)
        sorted[begin[labels[i]]++] = runs->items[i];
    for (size_t g = groups; g > 0; g--) /* each begins where the one before it ends */
        begin[g] = begin[g - 1];
    begin[0] = 0;
}

static digit_status fit_groups(const search *s, part *p, bool vertical)
{
    const size_t count = p->runs.count;
    uint32_t *labels = dg_alloc(count, sizeof *labels);
    size_t *begin = dg_alloc_zero(count + 1, sizeof *begin);
    dg_run *sorted = dg_alloc(count, sizeof *sorted);
    digit_status status = DIGIT_OK;
    if (!labels || !begin || !sorted) {
        status = dg_fail_memory("form lines", count * sizeof *sorted);
        goto done;
    }
    size_t groups;
    status = dg_runs_label(p->runs.items, count, p->pace.deadline, labels, &groups);
    if (status == DIGIT_OK)
        sort_groups(&p->runs, labels, begin, groups, sorted);
    for (size_t g = 0; status == DIGIT_OK && g < groups; g++)
        status = fit(s, p, vertical, sorted + begin[g], begin[g + 1] - begin[g]);
done:
    dg_free(sorted);
    dg_free(begin);
    dg_free(labels);
    return status;
}

static digit_status find_in_component(const search *s, part *p, bool vertical,
                                      const dg_component *component)
{
    p->runs.count = 0;
    const digit_status status = dg_long_runs_add(s->components, component, vertical, s->shortest,
                                                 &p->pace, &p->runs);
    if (status != DIGIT_OK || p->runs.count == 0)
        return status;
    return count_pixels(p->runs.items, 0, p->runs.count) <= COMPONENT_MOST
               ? fit(s, p, vertical, p->runs.items, p->runs.count)
               : fit_groups(s, p, vertical);
}

/* Vertical lines are a form's only where they meet horizontal ones, or where both edges of the
 * picture cut them off: digits, which are most of the components, have none of these, or few. */
static digit_status find_in_components(const search *s, part *p, size_t first)
{
    digit_status status = DIGIT_OK;
    const size_t count = s->components->count;
    const size_t end = first + PART_COMPONENTS < count ? first + PART_COMPONENTS : count;
    for (size_t i = first; status == DIGIT_OK && i < end; i++) {
        const dg_component *component = &s->components->items[i];
        const size_t before = p->found.count;
        const bool high = dg_component_height(component) + 2 >= (size_t)s->views[1].length;
        if (dg_component_width(component) >= 2 * s->shortest) /* else no wall meets a line in it */
            status = find_in_component(s, p, false, component);
        if (status == DIGIT_OK && (high || p->found.count > before))
            status = find_in_component(s, p, true, component);
    }
    return status;
}

/* All of it at once, if there is little enough to look at. */
static digit_status find_in_picture(const search *s, part *p, bool vertical)
{
    size_t pixels = 0, counted = 0;
    for (size_t i = 0; i < s->components->count; i++) {
        const digit_status status = dg_long_runs_add(s->components, &s->components->items[i],
                                                     vertical, s->shortest, &p->pace, &p->runs);
        pixels += count_pixels(p->runs.items, counted, p->runs.count);
        counted = p->runs.count;
        if (status != DIGIT_OK || pixels > PICTURE_MOST)
            return status;
    }
    return s->components->count > 1 ? fit(s, p, vertical, p->runs.items, p->runs.count) : DIGIT_OK;
}

static void find_in_part(void *context, uint32_t index, uint32_t worker)
{
    const search *s = context;
    part *p = &s->parts[index];
    p->status = dg_deadline_check(p->pace.deadline);
    if (p->status == DIGIT_OK)
        p->status = index < 2 ? find_in_picture(s, p, index == 1)
                              : find_in_components(s, p, (size_t)(index - 2) * PART_COMPONENTS);
    dg_free(p->runs.items);
    (void)worker;
}

/* What was found in all parts, in their order. The sentence of a failure is another thread's:
 * it is said once more. */
static digit_status collect(const search *s, const dg_deadline *deadline, dg_rules *found)
{
    digit_status status = DIGIT_OK;
    for (uint32_t i = 0; i < s->count; i++) {
        part *p = &s->parts[i];
        if (p->status == DIGIT_ERR_TIMEOUT || p->status == DIGIT_ERR_CANCELLED)
            status = dg_deadline_check(deadline);
        else if (p->status != DIGIT_OK)
            status = dg_fail_memory("form lines", sizeof *p->found.items);
        for (size_t k = 0; status == DIGIT_OK && k < p->found.count; k++)
            status = dg_rules_add(found, &p->found.items[k]);
        dg_rules_free(&p->found);
    }
    return status;
}

static uint32_t shortest_run(const dg_plane *ink)
{
    const size_t longer = ink->width > ink->height ? ink->width : ink->height;
    return longer / RUN_SHARE > RUN_LEAST ? (uint32_t)(longer / RUN_SHARE) : RUN_LEAST;
}

digit_status dg_rules_candidates(dg_rules_job *job, dg_rules *found)
{
    const dg_plane *ink = job->ink;
    const size_t count = job->components->count;
    search s = {
        .components = job->components,
        .views = {dg_view_of(ink, false, job->least), dg_view_of(ink, true, job->least)},
        .shortest = shortest_run(ink),
        .count = 2 + (uint32_t)((count + PART_COMPONENTS - 1) / PART_COMPONENTS),
    };
    s.parts = dg_alloc_zero(s.count, sizeof *s.parts);
    if (!s.parts)
        return dg_fail_memory("form lines", s.count * sizeof *s.parts);
    for (uint32_t i = 0; i < s.count; i++)
        s.parts[i].pace.deadline = job->pace.deadline;
    dg_pool_run(job->threads.pool, job->threads.count, s.count, find_in_part, &s);
    const digit_status status = collect(&s, job->pace.deadline, found);
    dg_free(s.parts);
    return status == DIGIT_OK ? dg_rules_sort(&job->pace, found) : status;
}
