/* segments.h - over-segmentation: clusters of ink, cut into vertical slices where they may be
 * several digits. A digit is one segment or several neighbours. */
#ifndef DG_VISION_PAGE_SEGMENTS_H
#define DG_VISION_PAGE_SEGMENTS_H

#include "vision/page/lines.h"

typedef struct dg_segment {
    uint32_t first, count;            /* of its runs */
    int32_t left, top, right, bottom; /* inclusive */
    uint32_t cluster;                 /* which one it is of */
    bool cut_before;                  /* cut from the segment before it */
    bool wide;                        /* of a cluster that is wider than a digit */
    bool joined;                      /* of several components */
    bool small;                       /* of a small cluster */
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

/* Slices to the height of a digit, at most: so narrow that one of the cuts is near the border of
 * touching digits. */
#define DG_SLICES 16

/* Which clusters are cut. */
typedef struct dg_slicing {
    const bool *doubted; /* [clusters]: is it cut? */
    double slices;       /* to the height of a digit: DG_SLICES or fewer */
    const dg_deadline *deadline; /* or NULL */
} dg_slicing;

/*
 * Make one segment of each cluster, or, where `slicing` (NULL: nothing is cut) says so, vertical
 * slices. Release with dg_segments_free(), after a failure too.
 */
digit_status dg_segments_make(const dg_components *components, const dg_lines *lines,
                              const dg_slicing *slicing, dg_segments *segments);

/* Add runs to a segment, then the segment itself. */
digit_status dg_segments_add_runs(dg_segments *segments, dg_segment *segment, const dg_run *runs,
                                  size_t count);
digit_status dg_segments_add(dg_segments *segments, const dg_segment *segment);

void dg_segments_free(dg_segments *segments);

/* The bounding box of segments[count]; count is at least 1. */
digit_box dg_segments_box(const dg_segment *segments, size_t count);

#endif
