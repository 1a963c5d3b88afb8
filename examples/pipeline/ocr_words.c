#include "ocr_words.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <tesseract/capi.h>

/* Tesseract has over 0.9 for clean print, and seldom more than 0.8 for handwriting. */
static const double print_confidence = 0.85;

ocr_engine *ocr_engine_start(const char *language)
{
    ocr_engine *engine = TessBaseAPICreate();
    if (!engine)
        return NULL;
    /* What it has to say about pictures is not ours to print. */
    TessBaseAPISetVariable(engine, "debug_file", "/dev/null");
    if (TessBaseAPIInit3(engine, NULL, language) != 0) {
        TessBaseAPIDelete(engine);
        return NULL;
    }
    /* A form has words anywhere, not columns of text. */
    TessBaseAPISetPageSegMode(engine, PSM_SPARSE_TEXT);
    return engine;
}

void ocr_engine_stop(ocr_engine *engine)
{
    if (engine)
        TessBaseAPIEnd(engine);
    if (engine)
        TessBaseAPIDelete(engine);
}

static ocr_word *add(ocr_words *words)
{
    if (words->count == words->room) {
        const size_t room = words->room ? 2 * words->room : 256;
        ocr_word *larger = realloc(words->items, room * sizeof *larger);
        if (!larger)
            return NULL;
        words->items = larger;
        words->room = room;
    }
    return &words->items[words->count++];
}

static bool is_print(const ocr_word *word)
{
    size_t letters = 0;
    for (const char *c = word->text; *c; c++)
        letters += isalpha((unsigned char)*c) || (unsigned char)*c >= 0xc0; /* UTF-8's first */
    return letters >= 2 && word->confidence >= print_confidence;
}

/* The word the iterator stands at; what is only white space, such as a ruled line, is none. */
static int take_word(TessResultIterator *at, uint32_t line, ocr_words *out)
{
    char *text = TessResultIteratorGetUTF8Text(at, RIL_WORD);
    const int empty = !text || text[strspn(text, " \t\r\n")] == '\0';
    char *copy = empty ? NULL : strdup(text);
    TessDeleteText(text);
    if (empty)
        return 0;
    ocr_word *word = copy ? add(out) : NULL;
    if (!word) {
        free(copy);
        return -1;
    }
    int left = 0, top = 0, right = 0, bottom = 0;
    TessPageIteratorBoundingBox(TessResultIteratorGetPageIteratorConst(at), RIL_WORD, &left, &top,
                                &right, &bottom);
    *word = (ocr_word){
        .text = copy,
        .confidence = (double)TessResultIteratorConfidence(at, RIL_WORD) / 100,
        .box = {left, top, right - left, bottom - top},
        .line = line,
    };
    word->print = is_print(word);
    return 0;
}

static int take_words(TessResultIterator *at, ocr_words *out)
{
    uint32_t lines = 0;
    do {
        if (TessPageIteratorIsAtBeginningOf(TessResultIteratorGetPageIteratorConst(at),
                                            RIL_TEXTLINE))
            lines++;
        if (take_word(at, lines - 1, out) != 0)
            return -1;
    } while (TessResultIteratorNext(at, RIL_WORD));
    return 0;
}

int ocr_words_find(ocr_engine *engine, const digit_image *image, ocr_words *out)
{
    static const int bytes[] = {[DIGIT_PIXEL_GRAY8] = 1, [DIGIT_PIXEL_RGBA8] = 4};
    *out = (ocr_words){.items = NULL};
    TessBaseAPISetImage(engine, image->pixels, (int)image->width, (int)image->height,
                        bytes[image->format], (int)image->stride);
    if (TessBaseAPIRecognize(engine, NULL) != 0)
        return -1;
    TessResultIterator *at = TessBaseAPIGetIterator(engine);
    const int failed = at ? take_words(at, out) : 0; /* NULL: a blank page */
    if (at)
        TessResultIteratorDelete(at);
    TessBaseAPIClear(engine);
    return failed;
}

void ocr_words_clear(ocr_words *words)
{
    for (size_t i = 0; i < words->count; i++)
        free(words->items[i].text);
    free(words->items);
    *words = (ocr_words){.items = NULL};
}
