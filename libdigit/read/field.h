/* field.h - one number of which something is known: its text, chosen among what it may say. */
#ifndef DG_READ_FIELD_H
#define DG_READ_FIELD_H

#include "read/items.h"
#include "read/pattern.h"

/* A digit_field, compiled. */
typedef struct dg_field {
    dg_pattern pattern;
    uint32_t allowed, check;
    const char *country;
    digit_accept_fn accept;
    void *user_data;
    bool signs; /* a text has them; without a pattern they are passed over */
} dg_field;

#define DG_FIELD_LENGTH_MOST DG_CTC_LABELS_MOST

/* Compile a field whose members have been checked. DIGIT_ERR_ARGUMENT, DIGIT_ERR_LIMIT: its
 * pattern. */
digit_status dg_field_compile(const digit_field *field, dg_field *compiled);

/* One of the texts that fit, digits and signs as characters. */
typedef struct dg_field_answer {
    char text[DG_FIELD_LENGTH_MOST + 1];
    double confidence;
} dg_field_answer;

/* The digits of a text; returns how many there are. */
size_t dg_field_digits(const char *text, char digits[DG_FIELD_LENGTH_MOST + 1]);

/* The most that are kept of a field. */
#define DG_FIELD_ANSWERS 8

/* What a field says: its items, and the texts that fit, of which the items are the first; none
 * fits: what is read, in answers[0]. */
typedef struct dg_field_reading {
    dg_items items;
    dg_field_answer answers[DG_FIELD_ANSWERS];
    size_t count;
    bool fits;
} dg_field_reading;

/* Read chunk 0 of the source, all of which is the field. Release with dg_field_reading_free(),
 * after a failure too. */
digit_status dg_field_read(const dg_items_source *source, const dg_field *field,
                           dg_field_reading *reading);
void dg_field_reading_free(dg_field_reading *reading);

#endif
