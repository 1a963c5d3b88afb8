/* segments.h - the smallest parts of ink that digits are put together from. */
#ifndef DG_VISION_PAGE_SEGMENTS_H
#define DG_VISION_PAGE_SEGMENTS_H

#include "vision/page/lines.h"

typedef struct dg_segment {
    uint32_t first, count;            /* of its runs */
    int32_t left, top, right, bottom; /* inclusive */
    uint32_t piece;                   /* which piece of the page it is of */
    bool cut_before;                  /* cut from the segment before it */
    bool wide;                        /* of a piece that may be more than two digits */
    bool joined;                      /* made of several components */
    bool small;                       /* of a small piece */
    bool slash;                       /* a straight stroke, slanted and higher than digits are */
} dg_segment;

typedef struct dg_segment_line {
    size_t first, count;
    double size; /* how high digits are */
} dg_segment_line;

/* Segments lie line by line, left to right, and their runs one after the other: so any
 * neighbours' runs are one array. */
typedef struct dg_segments {
    dg_run *runs;
    dg_segment *items;
    dg_segment_line *lines; /* [line_count] */
    size_t run_count, count, line_count;
    size_t run_room, room;
} dg_segments;

/*
 * The pieces of every line, as they stand; those that doubted[lines->piece_count] names (NULL:
 * none) cut into vertical slices much narrower than a digit. Where digits touch, the border
 * between them is near one of the cuts. Release with dg_segments_free(), after a failure too.
 */
digit_status dg_segments_make(const dg_components *components, const dg_lines *lines,
                              const bool *doubted, dg_segments *segments);

/* Slices to the height of a digit. */
#define DG_SLICES 16

/* By hand: add runs to an segment that is being made, then the segment itself. */
digit_status dg_segments_add_runs(dg_segments *segments, dg_segment *segment, const dg_run *runs,
                                  size_t count);
digit_status dg_segments_add(dg_segments *segments, const dg_segment *segment);

void dg_segments_free(dg_segments *segments);

/* The box of segments[count], at least one. */
digit_box dg_segments_box(const dg_segment *segments, size_t count);

#endif
