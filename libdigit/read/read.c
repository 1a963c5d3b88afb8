#include "read/read.h"

#include "base/deadline.h"
#include "read/read_parts.h"
#include "vision/page/lean.h"

static digit_status read_sheet(const dg_reader *reader, const digit_image *image,
                               const digit_read_options *options, const dg_fields *fields,
                               digit_reading *reading)
{
    dg_sheet sheet;
    digit_status status = dg_sheet_make(image, reader->threads, &sheet);
    if (status == DIGIT_OK)
        status = dg_deadline_check(reader->threads.deadline);
    if (status == DIGIT_OK && options->layout != DIGIT_LAYOUT_GRID)
        status = dg_lean_right(&sheet);
    if (status == DIGIT_OK)
        status = fields ? dg_read_fields(reader, &sheet, options, fields, reading)
                 : options->layout == DIGIT_LAYOUT_GRID
                     ? dg_read_grid(reader, &sheet, options, reading)
                     : dg_read_lines(reader, &sheet, options, reading);
    dg_sheet_free(&sheet);
    return status;
}

digit_status dg_read(const dg_reader *reader, const digit_image *image,
                     const digit_read_options *options, const dg_fields *fields,
                     digit_reading **out)
{
    atomic_bool cancelled = false;
    dg_deadline deadline = dg_deadline_begin(options->time_limit_ms);
    deadline.cancel = options->cancel;
    deadline.user_data = options->user_data;
    deadline.cancelled = &cancelled;
    dg_reader limited = *reader;
    digit_reading *reading = NULL;
    digit_status status = dg_reading_create(&reading);
    if (status != DIGIT_OK)
        return status;
    limited.threads.deadline = &deadline;
    status = options->layout == DIGIT_LAYOUT_SINGLE
                 ? dg_read_single(&limited, image, options, reading)
                 : read_sheet(&limited, image, options, fields, reading);
    if (status == DIGIT_OK)
        status = dg_reading_finish(reading, options->flags & DIGIT_READ_SIGNS);
    if (status == DIGIT_OK)
        status = dg_deadline_check(&deadline);
    if (status != DIGIT_OK) {
        dg_reading_free(reading);
        return status;
    }
    *out = reading;
    return DIGIT_OK;
}
