/* lines.h - pieces of ink put in lines of writing, and each line in order. */
#ifndef DG_VISION_PAGE_LINES_H
#define DG_VISION_PAGE_LINES_H

#include "vision/ink/components.h"

#include <stdbool.h>

/* What belongs together as it stands: a component, or a component and what lies over or under it.
 */
typedef struct dg_piece {
    uint32_t component;  /* the first of its components; next[component] is the next one */
    uint32_t components; /* how many */
    int32_t left, top, right, bottom; /* inclusive */
    bool small;     /* no digit on its own: a dot, a dash, a broken part, dirt */
} dg_piece;

typedef struct dg_line {
    size_t first, count; /* of its pieces, left to right */
    double size;         /* how high digits are in it, in pixels */
} dg_line;

typedef struct dg_lines {
    dg_piece *pieces; /* [piece_count], line by line */
    uint32_t *next;   /* [components]: the next component of the same piece, or DG_NO_COMPONENT */
    dg_line *items;   /* [count], top to bottom */
    size_t piece_count, count;
    double slope;     /* how far lines fall, by pixel to the right */
} dg_lines;

#define DG_NO_COMPONENT UINT32_MAX

/* How a picture is to be taken. */
typedef struct dg_lines_plan {
    size_t width, height; /* of the picture */
    double digit_height;  /* what most digits have, in pixels */
    uint32_t min_height;  /* lower ink is dirt; 0 = judge by the picture */
    bool single;          /* all is one line */
} dg_lines_plan;

/* Release with dg_lines_free(), after a failure too. */
digit_status dg_lines_find(const dg_components *components, const dg_lines_plan *plan,
                           dg_lines *lines);

void dg_lines_free(dg_lines *lines);

#endif
