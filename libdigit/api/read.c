/* Pictures of several digits. */
#include "api/edge.h"
#include "api/model.h"
#include "api/read.h"
#include "api/sized.h"
#include "read/groups.h"

static const digit_read_options defaults = {.size = sizeof defaults, .min_digits = 1};

void digit_read_options_init(digit_read_options *options, size_t size)
{
    dg_sized_init(options, size, &defaults, sizeof defaults);
}

/* ---- Arguments -------------------------------------------------------- */

static digit_status check_grid(const digit_read_options *o)
{
    if (o->layout != DIGIT_LAYOUT_GRID && (o->rows || o->columns))
        return dg_fail(DIGIT_ERR_ARGUMENT, "rows and columns are for DIGIT_LAYOUT_GRID");
    if (!o->rows != !o->columns)
        return dg_fail(DIGIT_ERR_ARGUMENT, "rows is %u and columns %u: give both or neither",
                       o->rows, o->columns);
    if ((uint64_t)o->rows * o->columns > DG_READING_MAX)
        return dg_fail(DIGIT_ERR_LIMIT, "a grid of %u x %u cells; at most %d in all", o->rows,
                       o->columns, DG_READING_MAX);
    return DIGIT_OK;
}

static digit_status check_options(const digit_read_options *o)
{
    if (o->layout > DIGIT_LAYOUT_GRID)
        return dg_fail(DIGIT_ERR_ARGUMENT, "layout %u is unknown", o->layout);
    if (!(o->min_confidence >= 0 && o->min_confidence <= 1)) /* NaN too */
        return dg_fail(DIGIT_ERR_ARGUMENT, "min_confidence is %g, not 0 to 1",
                       (double)o->min_confidence);
    if (o->min_digits > DG_DIGITS_ASKED_MOST || o->max_digits > DG_DIGITS_ASKED_MOST)
        return dg_fail(DIGIT_ERR_ARGUMENT, "min_digits is %u and max_digits %u; at most %d",
                       o->min_digits, o->max_digits, DG_DIGITS_ASKED_MOST);
    if (o->max_digits && o->max_digits < o->min_digits)
        return dg_fail(DIGIT_ERR_ARGUMENT, "max_digits is %u, less than min_digits, %u",
                       o->max_digits, o->min_digits);
    if (o->allowed >= 1u << DIGIT_CLASSES)
        return dg_fail(DIGIT_ERR_ARGUMENT, "allowed is 0x%x: there are ten digits", o->allowed);
    if (o->line_model && !dg_network_reads_lines(o->line_model->snapshot->network))
        return dg_fail(DIGIT_ERR_ARGUMENT, "line_model reads single digits, not lines");
    if (o->flags & ~(uint32_t)DIGIT_READ_SIGNS)
        return dg_fail(DIGIT_ERR_ARGUMENT, "flags is 0x%x: 0x%x is unknown", o->flags,
                       o->flags & ~(uint32_t)DIGIT_READ_SIGNS);
    return check_grid(o);
}

/* ---- Reading ---------------------------------------------------------- */

static bool has_lines(const digit_read_options *options)
{
    return options->layout == DIGIT_LAYOUT_PAGE || options->layout == DIGIT_LAYOUT_LINE;
}

static digit_status read_image(const digit_model *model, const digit_image *image,
                               const digit_read_options *options, const dg_fields *fields,
                               digit_reading **out)
{
    dg_reader reader = {
        .predictor = model->predictor,
        .lines = options->line_model ? options->line_model->predictor : NULL,
        .threads = dg_model_threads(model),
    };
    const digit_status status =
        has_lines(options) && !reader.lines ? dg_model_lines(model, &reader.lines) : DIGIT_OK;
    return status == DIGIT_OK ? dg_read(&reader, image, options, fields, out) : status;
}

digit_status dg_api_read(const digit_model *model, const digit_image *image,
                         const digit_read_options *options, dg_wanted wanted, digit_reading **out)
{
    digit_read_options ours = defaults;
    digit_status status = DIGIT_OK;
    if (options)
        status = dg_sized_read("digit_read_options", options, sizeof ours, &ours, sizeof ours);
    if (status == DIGIT_OK)
        status = check_options(&ours);
    if (status == DIGIT_OK && wanted.fields)
        ours.layout = DIGIT_LAYOUT_LINE;
    if (status == DIGIT_OK)
        status = dg_model_check_reads_digits(model);
    if (status == DIGIT_OK)
        status = dg_image_check(image);
    if (status != DIGIT_OK)
        return status;
    dg_edge edge = dg_edge_enter();
    *wanted.environment = edge.environment;
    status = read_image(model, image, &ours, wanted.fields, out);
    edge.environment = *wanted.environment;
    return dg_edge_leave(edge, status);
}

digit_status digit_model_read(const digit_model *model, const digit_image *image,
                              const digit_read_options *options, digit_reading **out)
{
    if (!out)
        return dg_fail_null(__func__, "out");
    *out = NULL;
    if (!model || !image)
        return dg_fail_null(__func__, model ? "image" : "model");
    dg_fpenv environment;
    return dg_api_read(model, image, options, (dg_wanted){.environment = &environment}, out);
}

const char *digit_reading_text(const digit_reading *reading)
{
    return reading ? reading->text : "";
}

const digit_glyph *digit_reading_glyphs(const digit_reading *reading, size_t *count)
{
    if (count)
        *count = reading ? reading->count : 0;
    return reading ? reading->glyphs : NULL;
}

const digit_mark *digit_reading_marks(const digit_reading *reading, size_t *count)
{
    if (count)
        *count = reading ? reading->mark_count : 0;
    return reading ? reading->marks : NULL;
}

const digit_group *digit_reading_groups(const digit_reading *reading, size_t *count)
{
    const size_t groups = reading ? reading->group_count : 0;
    if (count)
        *count = groups;
    return groups > 0 ? reading->extents : NULL;
}

const digit_line *digit_reading_lines(const digit_reading *reading, size_t *count)
{
    const size_t lines = reading ? reading->line_count : 0;
    if (count)
        *count = lines;
    return lines > 0 ? reading->lines : NULL;
}

static const dg_reading_group *find_group(const digit_reading *reading, uint32_t line,
                                          uint32_t group)
{
    for (size_t i = 0; i < reading->group_count; i++)
        if (reading->groups[i].line == line && reading->groups[i].group == group)
            return &reading->groups[i];
    return NULL;
}

digit_status digit_reading_candidate(const digit_reading *reading, uint32_t line, uint32_t group,
                                     uint32_t rank, const char **text, double *probability)
{
    if (text)
        *text = NULL;
    if (probability)
        *probability = 0;
    if (!reading || !text || !probability)
        return dg_fail_null(__func__, !reading ? "reading" : !text ? "text" : "probability");
    const dg_reading_group *found = find_group(reading, line, group);
    if (!found)
        return dg_fail(DIGIT_ERR_ARGUMENT, "there is no group %u in line %u", group, line);
    if (rank >= found->count)
        return dg_fail(DIGIT_ERR_ARGUMENT, "rank %u: group %u of line %u has %zu candidates",
                       rank, group, line, found->count);
    const dg_candidate *candidate = &reading->candidates[found->first + rank];
    *text = reading->strings + candidate->text;
    *probability = candidate->probability;
    return DIGIT_OK;
}

void digit_reading_free(digit_reading *reading)
{
    dg_reading_free(reading);
}
