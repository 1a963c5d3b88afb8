/* visible.h - text from outside, such as a file's name, made harmless for a terminal. */
#ifndef EXAMPLES_VISIBLE_H
#define EXAMPLES_VISIBLE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { VISIBLE_ROOM = 8 }; /* bytes of one character's visible form, with its final NUL */

/* The length in bytes of the character that `text` begins with, and its number; 0: those bytes
 * are not UTF-8. `text` is not empty. */
size_t visible_decode(const char *text, uint32_t *code);

/* The visible form of the character that `text` begins with: itself, or an escape sequence such
 * as \x1b or \u202e for what would control a terminal, reorder the text around it, or is not
 * UTF-8. Returns how many bytes of `text` it stands for. `text` is not empty. */
size_t visible_form(const char *text, char form[VISIBLE_ROOM]);

#ifdef __cplusplus
}
#endif

#endif
