#include "base/error.h"

#include "base/utf8.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Room for a long path and what went wrong there. */
static _Thread_local char error_text[1024];

/* Cutting inside a UTF-8 sequence (a path may hold some) would leave a broken character. */
static void cut_at_character(char *text, size_t room)
{
    size_t end = room - 1;
    while (end > 0 && dg_utf8_continues(text[end - 1]))
        end--;
    if (end > 0 && ((unsigned char)text[end - 1] & 0x80))
        end--;
    text[end] = '\0';
}

digit_status dg_fail(digit_status status, const char *format, ...)
{
    const int saved = errno;
    va_list arguments;
    va_start(arguments, format);
    const int length = vsnprintf(error_text, sizeof error_text, format, arguments);
    va_end(arguments);
    if (length >= (int)sizeof error_text)
        cut_at_character(error_text, sizeof error_text);
    errno = saved;
    return status;
}

digit_status dg_fail_memory(const char *what, size_t size)
{
    return dg_fail(DIGIT_ERR_MEMORY, "out of memory: %zu bytes for %s", size, what);
}

digit_status dg_fail_about(digit_status status, const char *name)
{
    char sentence[sizeof error_text];
    memcpy(sentence, error_text, sizeof sentence);
    return dg_fail(status, "%s: %s", name, sentence);
}

const char *dg_error_text(void)
{
    return error_text;
}
