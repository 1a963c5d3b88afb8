/*
 * json.h - the little of JSON that a model file's header may use.
 *
 * Texts, whole numbers, and the marks between them, taken one by one; nothing nests and
 * nothing is allocated. Not jansson's reader: where its token buffer can't grow, jansson
 * 2.14 drops bytes and then runs past the buffer's end (lex_save() in its load.c), so a
 * load that is short of memory could write over the heap.
 */
#ifndef DG_IO_JSON_H
#define DG_IO_JSON_H

#include <digit/digit.h>
#include <stdbool.h>

/* A place in bytes[size]. Messages count from `start`. */
typedef struct dg_json {
    const uint8_t *start, *at, *end;
    char *room; /* where texts go, one after another: as many bytes as the JSON has */
} dg_json;

/* Each skips spaces first. A failure is DIGIT_ERR_FORMAT and says at which byte. */

bool dg_json_next(dg_json *json, char mark);           /* take `mark` if it is there */
digit_status dg_json_expect(dg_json *json, char mark); /* it must be */
digit_status dg_json_text(dg_json *json, const char **text);
digit_status dg_json_numbers(dg_json *json, uint64_t *numbers, size_t most, size_t *count);
digit_status dg_json_end(dg_json *json); /* nothing else may follow */

/* Is all of a string UTF-8? */
bool dg_json_is_utf8(const char *text);

#endif
