#include "cli.h"
#include "form.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

int form_add(form_template *form, const char *label)
{
    if (form->count == form->room) {
        const size_t room = form->room ? 2 * form->room : 16;
        form_field *larger = realloc(form->fields, room * sizeof *larger);
        if (!larger)
            return cli_message("not enough memory for the fields"), 1;
        form->fields = larger;
        form->room = room;
    }
    char *copy = strdup(label);
    if (!copy)
        return cli_message("not enough memory for the fields"), 1;
    form_field *field = &form->fields[form->count++];
    *field = (form_field){.label = copy};
    digit_field_init(&field->rule, sizeof field->rule);
    return 0;
}

/* ---- Templates ---------------------------------------------------------------- */

static const char *const checks[] = {
    [DIGIT_CHECK_LUHN] = "luhn",         [DIGIT_CHECK_ISBN10] = "isbn10",
    [DIGIT_CHECK_ISBN13] = "isbn13",     [DIGIT_CHECK_EAN] = "ean",
    [DIGIT_CHECK_IBAN] = "iban",         [DIGIT_CHECK_MOD11_10] = "mod11,10",
    [DIGIT_CHECK_MOD97_10] = "mod97,10",
};

const char *form_check_name(uint32_t check)
{
    return checks[check];
}

static const char *const places[] = {
    [FORM_ANYWHERE] = "anywhere", [FORM_RIGHT] = "right", [FORM_BELOW] = "below"
};

/* The index of `word` among words[count], or `count`. */
static uint32_t index_of(const char *word, const char *const *words, uint32_t count)
{
    uint32_t i = 0;
    while (i < count && !(words[i] && strcmp(word, words[i]) == 0))
        i++;
    return i;
}

/* A field as its JSON object has it. */
typedef struct member_values {
    const char *label, *pattern, *check, *country, *place;
    int digits;
} member_values;

static bool is_country(const char *text)
{
    return strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 2 && strlen(text) == 2;
}

/* NULL, or what is wrong. What a pattern means is for the library to say. */
static const char *fault_of(const member_values *e)
{
    const bool iban = e->check && strcmp(e->check, "iban") == 0;
    if (e->digits < 0 || e->digits > 63)
        return "digits: 1 to 63, or 0 for any";
    if (e->digits && e->pattern)
        return "digits or pattern: not both";
    if (iban && !(e->country && is_country(e->country)))
        return "an IBAN has a country of two capital letters";
    if (e->country && !iban)
        return "only an IBAN has a country";
    return NULL;
}

/* A copy of `text` that the field owns; NULL of NULL. */
static int copy_text(const char *text, const char **copy)
{
    *copy = text ? strdup(text) : NULL;
    return !text || *copy ? 0 : (cli_message("not enough memory for the fields"), 1);
}

static int add_field(form_template *form, const member_values *e, uint32_t check, uint32_t place)
{
    if (form_add(form, e->label) != 0)
        return 1;
    form_field *field = &form->fields[form->count - 1];
    field->place = (enum form_place)place;
    field->rule.check = check;
    if (e->digits)
        field->rule.min_digits = field->rule.max_digits = (uint32_t)e->digits;
    return copy_text(e->pattern, &field->rule.pattern) |
           copy_text(e->country, &field->rule.country);
}

/* Wrong members are an error, unknown ones too: a rule that is misspelt would not be looked at. */
static int add_entry(form_template *form, json_t *object, const char *path, size_t number)
{
    member_values e = {.place = "anywhere"};
    json_error_t error;
    if (json_unpack_ex(object, &error, JSON_STRICT, "{s:s, s?i, s?s, s?s, s?s, s?s}", "label",
                       &e.label, "digits", &e.digits, "pattern", &e.pattern, "check", &e.check,
                       "country", &e.country, "place", &e.place) != 0)
        return cli_message("%s: field %zu: %s", path, number, error.text), 1;
    const char *fault = fault_of(&e);
    if (fault)
        return cli_message("%s: field %zu: %s", path, number, fault), 1;
    const uint32_t check_count = sizeof checks / sizeof *checks;
    const uint32_t place_count = sizeof places / sizeof *places;
    const uint32_t check = e.check ? index_of(e.check, checks, check_count) : DIGIT_CHECK_NONE;
    const uint32_t place = index_of(e.place, places, place_count);
    if (check == check_count)
        return cli_message("%s: field %zu: there is no check '%s'", path, number, e.check), 1;
    if (place == place_count)
        return cli_message("%s: field %zu: place is right, below or anywhere", path, number), 1;
    return add_field(form, &e, check, place);
}

int form_load(form_template *form, const char *path)
{
    json_error_t error;
    json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
    if (!root)
        return cli_message("%s: line %d: %s", path, error.line, error.text), 1;
    int status = 0;
    json_t *entry;
    size_t index;
    if (!json_is_array(root))
        status = (cli_message("%s: expected an array of fields", path), 1);
    json_array_foreach(root, index, entry) {
        if (status == 0)
            status = add_entry(form, entry, path, index + 1);
    }
    json_decref(root);
    return status;
}

void form_clear(form_template *form)
{
    for (size_t i = 0; i < form->count; i++) {
        free(form->fields[i].label);
        free((char *)form->fields[i].rule.pattern);
        free((char *)form->fields[i].rule.country);
    }
    free(form->fields);
    *form = (form_template){.fields = NULL};
}
