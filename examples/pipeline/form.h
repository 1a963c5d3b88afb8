/* form.h - which fields a form has, and what is written in them. */
#ifndef EXAMPLES_FORM_H
#define EXAMPLES_FORM_H

#include "check_digit.h"
#include "ocr_words.h"

#include <digit/digit.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum form_place { FORM_ANYWHERE, FORM_RIGHT, FORM_BELOW };

/* A number to be filled in beside or below a printed label. */
typedef struct form_field {
    char *label;
    char *check;           /* a name of check_digit.h; NULL: none */
    uint32_t digits;       /* how many it has; 0: any */
    enum form_place place; /* of the number, seen from the label */

    bool found;            /* the rest is known: the label stands on this page */
    digit_box label_box;
} form_field;

typedef struct form_template {
    form_field *fields; /* [count] */
    size_t count, room;
} form_template;

/* Digits that stand together, and the field they were written into. */
typedef struct form_group {
    digit_box box;
    uint32_t line, group; /* of the reading */
    ptrdiff_t field;      /* its index; -1: none */
} form_group;

typedef struct form_groups {
    form_group *items; /* [count], in reading order */
    size_t count;
} form_groups;

/* ---- form_template.c: the fields a caller asks for; 0 or, after a message, the exit status */

int form_add(form_template *form, const char *label);
int form_load(form_template *form, const char *path);
void form_clear(form_template *form);

/* ---- form_match.c: where they are */

/* The smallest box that holds both. */
digit_box form_box_around(digit_box a, digit_box b);

/* Find the labels among the words of a page, and mark those words as print. */
void form_find_labels(form_template *form, ocr_words *words);

/* Every printed phrase is a label. 0, or 1 after a message. */
int form_take_phrases(form_template *form, const ocr_words *words);

/* The groups of a reading; `items` is NULL if memory ran out. Give them to free(). */
form_groups form_groups_of(const digit_reading *reading);

/* Say for each group in which field it stands: the row of a label, as far as the next print,
 * comes first, then what is below a label whose row is empty. */
void form_assign(const form_template *form, const ocr_words *words, form_groups *groups);

/* ---- form_value.c: what they say */

enum { FORM_TEXT = 96, FORM_ANSWERS = 64 };

/* One way to read a field: its groups, a space between them. */
typedef struct form_answer {
    char text[FORM_TEXT];
    double probability;
} form_answer;

/* The ways to read what is written in a field, best first. None: nothing is written there, or
 * more than a number. */
typedef struct form_value {
    digit_box box; /* of the ink */
    form_answer answers[FORM_ANSWERS]; /* [count] */
    size_t count;
    size_t chosen; /* the first that has the digits and the check the field asks for, else 0 */
    bool fits;     /* there is one */
} form_value;

/* `image` is what `reading` was read from. 0, or -1: see digit_last_error(). */
int form_value_read(const digit_model *model, const digit_image *image,
                    const digit_reading *reading, const form_groups *groups,
                    const form_field *field, ptrdiff_t index, form_value *out);

#endif
