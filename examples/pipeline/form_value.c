#include "form.h"

#include <stdlib.h>
#include <string.h>

enum { RANKS = 8 }; /* ways to read a group that the library gives */

static int better_first(const void *a, const void *b)
{
    const form_answer *x = a, *y = b;
    if (x->probability != y->probability)
        return x->probability < y->probability ? 1 : -1;
    return strcmp(x->text, y->text);
}

/* Each answer so far followed by each reading of one more group; the best are kept. */
static size_t join(form_answer answers[FORM_ANSWERS], size_t count, const digit_reading *reading,
                   const form_group *group)
{
    static form_answer longer[FORM_ANSWERS * RANKS];
    size_t made = 0;
    const char *text;
    double probability;
    for (uint32_t rank = 0; rank < RANKS; rank++) {
        if (digit_reading_candidate(reading, group->line, group->group, rank, &text,
                                    &probability) != DIGIT_OK)
            break;
        for (size_t i = 0; i < count; i++) {
            const size_t length = strlen(answers[i].text);
            if (length + strlen(text) + 2 > FORM_TEXT)
                continue;
            form_answer *next = &longer[made++];
            *next = answers[i];
            strcat(length ? strcat(next->text, " ") : next->text, text);
            next->probability *= probability;
        }
    }
    qsort(longer, made, sizeof *longer, better_first);
    made = made < FORM_ANSWERS ? made : FORM_ANSWERS;
    memcpy(answers, longer, made * sizeof *longer);
    return made;
}

/* The ways to read all groups of field `index`. */
static void collect(form_value *value, const digit_reading *reading, const form_groups *groups,
                    ptrdiff_t index)
{
    bool any = false;
    value->count = 0;
    for (size_t i = 0; i < groups->count; i++) {
        const form_group *group = &groups->items[i];
        if (group->field != index)
            continue;
        if (!any)
            value->answers[value->count++] = (form_answer){.probability = 1};
        value->box = any ? form_box_around(value->box, group->box) : group->box;
        value->count = join(value->answers, value->count, reading, group);
        any = true;
    }
}

static bool fits(const form_field *field, const char *text)
{
    char digits[FORM_TEXT];
    size_t count = 0;
    for (; *text; text++) {
        if (*text != ' ')
            digits[count++] = *text;
    }
    digits[count] = '\0';
    return strspn(digits, "0123456789") == count && (!field->digits || count == field->digits) &&
           (!field->check || check_digit_named(field->check)(digits));
}

/* This is what the candidates are for: the likeliest reading may be wrong by one digit, and
 * then its check digit is, too; the first reading that is consistent is most often right. */
static void choose(form_value *value, const form_field *field)
{
    value->chosen = 0;
    while (value->chosen < value->count &&
           !fits(field, value->answers[value->chosen].text))
        value->chosen++;
    value->fits = value->chosen < value->count;
    if (!value->fits)
        value->chosen = 0;
}

/* The part of a picture in a box and half a digit around it. */
static digit_image part_of(const digit_image *image, digit_box *box)
{
    const int32_t margin = box->height / 2;
    const int32_t left = box->x > margin ? box->x - margin : 0;
    const int32_t top = box->y > margin ? box->y - margin : 0;
    const int32_t right = box->x + box->width + margin, bottom = box->y + box->height + margin;
    const int32_t width = (int32_t)image->width, height = (int32_t)image->height;
    *box = (digit_box){left, top, (right < width ? right : width) - left,
                       (bottom < height ? bottom : height) - top};
    const int32_t bytes = image->format == DIGIT_PIXEL_GRAY8 ? 1 : 4;
    digit_image part = *image;
    part.pixels = (const uint8_t *)image->pixels + top * image->stride + left * bytes;
    part.width = (uint32_t)box->width;
    part.height = (uint32_t)box->height;
    return part;
}

/* Once more by itself, with the number of digits told to the library: it then cuts the ink
 * into so many. */
static int read_again(const digit_model *model, const digit_image *image,
                      const form_field *field, form_value *value)
{
    digit_box box = value->box;
    const digit_image part = part_of(image, &box);
    digit_read_options options;
    digit_reading *reading = NULL;
    digit_read_options_init(&options, sizeof options);
    options.layout = DIGIT_LAYOUT_LINE;
    options.min_digits = options.max_digits = field->digits;
    if (digit_model_read(model, &part, &options, &reading) != DIGIT_OK)
        return -1;
    form_value again = {.count = 0};
    form_groups groups = form_groups_of(reading);
    collect(&again, reading, &groups, -1);
    choose(&again, field);
    if (again.fits) {
        again.box.x += box.x;
        again.box.y += box.y;
        *value = again;
    }
    free(groups.items);
    digit_reading_free(reading);
    return 0;
}

int form_value_read(const digit_model *model, const digit_image *image,
                    const digit_reading *reading, const form_groups *groups,
                    const form_field *field, ptrdiff_t index, form_value *out)
{
    *out = (form_value){.count = 0};
    collect(out, reading, groups, index);
    choose(out, field);
    if (!out->fits && out->count && field->digits)
        return read_again(model, image, field, out);
    return 0;
}
