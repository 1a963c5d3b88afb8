/* Fields of a form, of which the caller knows something. */
#include "api/edge.h"
#include "api/model.h"
#include "api/read.h"
#include "api/sized.h"
#include "base/mem.h"
#include "read/field.h"

#include <string.h>

#define FIELDS_MOST 1024

static const digit_field defaults = {.size = sizeof defaults, .min_digits = 1};

void digit_field_init(digit_field *field, size_t size)
{
    dg_sized_init(field, size, &defaults, sizeof defaults);
}

/* ---- Arguments ------------------------------------------------------------------ */

static bool is_capital(char c)
{
    return c >= 'A' && c <= 'Z';
}

static digit_status check_field(const digit_field *f, size_t index)
{
    dg_field compiled;
    if (f->box.width < 0 || f->box.height < 0)
        return dg_fail(DIGIT_ERR_ARGUMENT, "field %zu: its box is %d x %d pixels", index,
                       f->box.width, f->box.height);
    if (f->min_digits > DG_PATTERN_MOST || f->max_digits > DG_PATTERN_MOST)
        return dg_fail(DIGIT_ERR_ARGUMENT, "field %zu: min_digits is %u and max_digits %u; at "
                       "most %d", index, f->min_digits, f->max_digits, DG_PATTERN_MOST);
    if (f->max_digits && f->max_digits < f->min_digits)
        return dg_fail(DIGIT_ERR_ARGUMENT, "field %zu: max_digits is %u, less than min_digits, %u",
                       index, f->max_digits, f->min_digits);
    if (f->allowed >= 1u << DIGIT_CLASSES)
        return dg_fail(DIGIT_ERR_ARGUMENT, "field %zu: allowed is 0x%x: there are ten digits",
                       index, f->allowed);
    if (f->check > DIGIT_CHECK_MOD97_10)
        return dg_fail(DIGIT_ERR_ARGUMENT, "field %zu: check %u is unknown", index, f->check);
    if (f->check == DIGIT_CHECK_IBAN && !(f->country && is_capital(f->country[0]) &&
                                          is_capital(f->country[1]) && !f->country[2]))
        return dg_fail(DIGIT_ERR_ARGUMENT, "field %zu: country is \"%s\", not two capital letters",
                       index, f->country ? f->country : "");
    return dg_field_compile(f, &compiled);
}

/* The caller's fields, which may be of another size, as ours[count]. */
static digit_status copy_fields(const digit_field *theirs, size_t count, digit_field *ours)
{
    const unsigned char *at = (const unsigned char *)theirs;
    digit_status status = DIGIT_OK;
    for (size_t i = 0; status == DIGIT_OK && i < count; i++, at += theirs->size) {
        size_t size;
        memcpy(&size, at, sizeof size);
        if (size != theirs->size)
            return dg_fail(DIGIT_ERR_ARGUMENT, "field %zu: size is %zu, and %zu in field 0", i,
                           size, theirs->size);
        ours[i] = defaults;
        status = dg_sized_read("digit_field", at, sizeof *ours, &ours[i], sizeof *ours);
        if (status == DIGIT_OK)
            status = check_field(&ours[i], i);
    }
    return status;
}

/* ---- What is called back --------------------------------------------------------- */

/* The caller's function runs in the caller's floating-point environment. */
typedef struct outside {
    digit_accept_fn accept;
    void *user_data;
    dg_fpenv *environment;
} outside;

static int call_accept(const char *text, void *user_data)
{
    const outside *caller = user_data;
    const dg_fpenv ours = dg_fpenv_enter();
    dg_fpenv_leave(*caller->environment);
    const int answer = caller->accept(text, caller->user_data);
    *caller->environment = dg_fpenv_enter();
    dg_fpenv_leave(ours);
    return answer;
}

static void wrap(digit_field *field, outside *caller, dg_fpenv *environment)
{
    *caller = (outside){field->accept, field->user_data, environment};
    field->accept = field->accept ? call_accept : NULL;
    field->user_data = caller;
}

/* ---- Reading -------------------------------------------------------------------- */

digit_status digit_model_read_fields(const digit_model *model, const digit_image *image,
                                     const digit_field *fields, size_t count,
                                     const digit_read_options *options, digit_reading **out)
{
    if (!out)
        return dg_fail_null(__func__, "out");
    *out = NULL;
    if (!model || !image || !fields)
        return dg_fail_null(__func__, !model ? "model" : !image ? "image" : "fields");
    if (count > FIELDS_MOST)
        return dg_fail(DIGIT_ERR_LIMIT, "%zu fields; at most %d", count, FIELDS_MOST);
    dg_fpenv environment = 0;
    digit_field *ours = dg_alloc(count, sizeof *ours);
    outside *callers = dg_alloc(count, sizeof *callers);
    digit_status status = ours && callers ? copy_fields(fields, count, ours)
                                          : dg_fail_memory("fields", count * sizeof *ours);
    for (size_t i = 0; status == DIGIT_OK && i < count; i++)
        wrap(&ours[i], &callers[i], &environment);
    const dg_fields asked = {ours, (uint32_t)count};
    if (status == DIGIT_OK)
        status = dg_api_read(model, image, options, (dg_wanted){&asked, &environment}, out);
    dg_free(callers);
    dg_free(ours);
    return status;
}

const digit_field_text *digit_reading_fields(const digit_reading *reading, size_t *count)
{
    const size_t fields = reading ? reading->field_count : 0;
    if (count)
        *count = fields;
    return fields > 0 ? reading->field_texts : NULL;
}
