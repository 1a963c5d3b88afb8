#include "cli.h"
#include "form.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { KEY = 96 }; /* letters of a label that are compared, and a byte */

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
