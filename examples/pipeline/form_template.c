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
    form->fields[form->count++] = (form_field){.label = copy};
    return 0;
}

static int parse_place(const char *word, enum form_place *place)
{
    static const char *const words[] = {
        [FORM_ANYWHERE] = "anywhere", [FORM_RIGHT] = "right", [FORM_BELOW] = "below"
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        *place = (enum form_place)i;
        if (strcmp(word, words[i]) == 0)
            return 0;
    }
    return -1;
}

/* Wrong members are an error, unknown ones too: a rule that is misspelt would not be looked at. */
static int add_entry(form_template *form, json_t *entry, const char *path, size_t number)
{
    const char *label = NULL, *check = NULL, *place = "anywhere";
    int digits = 0;
    json_error_t error;
    if (json_unpack_ex(entry, &error, JSON_STRICT, "{s:s, s?i, s?s, s?s}", "label", &label,
                       "digits", &digits, "check", &check, "place", &place) != 0)
        return cli_message("%s: field %zu: %s", path, number, error.text), 1;
    if (digits < 0 || digits > 64)
        return cli_message("%s: field %zu: digits: 1 to 64, or 0 for any", path, number), 1;
    if (check && !check_digit_named(check))
        return cli_message("%s: field %zu: there is no check '%s'", path, number, check), 1;
    enum form_place where;
    if (parse_place(place, &where) != 0)
        return cli_message("%s: field %zu: place is right, below or anywhere", path, number), 1;
    if (form_add(form, label) != 0)
        return 1;
    form_field *field = &form->fields[form->count - 1];
    field->digits = (uint32_t)digits;
    field->place = where;
    field->check = check ? strdup(check) : NULL;
    if (check && !field->check)
        return cli_message("not enough memory for the fields"), 1;
    return 0;
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
        free(form->fields[i].check);
    }
    free(form->fields);
    *form = (form_template){.fields = NULL};
}
