/* alphabet.h - what a line of writing consists of, for all who draw, learn or read one. */
#ifndef DG_BASE_ALPHABET_H
#define DG_BASE_ALPHABET_H

/* Rows of a line. */
#define DG_LINE_ROWS 32

/* Classes; 0..9 are the digits. A word is one DG_LINE_LETTER, however many letters it has; so is
 * any other sign that stands like one, as that of a currency. */
enum {
    DG_LINE_POINT = 10,
    DG_LINE_COMMA,
    DG_LINE_DASH,
    DG_LINE_SLASH,
    DG_LINE_COLON,
    DG_LINE_PLUS,
    DG_LINE_PERCENT,
    DG_LINE_LETTER,
    DG_LINE_CLASSES,
    DG_LINE_MARK = DG_LINE_CLASSES /* no class: small ink of which a network knows nothing */
};

/* The characters of the digits and signs, by their classes. */
#define DG_LINE_CHARACTERS "0123456789.,-/:+%"

#endif
