#include "read_print.h"

#include "cli.h"
#include "visible.h"

#include <string.h>

enum { ALTERNATIVES = 3, REALS = 6 };

/* Probabilities below this are no alternative. */
static const float alternative_least = 0.0005f;

/* ---- Text ----------------------------------------------------------------- */

static void print_text(const read_page *page)
{
    cli_print_name(stdout, page->file);
    if (page->pages > 1)
        printf(" page %u", page->page);
    const char *text = digit_reading_text(page->reading);
    if (!*text)
        printf(": no digits\n");
    else
        printf(strchr(text, '\n') ? ":\n%s\n" : ": %s\n", text);
}

/* ---- JSON ----------------------------------------------------------------- */

static json_t *alternatives(const digit_prediction *p)
{
    json_t *array = json_array();
    bool taken[DIGIT_CLASSES] = {false};
    for (int rank = 0; rank < ALTERNATIVES; rank++) {
        int best = -1;
        for (int d = 0; d < DIGIT_CLASSES; d++) {
            if (!taken[d] && (best < 0 || p->probabilities[d] > p->probabilities[best]))
                best = d;
        }
        taken[best] = true;
        if (rank == 0 || p->probabilities[best] >= alternative_least)
            json_array_append_new(array,
                                  json_pack("[i, f]", best, (double)p->probabilities[best]));
    }
    return array;
}

static json_t *digit_object(const digit_glyph *glyph, bool grid)
{
    const bool empty = glyph->flags & DIGIT_GLYPH_EMPTY;
    json_t *object = json_pack(
        "{s:o, s:f, s:[i, i, i, i], s:i, s:i, s:o}", "digit",
        empty ? json_null() : json_integer(glyph->prediction.digit), "confidence",
        (double)glyph->prediction.confidence, "box", glyph->box.x, glyph->box.y,
        glyph->box.width, glyph->box.height, "line", (int)glyph->line, "group",
        (int)glyph->group, "alternatives",
        empty ? json_array() : alternatives(&glyph->prediction));
    if (grid) {
        json_object_set_new(object, "row", json_integer(glyph->row));
        json_object_set_new(object, "column", json_integer(glyph->column));
    }
    return object;
}

static json_t *mark_object(const digit_mark *mark)
{
    static const char signs[] = ".,-/:+%?";
    return json_pack("{s:s#, s:f, s:[i, i, i, i], s:i, s:i}", "sign", &signs[mark->kind], 1,
                     "confidence", (double)mark->confidence, "box", mark->box.x, mark->box.y,
                     mark->box.width, mark->box.height, "line", (int)mark->line, "before",
                     (int)mark->glyph);
}

static int print_json(const read_page *page)
{
    size_t count, mark_count;
    const digit_glyph *glyphs = digit_reading_glyphs(page->reading, &count);
    const digit_mark *marks = digit_reading_marks(page->reading, &mark_count);
    json_t *digits = json_array(), *signs = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(digits, digit_object(&glyphs[i], page->grid));
    for (size_t i = 0; i < mark_count; i++)
        json_array_append_new(signs, mark_object(&marks[i]));
    return cli_print_json(
        json_pack("{s:o, s:i, s:i, s:i, s:s, s:o, s:o}", "file", cli_json_text(page->file),
                  "page", (int)page->page, "width", (int)page->width, "height",
                  (int)page->height, "text", digit_reading_text(page->reading), "digits", digits,
                  "signs", signs),
        REALS);
}

/* ---- CSV ------------------------------------------------------------------ */

/* The name itself, for programs; on a terminal, its visible form. */
static void print_quoted(const char *text)
{
    const bool terminal = cli_is_terminal(stdout);
    char form[VISIBLE_ROOM] = "";
    putchar('"');
    while (*text) {
        form[0] = *text;
        text += terminal ? visible_form(text, form) : 1;
        if (form[0] == '"')
            putchar('"');
        fputs(form, stdout);
    }
    putchar('"');
}

static void print_csv(const read_page *page)
{
    size_t count;
    const digit_glyph *glyphs = digit_reading_glyphs(page->reading, &count);
    for (size_t i = 0; i < count; i++) {
        const digit_glyph *g = &glyphs[i];
        print_quoted(page->file);
        printf(",%u,%u,%u,", page->page, g->line, g->group);
        if (!(g->flags & DIGIT_GLYPH_EMPTY))
            printf("%d", g->prediction.digit);
        printf(",%.4f,%d,%d,%d,%d", (double)g->prediction.confidence, g->box.x, g->box.y,
               g->box.width, g->box.height);
        if (page->grid)
            printf(",%u,%u", g->row, g->column);
        putchar('\n');
    }
}

/* ---- hOCR ----------------------------------------------------------------- */

/* Text for XML, which can't hold control characters or bytes that are not UTF-8. */
static void print_escaped(const char *text)
{
    char form[VISIBLE_ROOM];
    while (*text) {
        text += visible_form(text, form);
        switch (*form) {
        case '&': fputs("&amp;", stdout); break;
        case '<': fputs("&lt;", stdout); break;
        case '>': fputs("&gt;", stdout); break;
        case '"': fputs("&quot;", stdout); break;
        case '\'': fputs("&#39;", stdout); break;
        default: fputs(form, stdout);
        }
    }
}

static digit_box box_of(const digit_glyph *glyphs, size_t count)
{
    digit_box all = glyphs[0].box;
    for (size_t i = 1; i < count; i++) {
        const digit_box b = glyphs[i].box;
        const int32_t right = b.x + b.width > all.x + all.width ? b.x + b.width : all.x + all.width;
        const int32_t bottom =
            b.y + b.height > all.y + all.height ? b.y + b.height : all.y + all.height;
        all.x = b.x < all.x ? b.x : all.x;
        all.y = b.y < all.y ? b.y : all.y;
        all.width = right - all.x;
        all.height = bottom - all.y;
    }
    return all;
}

static void print_place(const char *kind, const digit_glyph *glyphs, size_t count)
{
    const digit_box b = box_of(glyphs, count);
    printf("<span class=\"%s\" title=\"bbox %d %d %d %d", kind, b.x, b.y, b.x + b.width,
           b.y + b.height);
}

static void print_word(const digit_glyph *glyphs, size_t count)
{
    double least = 1;
    for (size_t i = 0; i < count; i++) {
        const double confidence = (double)glyphs[i].prediction.confidence;
        least = confidence < least ? confidence : least;
    }
    print_place("ocrx_word", glyphs, count);
    printf("; x_wconf %.0f\">", 100 * least);
    for (size_t i = 0; i < count; i++) {
        print_place("ocrx_cinfo", glyphs + i, 1);
        printf("; x_conf %.0f\">%c</span>", 100 * (double)glyphs[i].prediction.confidence,
               glyphs[i].flags & DIGIT_GLYPH_REJECTED ? '?' : '0' + glyphs[i].prediction.digit);
    }
    printf("</span>\n");
}

/* How many glyphs from the first on share its line, or its line and group. */
static size_t span_of(const digit_glyph *glyphs, size_t count, bool group)
{
    size_t span = 1;
    while (span < count && glyphs[span].line == glyphs->line &&
           (!group || glyphs[span].group == glyphs->group))
        span++;
    return span;
}

static void print_line(const digit_glyph *glyphs, size_t count)
{
    print_place("ocr_line", glyphs, count);
    printf("\">\n");
    for (size_t i = 0; i < count;) {
        const bool empty = glyphs[i].flags & DIGIT_GLYPH_EMPTY;
        size_t span = empty ? 1 : span_of(glyphs + i, count - i, true);
        while (!empty && glyphs[i + span - 1].flags & DIGIT_GLYPH_EMPTY)
            span--;
        if (!empty)
            print_word(glyphs + i, span);
        i += span;
    }
    printf("</span>\n");
}

static void print_hocr(const read_page *page)
{
    size_t count;
    const digit_glyph *glyphs = digit_reading_glyphs(page->reading, &count);
    printf("<div class=\"ocr_page\" title=\"image &quot;");
    print_escaped(page->file);
    printf("&quot;; bbox 0 0 %u %u; ppageno %u\">\n", page->width, page->height, page->page);
    for (size_t i = 0; i < count;) {
        const size_t span = span_of(glyphs + i, count - i, false);
        print_line(glyphs + i, span);
        i += span;
    }
    printf("</div>\n");
}

/* ---- All formats ------------------------------------------------------------ */

void read_print_begin(enum read_format format, bool grid)
{
    if (format == READ_CSV)
        printf("file,page,line,group,digit,confidence,x,y,width,height%s\n",
               grid ? ",row,column" : "");
    if (format == READ_HOCR)
        printf("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
               "<html xmlns=\"http://www.w3.org/1999/xhtml\">\n<head>\n<title>digits</title>\n"
               "<meta name=\"ocr-system\" content=\"libdigit %s\"/>\n"
               "<meta name=\"ocr-capabilities\" content=\"ocr_page ocr_line ocrx_word "
               "ocrx_cinfo\"/>\n</head>\n<body>\n",
               digit_version());
}

void read_print_end(enum read_format format)
{
    if (format == READ_HOCR)
        printf("</body>\n</html>\n");
}

int read_print_page(enum read_format format, const read_page *page)
{
    switch (format) {
    case READ_JSON: return print_json(page);
    case READ_CSV: print_csv(page); break;
    case READ_HOCR: print_hocr(page); break;
    default: print_text(page); break;
    }
    return 0;
}
