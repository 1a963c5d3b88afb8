/* read_parts.h - the layouts of read.c, one file each. */
#ifndef DG_READ_READ_PARTS_H
#define DG_READ_READ_PARTS_H

#include "read/read.h"
#include "vision/page/sheet.h"

/* One digit fills the picture. */
digit_status dg_read_single(const dg_reader *reader, const digit_image *image,
                            const digit_read_options *options, digit_reading *reading);

/* Lines of digits. */
digit_status dg_read_lines(const dg_reader *reader, const dg_sheet *sheet,
                           const digit_read_options *options, digit_reading *reading);

/* A digit or none in each cell. */
digit_status dg_read_grid(const dg_reader *reader, const dg_sheet *sheet,
                          const digit_read_options *options, digit_reading *reading);

/* The fields of a form. */
digit_status dg_read_fields(const dg_reader *reader, const dg_sheet *sheet,
                            const digit_read_options *options, const dg_fields *fields,
                            digit_reading *reading);

/* The digits that may be answered; bit d = digit d. */
static inline uint32_t dg_read_allowed(const digit_read_options *options)
{
    return options->allowed ? options->allowed : (1u << DIGIT_CLASSES) - 1;
}

/* May a group have so many digits? max_digits 0: no upper limit. */
static inline bool dg_read_is_asked(size_t digits, uint32_t min_digits, uint32_t max_digits)
{
    return digits >= min_digits && (max_digits == 0 || digits <= max_digits);
}

/* The answer with `digit` for its digit, and its confidence. */
static inline digit_prediction dg_read_answer(digit_prediction answer, int digit)
{
    answer.digit = digit;
    answer.confidence = answer.probabilities[digit] * (1 - answer.other);
    return answer;
}

/* The most probable digit that is allowed. */
static inline int dg_read_digit(const digit_prediction *answer, uint32_t allowed)
{
    int best = -1;
    for (int d = 0; d < DIGIT_CLASSES; d++)
        if (allowed >> d & 1 &&
            (best < 0 || answer->probabilities[d] > answer->probabilities[best]))
            best = d;
    return best;
}

#endif
