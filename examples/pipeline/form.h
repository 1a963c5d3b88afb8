/* form.h - which fields a form has, and where they are. */
#ifndef EXAMPLES_FORM_H
#define EXAMPLES_FORM_H

#include "ocr_words.h"

#include <digit/digit.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum form_place { FORM_ANYWHERE, FORM_RIGHT, FORM_BELOW };

/* A number to be filled in beside or below a printed label. */
typedef struct form_field {
    char *label;
    digit_field rule;      /* what is known of it; the strings are this field's own */
    enum form_place place; /* of the number, seen from the label */

    bool found;            /* the rest is known: the label stands on this page */
    digit_box label_box;
    digit_box room;        /* the number has its digits in here; width 0: there is none */
} form_field;

typedef struct form_template {
    form_field *fields; /* [count] */
    size_t count, room;
} form_template;

/* ---- form_template.c: the fields a caller asks for; 0 or, after a message, the exit status */

int form_add(form_template *form, const char *label);
int form_load(form_template *form, const char *path);
void form_clear(form_template *form);

/* The name of DIGIT_CHECK_...; NULL: none. */
const char *form_check_name(uint32_t check);

/* ---- form_labels.c: what is printed */

/* Find the labels among the words of a page, and mark those words as print. */
void form_find_labels(form_template *form, ocr_words *words);

/* Every printed phrase is a label. 0, or 1 after a message. */
int form_take_phrases(form_template *form, const ocr_words *words);

/* ---- form_rooms.c: where the numbers are */

/* Set the room of each field from the digits of a page: the row of a label, as far as the next
 * print, comes first, then what is below a label whose row is empty. 0, or 1 after a message. */
int form_find_rooms(form_template *form, const ocr_words *words, const digit_reading *page);

/* ---- form_box.c */

/* The smallest box that holds both. */
digit_box form_box_around(digit_box a, digit_box b);

/* Side by side: they share half of the lower one's height. */
bool form_same_row(digit_box a, digit_box b);

#endif
