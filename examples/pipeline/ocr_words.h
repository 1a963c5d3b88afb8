/* ocr_words.h - the words on a picture, through Tesseract. */
#ifndef EXAMPLES_OCR_WORDS_H
#define EXAMPLES_OCR_WORDS_H

#include <digit/digit.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct ocr_word {
    char *text;        /* UTF-8 */
    double confidence; /* 0..1 */
    digit_box box;
    uint32_t line;     /* from 0 */
    bool print;        /* Tesseract is sure of it and it has letters: no handwriting */
} ocr_word;

typedef struct ocr_words {
    ocr_word *items; /* [count] */
    size_t count, room;
} ocr_words;

/* An engine for one of Tesseract's languages ("eng", "deu+eng"); NULL if it can't be had. */
typedef struct TessBaseAPI ocr_engine;
ocr_engine *ocr_engine_start(const char *language);
void ocr_engine_stop(ocr_engine *engine);

/* All words, line by line. 0, or -1: Tesseract failed or memory ran out. Clear them in
 * either case. */
int ocr_words_find(ocr_engine *engine, const digit_image *image, ocr_words *out);
void ocr_words_clear(ocr_words *words);

#endif
