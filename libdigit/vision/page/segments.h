/* segments.h - the ink of clusters, line by line: one segment for each. */
#ifndef DG_VISION_PAGE_SEGMENTS_H
#define DG_VISION_PAGE_SEGMENTS_H

#include "vision/page/lines.h"

typedef struct dg_segment {
    uint32_t first, count;            /* of its runs */
    int32_t left, top, right, bottom; /* inclusive */
    bool joined;                      /* of several components */
    bool small;                       /* too small for a digit */
    bool sign;                        /* a slash, a comma or a dash by shape and place */
} dg_segment;

typedef struct dg_segment_line {
    size_t first, count;
    double size; /* height of the line's digits in pixels */
} dg_segment_line;

/* Segments lie line by line, left to right, and so do their runs: those of neighbours are one
 * array. */
typedef struct dg_segments {
    dg_run *runs;           /* [run_count] */
    dg_segment *items;      /* [count] */
    dg_segment_line *lines; /* [line_count] */
    size_t run_count, count, line_count;
    size_t run_room, room;
} dg_segments;

/* Make one segment of each cluster. Release with dg_segments_free(), after a failure too. */
digit_status dg_segments_make(const dg_components *components, const dg_lines *lines,
                              dg_segments *segments);

/* Add runs to a segment, then the segment itself. */
digit_status dg_segments_add_runs(dg_segments *segments, dg_segment *segment, const dg_run *runs,
                                  size_t count);
digit_status dg_segments_add(dg_segments *segments, const dg_segment *segment);

void dg_segments_free(dg_segments *segments);

/* Its bounding box. */
digit_box dg_segment_box(const dg_segment *segment);

#endif
