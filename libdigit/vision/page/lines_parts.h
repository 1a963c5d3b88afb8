/* lines_parts.h - the steps of lines.c, one file each. */
#ifndef DG_VISION_PAGE_LINES_PARTS_H
#define DG_VISION_PAGE_LINES_PARTS_H

#include "vision/page/lines.h"

/* Make a cluster of each component but dirt: first the tall ones, which may be digits, then the
 * small ones, each left to right. Returns the number of tall ones. */
size_t dg_lines_gather(const dg_components *components, const dg_lines_plan *plan,
                       dg_lines *lines);

/* Compares horizontal centres, for qsort(). */
int dg_cluster_compare(const void *a, const void *b);

/* The slope of the lines: that at which clusters[count] share rows best. */
digit_status dg_lines_slope(const dg_cluster *clusters, size_t count, const dg_lines_plan *plan,
                            double *slope);

/* Sort the clusters, of which the first `tall` are tall, into lines; lines->slope is known. */
digit_status dg_lines_trace(const dg_lines_plan *plan, size_t tall, dg_lines *lines);

/* Mark the signs of a line, whose clusters are in order. */
void dg_lines_signs(const dg_components *components, const dg_lines *lines, const dg_line *line);

/* Does a low cluster hang below the foot of a digit, as a comma after it? It begins at most `gap`
 * below the foot, in the digit's heights, and is no part of the cluster after it (NULL: there is
 * none). */
bool dg_cluster_hangs(const dg_cluster *p, const dg_cluster *digit, const dg_cluster *after,
                      double gap);

/* Merge the small clusters of a line into the tall ones that they are parts of. */
void dg_lines_merge(dg_lines *lines, dg_line *line);

/* Its horizontal centre. */
static inline double dg_cluster_x(const dg_cluster *p)
{
    return (p->left + p->right) / 2.0;
}

/* Its vertical centre when the slope is taken out. */
static inline double dg_cluster_y(const dg_cluster *p, double slope)
{
    return (p->top + p->bottom) / 2.0 - slope * dg_cluster_x(p);
}

#endif
