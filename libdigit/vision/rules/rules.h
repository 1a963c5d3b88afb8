/* rules.h - the form lines of a page: rules, boxes, combs, grids. */
#ifndef DG_VISION_RULES_RULES_H
#define DG_VISION_RULES_RULES_H

#include "base/deadline.h"
#include "base/pool.h"
#include "vision/ink/components.h"

#include <stdbool.h>

/* A nearly straight, nearly horizontal or vertical line: at position `along` its middle is at
 * offset + slope * along. All in pixels. */
typedef struct dg_rule {
    bool vertical;    /* `along` is y, and the offset one of x */
    int32_t from, to; /* where it begins and ends, along; inclusive */
    double offset, slope, thick;
} dg_rule;

typedef struct dg_rules {
    dg_rule *items; /* [count] */
    size_t count, room;
} dg_rules;

/* Components to look for lines in are at least so many pixels wide or high. */
#define DG_RULE_PIECE 8

/* Find the lines that are no writing. `runs` are those of density `least` or more, `components`
 * what they make. Release with dg_rules_free(), after a failure too. */
digit_status dg_rules_find(const dg_plane *ink, uint8_t least, const dg_runs *runs,
                           const dg_components *components, dg_threads threads,
                           dg_rules *rules);

/* Take the lines out of the ink, where `least` or more is ink; strokes that cross one
 * stay whole. */
digit_status dg_rules_erase(const dg_rules *rules, const dg_plane *ink, uint8_t least,
                            const dg_deadline *deadline);

void dg_rules_free(dg_rules *rules);

#endif
