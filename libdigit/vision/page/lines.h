/* lines.h - lines of writing: clusters of connected components, line by line, left to right. */
#ifndef DG_VISION_PAGE_LINES_H
#define DG_VISION_PAGE_LINES_H

#include "vision/ink/components.h"

#include <stdbool.h>

/* A connected component and the small ones over it, under it or in it. */
typedef struct dg_cluster {
    uint32_t component;               /* the first one; next[component] is the next one */
    uint32_t components;              /* how many */
    int32_t left, top, right, bottom; /* bounding box in pixels, inclusive */
    bool small;                       /* too small for a digit: dot, dash, broken part, dirt */
    bool sign;                        /* a slash, a comma or a dash by shape and place */
} dg_cluster;

typedef struct dg_line {
    size_t first, count; /* of its clusters, left to right */
    double size;         /* height of its digits in pixels: the mean of its tall clusters */
} dg_line;

typedef struct dg_lines {
    dg_cluster *clusters; /* [cluster_count], line by line */
    uint32_t *next; /* [components]: the next one of the same cluster, or DG_NO_COMPONENT */
    dg_line *items;   /* [count], top to bottom */
    size_t cluster_count, count;
    double slope; /* of the lines: pixels down for each pixel to the right */
} dg_lines;

#define DG_NO_COMPONENT UINT32_MAX

/* What the caller knows of the picture. */
typedef struct dg_lines_plan {
    size_t width, height; /* of the picture */
    double digit_height;  /* of most digits, in pixels */
    uint32_t min_height;  /* of a digit in pixels; 0: unknown */
    bool single;          /* all ink is one line */
    const dg_deadline *deadline; /* or NULL */
} dg_lines_plan;

/* DIGIT_ERR_LIMIT: too many components may be digits. Release with dg_lines_free(), after a
 * failure too. */
digit_status dg_lines_find(const dg_components *components, const dg_lines_plan *plan,
                           dg_lines *lines);

void dg_lines_free(dg_lines *lines);

#endif
