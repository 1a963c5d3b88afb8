/* finding.h - from a drawn plane of ink to its components and form lines, in one call. */
#ifndef DIGIT_TEST_FINDING_H
#define DIGIT_TEST_FINDING_H

#include "drawing.h"
#include "vision/ink/components.h"
#include "vision/rules/rules.h"

/* As dg_runs_find() and dg_components_find(). */
static inline digit_status find_components(const dg_plane *ink, uint8_t least, uint32_t size,
                                           dg_threads threads, dg_components *found)
{
    dg_runs runs;
    *found = (dg_components){0};
    digit_status status = dg_runs_find(ink, least, threads, &runs);
    if (status == DIGIT_OK)
        status = dg_components_find(&runs, size, NULL, found);
    dg_runs_free(&runs);
    return status;
}

/* The form lines among the components of at least `size` pixels. */
static inline digit_status find_rules(const dg_plane *ink, uint8_t least, uint32_t size,
                                      dg_threads threads, dg_rules *rules)
{
    dg_runs runs;
    dg_components components = {0};
    digit_status status = dg_runs_find(ink, least, threads, &runs);
    if (status == DIGIT_OK)
        status = dg_components_find(&runs, size, NULL, &components);
    if (status == DIGIT_OK)
        status = dg_rules_find(ink, least, &runs, &components, threads, rules);
    dg_components_free(&components);
    dg_runs_free(&runs);
    return status;
}

/* Erase form lines of density `least` or more. */
static inline digit_status erase_rules(const dg_rules *rules, const dg_plane *ink, uint8_t least)
{
    return dg_rules_erase(rules, ink, least, NULL);
}

#endif
