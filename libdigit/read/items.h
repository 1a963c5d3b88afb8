/* items.h - the digits and signs of a line, in order, whatever network read them. */
#ifndef DG_READ_ITEMS_H
#define DG_READ_ITEMS_H

#include "base/alphabet.h"
#include "net/ctc_explain.h"
#include "read/transcribe.h"
#include "vision/page/sheet.h"

typedef struct dg_item {
    digit_box box;               /* on the sheet */
    digit_box place;             /* in the picture, before rows of the sheet were shifted */
    uint8_t label;               /* 0..9, or a class of base/alphabet.h */
    uint32_t flags;              /* DIGIT_GLYPH_... */
    uint32_t chunk;
    double step;                 /* of the chunk's transcript; unset in a clear one */
    digit_prediction prediction; /* of a digit */
    float confidence;            /* of a sign; of a digit: that it is no letter */
} dg_item;

typedef struct dg_items {
    dg_item *items; /* [count] */
    size_t count, room;
} dg_items;

/* What items are made of. */
typedef struct dg_items_source {
    const dg_sheet *sheet;
    const dg_segments *segments;
    const digit_prediction *answers; /* [segments->count] */
    const dg_chunks *chunks;
    const dg_transcript *transcripts; /* [chunks->count] */
    double temperature;               /* of the line network */
    uint32_t allowed;                 /* bit d: digit d may be answered */
} dg_items_source;

/* Columns from .. to-1 of the sheet. */
typedef struct dg_span {
    double from, to;
} dg_span;

/* Outputs first .. end-1 of a chunk's transcript, and the columns where their labels are. */
typedef struct dg_stretch {
    uint32_t chunk, first, end;
    dg_span columns;
} dg_stretch;

/* Is a segment in a strip? Ink far above or below a line is not the line's. */
bool dg_items_in_strip(const dg_strip *strip, const dg_segment *segment);

/* Append a segment of a chunk as the digit that the digit network takes it for. */
digit_status dg_items_add_cluster(const dg_items_source *source, uint32_t chunk, size_t segment,
                                  dg_items *items);

/* Append a segment as a sign, a class of base/alphabet.h. */
digit_status dg_items_add_sign(const dg_items_source *source, uint32_t chunk, size_t segment,
                               uint32_t sign, float confidence, dg_items *items);

/* A text that the line network reads in a stretch, explained. */
typedef struct dg_stretch_text {
    const dg_items_source *source;
    dg_stretch where;
    dg_ctc_explained explained;
} dg_stretch_text;

/* Labels of `text` must stay as they are. Release with dg_stretch_text_free(), after a failure too.
 */
digit_status dg_stretch_explain(const dg_items_source *source, const dg_stretch *where,
                                dg_sequence text, dg_stretch_text *out);
void dg_stretch_text_free(dg_stretch_text *text);

/* Append one of its labels. */
digit_status dg_items_add_label(const dg_stretch_text *text, uint32_t label, dg_items *items);

/* Append all labels of a text that the line network reads in a stretch. */
digit_status dg_items_add_text(const dg_items_source *source, const dg_stretch *where,
                               dg_sequence text, dg_items *items);

/* A sign as a mark of a reading, in front of glyph `glyph` of line `line`. */
digit_mark dg_item_mark(const dg_item *item, uint32_t line, size_t glyph);

void dg_items_free(dg_items *items);

#endif
