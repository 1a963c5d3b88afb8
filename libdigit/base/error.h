/* error.h - the one way to report a failure. */
#ifndef DG_BASE_ERROR_H
#define DG_BASE_ERROR_H

#include <digit/digit.h>

/*
 * Keep the sentence for digit_last_error() and return `status`, so that callers
 * write `return dg_fail(DIGIT_ERR_FORMAT, "%s: ...", name)`. A text longer than
 * the thread's buffer is cut at a character boundary.
 */
digit_status dg_fail(digit_status status, const char *format, ...)
    __attribute__((format(printf, 2, 3), cold));

/* dg_fail(DIGIT_ERR_MEMORY, ...) with the usual words. `what` names the thing. */
digit_status dg_fail_memory(const char *what, size_t size);

/* Put `name` and a colon in front of the sentence of the failure just made: for
 * callers who know the file that the code below them only knows as bytes. */
digit_status dg_fail_about(digit_status status, const char *name);

/* The text of this thread's most recent failure; "" if none. */
const char *dg_error_text(void);

#endif
