/*
 * ocr-pipeline - a filled-in form: its print through Tesseract, its handwritten
 * numbers through libdigit, both in one JSON object a page.
 *
 * Tesseract finds the words. What it is sure of is print and is painted over; the library
 * reads the rest of the page at once; each number goes to the label it stands beside or below.
 * How many digits a field has and its check digit choose among the ways to read the number.
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
    [FORM] = {"form", "FILE", "JSON with fields: label, digits, check, place", ""},
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

static json_t *candidates_array(const form_value *value)
{
    json_t *array = json_array();
    for (size_t i = 0; i < value->count && i < CANDIDATES; i++)
        json_array_append_new(array, json_pack("[s, f]", value->answers[i].text,
                                               value->answers[i].probability));
    return array;
}

static json_t *field_object(const form_field *field, const form_value *value)
{
    const bool written = value->count > 0;
    const form_answer *answer = &value->answers[value->chosen];
    return json_pack(
        "{s:o, s:o, s:o, s:s, s:f, s:o, s:o, s:o}", "label", cli_json_text(field->label),
        "label_box", field->found ? box_array(field->label_box) : json_null(), "box",
        written ? box_array(value->box) : json_null(), "text", written ? answer->text : "",
        "confidence", written ? answer->probability : 0.0, "check",
        field->check ? json_string(field->check) : json_null(), "valid",
        written && (field->check || field->digits) ? json_boolean(value->fits) : json_null(),
        "candidates", candidates_array(value));
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

/* NULL: the library failed. Of what nobody asked for, only fields with a number count. */
static json_t *fields_array(const pipeline *p, const form_template *form,
                            const digit_reading *reading, const form_groups *groups,
                            const picture *shown)
{
    static form_value value;
    json_t *array = json_array();
    for (size_t i = 0; i < form->count; i++) {
        if (form_value_read(p->model, &shown->image, reading, groups, &form->fields[i],
                            (ptrdiff_t)i, &value) != 0) {
            json_decref(array);
            return NULL;
        }
        if (value.count || p->form.count)
            json_array_append_new(array, field_object(&form->fields[i], &value));
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

static int read_fields(const pipeline *p, const picture_page *page, const form_template *form,
                       const ocr_words *words)
{
    digit_reading *reading = NULL;
    if (digit_model_read(p->model, &page->shown->image, NULL, &reading) != DIGIT_OK)
        return cli_library_error(page->name);
    form_groups groups = form_groups_of(reading);
    json_t *fields = NULL;
    int status = 0;
    if (groups.items) {
        form_assign(form, words, &groups);
        fields = fields_array(p, form, reading, &groups, page->shown);
        status = fields ? 0 : cli_library_error(page->name);
    }
    if (status == 0)
        status = print_page(page, words, fields);
    free(groups.items);
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
    return 0;
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
    for (int i = optind; i < argc && p.model; i++)
        status |= picture_each_page(argv[i], read_page, &p);
    ocr_engine_stop(p.tesseract);
    digit_model_free(p.model);
    form_clear(&p.form);
    return cli_finish(status);
}
