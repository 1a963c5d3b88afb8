/*
 * ocr-pipeline - a filled-in form: its print through Tesseract, its handwritten
 * numbers through libdigit, both in one JSON object a page.
 *
 * Tesseract finds the words. What it is sure of is print and is painted over; the library
 * finds the digits on the rest of the page; each number goes to the label it stands beside or
 * below. Then its place is known, and the library reads it as a field with its rules.
 */
#include "cli.h"
#include "form.h"
#include "ocr_words.h"
#include "picture_blank.h"
#include "picture_pages.h"

#include <digit/digit.h>
#include <getopt.h>
#include <stdlib.h>

enum { FIELD, FORM, LANGUAGE, MODEL, THREADS, OPTION_COUNT };
enum { CANDIDATES = 5, REALS = 6 };

static const cli_option options[OPTION_COUNT] = {
    [FIELD] = {"field", "LABEL", "a number beside or below this print; may be repeated",
               "all print"},
    [FORM] = {"form", "FILE", "JSON with fields: label, digits, pattern, check, place", ""},
    [LANGUAGE] = {"language", "NAME", "Tesseract's name of the print's language", "eng"},
    [MODEL] = {"model", "FILE", "model to ask", "the built-in one"},
    [THREADS] = {"threads", "N", "threads to use; 0: one for each CPU", "0"},
};

static const cli_program program = {
    .name = "ocr-pipeline",
    .usage = "[options] PICTURE...",
    .purpose = "Read filled-in forms: printed words with Tesseract, handwritten numbers with\n"
               "libdigit. One JSON object a page.",
    .options = options,
    .count = OPTION_COUNT,
};

typedef struct pipeline {
    ocr_engine *tesseract;
    digit_model *model;
    form_template form; /* asked for; empty: whatever is there */
} pipeline;

/* ---- JSON ----------------------------------------------------------------- */

static json_t *box_array(digit_box box)
{
    return json_pack("[i, i, i, i]", box.x, box.y, box.width, box.height);
}

static json_t *words_array(const ocr_words *words)
{
    json_t *array = json_array();
    for (size_t i = 0; i < words->count; i++) {
        const ocr_word *word = &words->items[i];
        json_array_append_new(array, json_pack("{s:o, s:f, s:o, s:i, s:b}", "text",
                                               cli_json_text(word->text), "confidence",
                                               word->confidence, "box", box_array(word->box),
                                               "line", (int)word->line, "print", word->print));
    }
    return array;
}

/* The digits of the texts that fit, most probable first. */
static json_t *candidates_array(const digit_reading *reading, const digit_group *group)
{
    json_t *array = json_array();
    for (uint32_t rank = 0; rank < group->candidates && rank < CANDIDATES; rank++) {
        const char *digits = "";
        double probability = 0;
        digit_reading_candidate(reading, group->line, group->group, rank, &digits, &probability);
        json_array_append_new(array, json_pack("[s, f]", digits, probability));
    }
    return array;
}

/* Without a rule nothing says whether a text is valid. */
static json_t *validity(const digit_field *rule, const digit_field_text *text)
{
    const bool has_rule = rule->pattern || rule->max_digits || rule->check != DIGIT_CHECK_NONE;
    return has_rule ? json_boolean(text->flags & DIGIT_FIELD_VALID) : json_null();
}

/* `number`: of the field in the reading; below 0: nothing is written there. */
static json_t *field_object(const form_field *field, const digit_reading *reading,
                            ptrdiff_t number)
{
    const digit_field_text *text = number < 0 ? NULL : &digit_reading_fields(reading, NULL)[number];
    const bool written = text && !(text->flags & DIGIT_FIELD_EMPTY);
    const digit_line *line = written ? &digit_reading_lines(reading, NULL)[number] : NULL;
    const char *check = form_check_name(field->rule.check);
    return json_pack(
        "{s:o, s:o, s:o, s:s, s:f, s:s?, s:o, s:o}", "label", cli_json_text(field->label),
        "label_box", field->found ? box_array(field->label_box) : json_null(), "box",
        written ? box_array(line->box) : json_null(), "text", written ? text->text : "",
        "confidence", written ? (double)text->confidence : 0.0, "check", check, "valid",
        written ? validity(&field->rule, text) : json_null(), "candidates",
        written ? candidates_array(reading, &digit_reading_groups(reading, NULL)
                                                [line->first_group])
                : json_array());
}

/* ---- A page --------------------------------------------------------------- */

/* The fields of this page: those asked for, or all print that may be a label. */
static int find_fields(const pipeline *p, const char *name, ocr_words *words, form_template *found)
{
    int status = 0;
    *found = p->form;
    if (p->form.count == 0)
        return form_take_phrases(found, words);
    form_find_labels(found, words);
    for (size_t i = 0; i < found->count; i++) {
        if (!found->fields[i].found) {
            cli_message("%s: no print like '%s'", name, found->fields[i].label);
            status = 1;
        }
    }
    return status;
}

/* Of what nobody asked for, only fields with a number count. */
static json_t *fields_array(const pipeline *p, const form_template *form,
                            const digit_reading *reading)
{
    json_t *array = json_array();
    ptrdiff_t number = 0;
    for (size_t i = 0; i < form->count; i++) {
        const form_field *field = &form->fields[i];
        const bool written = field->room.width > 0;
        if (written || p->form.count)
            json_array_append_new(array, field_object(field, reading, written ? number : -1));
        number += written;
    }
    return array;
}

/* NULL `fields`: memory ran out, which cli_print_json() reports. */
static int print_page(const picture_page *page, const ocr_words *words, json_t *fields)
{
    const digit_image *image = &page->shown->image;
    return cli_print_json(json_pack("{s:o, s:i, s:i, s:i, s:o, s:o}", "file",
                                    cli_json_text(page->name), "page", (int)page->page, "width",
                                    (int)image->width, "height", (int)image->height, "words",
                                    words_array(words), "fields", fields),
                          REALS);
}

/* The fields that have a number, in their order. */
static int read_rooms(const pipeline *p, const picture_page *page, const form_template *form,
                      digit_reading **reading)
{
    digit_field *asked = calloc(form->count + 1, sizeof *asked);
    if (!asked)
        return cli_message("not enough memory for the fields"), 1;
    size_t count = 0;
    for (size_t i = 0; i < form->count; i++) {
        if (form->fields[i].room.width == 0)
            continue;
        asked[count] = form->fields[i].rule;
        asked[count++].box = form->fields[i].room;
    }
    const digit_status status = digit_model_read_fields(p->model, &page->shown->image, asked,
                                                        count, NULL, reading);
    free(asked);
    return status == DIGIT_OK ? 0 : cli_library_error(page->name);
}

static int read_fields(const pipeline *p, const picture_page *page, form_template *form,
                       const ocr_words *words)
{
    digit_reading *whole = NULL, *reading = NULL;
    if (digit_model_read(p->model, &page->shown->image, NULL, &whole) != DIGIT_OK)
        return cli_library_error(page->name);
    int status = form_find_rooms(form, words, whole);
    digit_reading_free(whole);
    if (status == 0)
        status = read_rooms(p, page, form, &reading);
    if (status == 0)
        status = print_page(page, words, fields_array(p, form, reading));
    digit_reading_free(reading);
    return status;
}

static int read_page(void *context, const picture_page *page)
{
    const pipeline *p = context;
    ocr_words words;
    if (ocr_words_find(p->tesseract, &page->shown->image, &words) != 0) {
        cli_message("%s: Tesseract could not read page %u", page->name, page->page);
        ocr_words_clear(&words);
        return 1;
    }
    form_template fields;
    int status = find_fields(p, page->name, &words, &fields);
    for (size_t i = 0; i < words.count; i++) {
        if (words.items[i].print)
            picture_blank(page->shown, words.items[i].box);
    }
    status |= read_fields(p, page, &fields, &words);
    if (p->form.count == 0)
        form_clear(&fields);
    ocr_words_clear(&words);
    return status;
}

/* ---- The program ---------------------------------------------------------- */

/* What the library has to say about the rules, before any page is read: no digit is on this
 * picture. */
static int check_rules(const pipeline *p)
{
    static const uint8_t white = 255;
    const digit_image blank = {&white, 1, 1, 1, DIGIT_PIXEL_GRAY8, DIGIT_INK_DARK};
    int status = 0;
    for (size_t i = 0; i < p->form.count && status == 0; i++) {
        const form_field *field = &p->form.fields[i];
        digit_reading *reading = NULL;
        if (digit_model_read_fields(p->model, &blank, &field->rule, 1, NULL, &reading) != DIGIT_OK)
            status = (cli_message("'%s': %s", field->label, digit_last_error()), 1);
        digit_reading_free(reading);
    }
    return status;
}

static int start(pipeline *p, const char *language, const char *model, uint32_t threads)
{
    p->tesseract = ocr_engine_start(language);
    if (!p->tesseract) {
        cli_message("Tesseract has no language '%s' (apt-get install tesseract-ocr-%s)", language,
                    language);
        return 1;
    }
    if ((model ? digit_model_load(model, &p->model)
               : digit_model_load_pretrained(&p->model)) != DIGIT_OK ||
        digit_model_set_threads(p->model, threads) != DIGIT_OK)
        return cli_library_error(model);
    return check_rules(p);
}

int main(int argc, char **argv)
{
    pipeline p = {.tesseract = NULL};
    const char *language = "eng", *model = NULL;
    uint32_t threads = 0;
    int status = 0;
    cli_start(&program);
    for (int option; (option = cli_next(argc, argv)) >= 0;) {
        switch (option) {
        case FIELD: status |= form_add(&p.form, optarg); break;
        case FORM: status |= form_load(&p.form, optarg); break;
        case LANGUAGE: language = optarg; break;
        case MODEL: model = optarg; break;
        case THREADS: threads = (uint32_t)cli_whole("--threads", optarg, 0, 256); break;
        }
    }
    if (optind == argc)
        cli_usage_error("no PICTURE given");
    if (status == 0)
        status = start(&p, language, model, threads);
    const bool ready = status == 0;
    for (int i = optind; i < argc && ready; i++)
        status |= picture_each_page(argv[i], read_page, &p);
    ocr_engine_stop(p.tesseract);
    digit_model_free(p.model);
    form_clear(&p.form);
    return cli_finish(status);
}
