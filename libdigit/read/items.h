/* items.h - the digits and signs of a line, in order, whatever network read them. */
#ifndef DG_READ_ITEMS_H
#define DG_READ_ITEMS_H

#include "base/alphabet.h"
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
    float confidence;            /* of a sign */
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

/* Append the items of a chunk. */
digit_status dg_items_add_chunk(const dg_items_source *source, uint32_t chunk, dg_items *items);

/* The texts of outputs first .. end-1 of a transcript, of digits only; see dg_ctc_search(). */
digit_status dg_items_search(const dg_items_source *source, uint32_t chunk, uint32_t first,
                             uint32_t end, uint32_t min_digits, uint32_t max_digits, size_t most,
                             dg_ctc_text *texts, size_t *count);

/* Append the items of one of these texts. */
digit_status dg_items_add_text(const dg_items_source *source, uint32_t chunk, uint32_t first,
                               uint32_t end, const dg_ctc_text *text, dg_items *items);

void dg_items_free(dg_items *items);

#endif
