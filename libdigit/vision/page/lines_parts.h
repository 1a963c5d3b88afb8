/* lines_parts.h - how lines of writing are found, in steps, one file each. */
#ifndef DG_VISION_PAGE_LINES_PARTS_H
#define DG_VISION_PAGE_LINES_PARTS_H

#include "vision/page/lines.h"

/* Components to pieces: the tall ones first, which may be digits, then the small ones; both left to
 * right. Returns how many are tall. */
size_t dg_lines_gather(const dg_components *components, const dg_lines_plan *plan,
                       dg_lines *lines);

/* Left to right: how pieces lie in a line. For qsort(). */
int dg_piece_compare(const void *a, const void *b);

/* How far lines of these pieces fall, by pixel to the right. */
digit_status dg_lines_slope(const dg_piece *pieces, size_t count, const dg_lines_plan *plan,
                            double *slope);

/* Deal the pieces, of which the first `tall` are tall, into lines; lines->slope is known. */
digit_status dg_lines_trace(const dg_lines_plan *plan, size_t tall, dg_lines *lines);

/* Small pieces that are part of a line's digits become one with them. */
void dg_lines_merge(dg_lines *lines, dg_line *line);

static inline double dg_piece_across(const dg_piece *p)
{
    return (p->left + p->right) / 2.0;
}

/* Its middle's height, as if lines were level. */
static inline double dg_piece_down(const dg_piece *p, double slope)
{
    return (p->top + p->bottom) / 2.0 - slope * dg_piece_across(p);
}

#endif
