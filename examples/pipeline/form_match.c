#include "cli.h"
#include "form.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { KEY = 96 }; /* letters of a label that are compared, and a byte */

static int32_t least(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

static int32_t most(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

digit_box form_box_around(digit_box a, digit_box b)
{
    const int32_t left = least(a.x, b.x), top = least(a.y, b.y);
    return (digit_box){left, top, most(a.x + a.width, b.x + b.width) - left,
                       most(a.y + a.height, b.y + b.height) - top};
}

/* Side by side: they share half of the lower one's height. */
static bool same_row(digit_box a, digit_box b)
{
    const int32_t shared = least(a.y + a.height, b.y + b.height) - most(a.y, b.y);
    return 2 * shared >= least(a.height, b.height);
}

/* ---- Labels ----------------------------------------------------------------- */

/* Append what is compared of a text: letters and digits, small; signs and spaces differ
 * from print to print. */
static void append_key(char key[KEY], const char *text)
{
    size_t length = strlen(key);
    for (; *text && length + 1 < KEY; text++) {
        const unsigned char c = (unsigned char)*text;
        if (isalnum(c) || c >= 0x80)
            key[length++] = (char)(c < 0x80 ? tolower(c) : c);
    }
    key[length] = '\0';
}

/* How many bytes must be put in, left out or changed to make one of the other (Levenshtein). */
static size_t edits(const char *a, const char *b)
{
    size_t row[KEY];
    for (size_t j = 0; j <= strlen(b); j++)
        row[j] = j;
    for (size_t i = 1; a[i - 1]; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; b[j - 1]; j++) {
            const size_t change = diagonal + (a[i - 1] != b[j - 1]);
            const size_t gap = 1 + (row[j] < row[j - 1] ? row[j] : row[j - 1]);
            diagonal = row[j];
            row[j] = change < gap ? change : gap;
        }
    }
    return row[strlen(b)];
}

/* A run of words. */
typedef struct run {
    size_t first, count;
} run;

/* The words from `first` on that are nearest to the label; *distance in edits. */
static run best_run(const ocr_words *words, size_t first, const char *wanted, size_t *distance)
{
    char key[KEY] = "";
    run best = {first, 0};
    for (size_t i = first; i < words->count && words->items[i].line == words->items[first].line &&
                           strlen(key) <= strlen(wanted); i++) {
        append_key(key, words->items[i].text);
        const size_t here = edits(key, wanted);
        if (best.count == 0 || here < *distance) {
            best.count = i - first + 1;
            *distance = here;
        }
    }
    return best;
}

/* Tesseract may misread one letter of five. A label of signs only is nowhere. `taken`: words that
 * are another field's label. */
static run find_label(const ocr_words *words, const bool *taken, const char *label)
{
    char wanted[KEY] = "";
    append_key(wanted, label);
    size_t limit = strlen(wanted) / 5 + 1;
    run found = {0, 0};
    for (size_t i = 0; *wanted && i < words->count; i++) {
        size_t distance = limit;
        const run here = best_run(words, i, wanted, &distance);
        if (distance < limit && !taken[i]) {
            limit = distance;
            found = here;
        }
    }
    return found;
}

void form_find_labels(form_template *form, ocr_words *words)
{
    bool *taken = calloc(words->count + 1, sizeof *taken);
    for (size_t i = 0; i < form->count; i++) {
        form_field *field = &form->fields[i];
        const run at = taken ? find_label(words, taken, field->label) : (run){0, 0};
        field->found = at.count > 0;
        for (size_t w = at.first; w < at.first + at.count; w++) {
            const digit_box box = words->items[w].box;
            field->label_box = w == at.first ? box : form_box_around(field->label_box, box);
            words->items[w].print = taken[w] = true;
        }
    }
    free(taken);
}

/* ---- Phrases ---------------------------------------------------------------- */

/* `next` goes on with the phrase that `word` is in. */
static bool same_phrase(const ocr_word *word, const ocr_word *next)
{
    const int32_t gap = next->box.x - (word->box.x + word->box.width);
    return next->print && next->line == word->line && gap < 2 * word->box.height;
}

static int append_word(form_field *field, const ocr_word *word)
{
    const size_t length = strlen(field->label);
    char *longer = realloc(field->label, length + strlen(word->text) + 2);
    if (!longer)
        return cli_message("not enough memory for the fields"), 1;
    longer[length] = ' ';
    strcpy(longer + length + 1, word->text);
    field->label = longer;
    field->label_box = form_box_around(field->label_box, word->box);
    return 0;
}

int form_take_phrases(form_template *form, const ocr_words *words)
{
    int status = 0;
    for (size_t i = 0; i < words->count && status == 0; i++) {
        const ocr_word *word = &words->items[i];
        if (!word->print)
            continue;
        if (i > 0 && word[-1].print && same_phrase(word - 1, word)) {
            status = append_word(&form->fields[form->count - 1], word);
        } else if ((status = form_add(form, word->text)) == 0) {
            form->fields[form->count - 1].found = true;
            form->fields[form->count - 1].label_box = word->box;
        }
    }
    return status;
}

/* ---- Groups ----------------------------------------------------------------- */

form_groups form_groups_of(const digit_reading *reading)
{
    size_t count;
    const digit_glyph *glyphs = digit_reading_glyphs(reading, &count);
    form_groups groups = {.items = malloc((count + 1) * sizeof *groups.items)};
    for (size_t i = 0; groups.items && i < count; i++) {
        form_group *last = groups.count ? &groups.items[groups.count - 1] : NULL;
        if (last && last->line == glyphs[i].line && last->group == glyphs[i].group)
            last->box = form_box_around(last->box, glyphs[i].box);
        else
            groups.items[groups.count++] = (form_group){
                .box = glyphs[i].box,
                .line = glyphs[i].line,
                .group = glyphs[i].group,
                .field = -1,
            };
    }
    return groups;
}

/* Where the row of a label ends: at the next print on its right. */
static int32_t row_end(const ocr_words *words, digit_box label)
{
    int32_t end = INT32_MAX;
    for (size_t i = 0; i < words->count; i++) {
        const ocr_word *word = &words->items[i];
        if (word->print && word->box.x >= label.x + label.width && same_row(word->box, label))
            end = least(end, word->box.x);
    }
    return end;
}

static size_t take_row(form_groups *groups, const ocr_words *words, digit_box label,
                       ptrdiff_t field)
{
    const int32_t end = row_end(words, label);
    size_t taken = 0;
    for (size_t i = 0; i < groups->count; i++) {
        form_group *group = &groups->items[i];
        if (group->field < 0 && same_row(group->box, label) && group->box.x >= label.x &&
            group->box.x < end) {
            group->field = field;
            taken++;
        }
    }
    return taken;
}

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
static void take_below(form_groups *groups, const ocr_words *words, digit_box label,
                       ptrdiff_t field)
{
    const int32_t end = row_end(words, label);
    const form_group *top = NULL;
    for (size_t i = 0; i < groups->count; i++) {
        form_group *group = &groups->items[i];
        const digit_box box = group->box;
        const int32_t line = most(box.height, label.height);
        const bool under = box.y > label.y + label.height / 2 &&
                           box.y - (label.y + label.height) < 3 * line &&
                           box.x >= label.x - line && box.x < end;
        if (group->field >= 0 || !under || is_covered(words, label, box) ||
            (top && !same_row(top->box, box)))
            continue;
        top = group;
        group->field = field;
    }
}

void form_assign(const form_template *form, const ocr_words *words, form_groups *groups)
{
    for (size_t pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < form->count; i++) {
            const form_field *field = &form->fields[i];
            bool filled = !field->found;
            for (size_t g = 0; g < groups->count; g++)
                filled |= groups->items[g].field == (ptrdiff_t)i;
            if (filled)
                continue;
            if (pass == 0 && field->place != FORM_BELOW)
                take_row(groups, words, field->label_box, (ptrdiff_t)i);
            if (pass == 1 && field->place != FORM_RIGHT)
                take_below(groups, words, field->label_box, (ptrdiff_t)i);
        }
    }
}
