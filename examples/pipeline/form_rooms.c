#include "cli.h"
#include "form.h"

#include <stdlib.h>

/* Digits that stand together on the page, and the field they were written into. */
typedef struct group {
    digit_box box;
    form_field *field; /* NULL: none */
} group;

/* What fields are looked for on. */
typedef struct page {
    const ocr_words *words;
    group *groups; /* [count], in reading order */
    size_t count;
} page;

/* The library reads a field of up to 45 digit heights; the height is not known exactly. */
enum { LONGEST = 40 };

static void take(group *taken, form_field *field)
{
    const digit_box box = taken->box;
    const bool more = field->room.width > 0;
    const digit_box both = more ? form_box_around(field->room, box) : box;
    if (both.width > LONGEST * box.height)
        return;
    taken->field = field;
    field->room = both;
}

/* ---- In the row of a label --------------------------------------------------- */

/* Where the row ends: at the next print on its right. */
static int32_t row_end(const ocr_words *words, digit_box label)
{
    int32_t end = INT32_MAX;
    for (size_t i = 0; i < words->count; i++) {
        const ocr_word *word = &words->items[i];
        if (word->print && word->box.x >= label.x + label.width &&
            form_same_row(word->box, label) && word->box.x < end)
            end = word->box.x;
    }
    return end;
}

static void take_row(const page *p, form_field *field)
{
    const digit_box label = field->label_box;
    const int32_t end = row_end(p->words, label);
    for (size_t i = 0; i < p->count; i++) {
        const digit_box box = p->groups[i].box;
        if (!p->groups[i].field && form_same_row(box, label) && box.x >= label.x && box.x < end)
            take(&p->groups[i], field);
    }
}

/* ---- Below a label ------------------------------------------------------------ */

/* Print stands between the label and what is below it. */
static bool is_covered(const ocr_words *words, digit_box label, digit_box below)
{
    for (size_t i = 0; i < words->count; i++) {
        const digit_box word = words->items[i].box;
        const int32_t middle = word.y + word.height / 2;
        if (words->items[i].print && middle > label.y + label.height && middle < below.y &&
            word.x < below.x + below.width && word.x + word.width > below.x)
            return true;
    }
    return false;
}

/* The first row of groups under a label, no further away than three lines. */
static void take_below(const page *p, form_field *field)
{
    const digit_box label = field->label_box;
    const int32_t end = row_end(p->words, label);
    const group *top = NULL;
    for (size_t i = 0; i < p->count; i++) {
        group *here = &p->groups[i];
        const digit_box box = here->box;
        const int32_t line = box.height > label.height ? box.height : label.height;
        const bool under = box.y > label.y + label.height / 2 &&
                           box.y - (label.y + label.height) < 3 * line &&
                           box.x >= label.x - line && box.x < end;
        if (here->field || !under || is_covered(p->words, label, box) ||
            (top && !form_same_row(top->box, box)))
            continue;
        top = here;
        take(here, field);
    }
}

/* ---- All fields ----------------------------------------------------------------- */

/* The page's reading may have missed a digit at either end, and the tops of others. */
static void widen(form_field *field)
{
    const int32_t height = field->room.height, side = height, edge = height / 4;
    field->room.x -= side;
    field->room.width += 2 * side;
    field->room.y -= edge;
    field->room.height += 2 * edge;
}

static void assign(form_template *form, const page *p)
{
    for (size_t i = 0; i < form->count; i++) {
        form->fields[i].room = (digit_box){.width = 0};
        if (form->fields[i].found && form->fields[i].place != FORM_BELOW)
            take_row(p, &form->fields[i]);
    }
    for (size_t i = 0; i < form->count; i++) {
        form_field *field = &form->fields[i];
        if (field->found && field->place != FORM_RIGHT && field->room.width == 0)
            take_below(p, field);
        if (field->room.width > 0)
            widen(field);
    }
}

int form_find_rooms(form_template *form, const ocr_words *words, const digit_reading *reading)
{
    page p = {.words = words};
    const digit_group *groups = digit_reading_groups(reading, &p.count);
    p.groups = calloc(p.count + 1, sizeof *p.groups);
    if (!p.groups)
        return cli_message("not enough memory for the fields"), 1;
    for (size_t i = 0; i < p.count; i++)
        p.groups[i].box = groups[i].box;
    assign(form, &p);
    free(p.groups);
    return 0;
}
