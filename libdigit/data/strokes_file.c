#include "data/strokes_file.h"

#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"

#include <stdbool.h>
#include <string.h>

#define FIRST_LINE "libdigit strokes 1\n"
#define BYTES_MOST ((uint64_t)1 << 28)
#define REPEAT_MOST 1000

/* Where the parser is; the text ends in a 0, which no digit line contains. */
typedef struct cursor {
    const char *at;
    const char *path;
    size_t line; /* from 1 */
} cursor;

/* What the lines say, in their order. */
typedef struct lines {
    dg_strokes *strokes;
    uint8_t *labels;   /* [strokes->digit_count] */
    uint16_t *repeats; /* [strokes->digit_count] */
    size_t samples;    /* sum of the repeats */
} lines;

static digit_status fail(const cursor *c, const char *what)
{
    return dg_fail(DIGIT_ERR_FORMAT, "%s: line %zu: %s", c->path, c->line, what);
}

/* ---- Small parts ------------------------------------------------------ */

/* A whole number of -32768 .. 32767, in decimal digits. */
static bool take_number(cursor *c, int *value)
{
    const bool negative = *c->at == '-';
    const char *first = c->at + negative;
    int sum = 0;
    for (c->at = first; *c->at >= '0' && *c->at <= '9'; c->at++) {
        sum = 10 * sum + (*c->at - '0');
        if (sum > 32768)
            return false;
    }
    *value = negative ? -sum : sum;
    return c->at > first && *value <= 32767;
}

static bool take(cursor *c, char sign)
{
    const bool there = *c->at == sign;
    c->at += there;
    return there;
}

static void skip_blanks(cursor *c)
{
    while (*c->at == ' ')
        c->at++;
}

static bool at_line_end(const cursor *c)
{
    return *c->at == '\n' || *c->at == '\0';
}

/* ---- A line ----------------------------------------------------------- */

/* "0,0 14,1 9,30", up to a semicolon or the line's end. */
static digit_status take_stroke(cursor *c, dg_strokes *s)
{
    uint32_t *end = &s->stroke_first[s->stroke_count + 1];
    *end = s->stroke_first[s->stroke_count];
    for (skip_blanks(c); *c->at != ';' && !at_line_end(c); skip_blanks(c)) {
        int x, y;
        if (!take_number(c, &x) || !take(c, ',') || !take_number(c, &y))
            return fail(c, "a point is two whole numbers of -32768 to 32767, as in 12,-3");
        s->points[(*end)++] = (dg_pen_point){(int16_t)x, (int16_t)y};
    }
    if (*end == s->stroke_first[s->stroke_count])
        return fail(c, "a stroke without points");
    s->stroke_count++;
    return DIGIT_OK;
}

static digit_status take_strokes(cursor *c, dg_strokes *s)
{
    const uint32_t first = s->stroke_first[s->stroke_count];
    digit_status status;
    do
        status = take_stroke(c, s);
    while (status == DIGIT_OK && take(c, ';'));
    if (status != DIGIT_OK)
        return status;
    if (s->stroke_first[s->stroke_count] - first > DG_PEN_POINTS_MOST)
        return dg_fail(DIGIT_ERR_LIMIT, "%s: line %zu: %u points; a digit has at most %d", c->path,
                       c->line, s->stroke_first[s->stroke_count] - first, DG_PEN_POINTS_MOST);
    s->digit_first[++s->digit_count] = s->stroke_count;
    return DIGIT_OK;
}

/* "7 2: " and the strokes. */
static digit_status take_digit(cursor *c, lines *all)
{
    int label, repeat;
    if (!take_number(c, &label) || label < 0 || label >= DIGIT_CLASSES)
        return fail(c, "a line begins with a label of 0 to 9");
    skip_blanks(c);
    if (!take_number(c, &repeat) || repeat < 0 || repeat > REPEAT_MOST || !take(c, ':'))
        return fail(c, "behind the label stands how many samples it becomes, 0 to 1000, and ':'");
    all->labels[all->strokes->digit_count] = (uint8_t)label;
    all->repeats[all->strokes->digit_count] = (uint16_t)repeat;
    all->samples += (size_t)repeat;
    if (all->samples > DG_STROKES_SAMPLES_MOST)
        return dg_fail(DIGIT_ERR_LIMIT, "%s: line %zu: more than %d samples", c->path, c->line,
                       DG_STROKES_SAMPLES_MOST);
    return take_strokes(c, all->strokes);
}

/* ---- The file --------------------------------------------------------- */

static digit_status read_text(const char *path, char **text)
{
    dg_file file;
    size_t filled = 0;
    digit_status status = dg_file_open(path, &file);
    if (status == DIGIT_OK && file.size > BYTES_MOST)
        status = dg_fail(DIGIT_ERR_LIMIT, "%s: %llu bytes; at most %llu are accepted", path,
                         (unsigned long long)file.size, (unsigned long long)BYTES_MOST);
    if (status == DIGIT_OK) {
        *text = dg_alloc((size_t)file.size + 1, 1);
        status = *text ? dg_file_fill(&file, *text, (size_t)file.size, &filled)
                       : dg_fail_memory(path, (size_t)file.size + 1);
    }
    if (status == DIGIT_OK) {
        (*text)[filled] = '\0';
        if (strlen(*text) != filled)
            status = dg_fail(DIGIT_ERR_FORMAT, "%s: a 0 byte, which no text contains", path);
    }
    dg_file_close(&file);
    return status;
}

static size_t count_of(const char *text, char sign)
{
    size_t count = 0;
    for (; (text = strchr(text, sign)) != NULL; text++)
        count++;
    return count;
}

/* Room for all that so much text can say. */
static digit_status make_room(const char *text, lines *all)
{
    const size_t points = count_of(text, ','), digits = count_of(text, ':');
    all->strokes = dg_strokes_create(points + 1, count_of(text, ';') + digits + 1, digits + 1);
    all->labels = dg_alloc(digits + 1, sizeof *all->labels);
    all->repeats = dg_alloc(digits + 1, sizeof *all->repeats);
    return all->strokes && all->labels && all->repeats
               ? DIGIT_OK
               : dg_fail_memory("strokes", points * sizeof(dg_pen_point));
}

static digit_status parse(const char *path, const char *text, lines *all)
{
    cursor c = {.at = text, .path = path, .line = 1};
    if (strncmp(text, FIRST_LINE, strlen(FIRST_LINE)) != 0)
        return dg_fail(DIGIT_ERR_FORMAT, "%s: not a file of strokes (its first line is not "
                       "'libdigit strokes 1')", path);
    digit_status status = make_room(text, all);
    c.at += strlen(FIRST_LINE);
    for (c.line = 2; status == DIGIT_OK && *c.at; c.line++) {
        status = take_digit(&c, all);
        if (status == DIGIT_OK && !at_line_end(&c))
            status = fail(&c, "what follows is neither a point nor a stroke");
        take(&c, '\n');
    }
    return status;
}

/* Every digit `repeat` times, drawn each time by another pen. */
static void draw_samples(const lines *all, const dg_dataset_parts *parts)
{
    size_t sample = 0;
    for (uint32_t digit = 0; digit < all->strokes->digit_count; digit++)
        for (uint16_t i = 0; i < all->repeats[digit]; i++, sample++) {
            parts->labels[sample] = all->labels[digit];
            parts->written[sample] = digit;
            dg_strokes_draw(all->strokes, digit, 0, sample,
                            parts->samples + sample * DIGIT_SAMPLE_BYTES);
        }
}

/* The strokes become the dataset's. */
static digit_status make_dataset(lines *all, digit_dataset **out)
{
    dg_dataset_parts parts = {
        .samples = dg_alloc(all->samples, DIGIT_SAMPLE_BYTES),
        .labels = dg_alloc(all->samples, 1),
        .written = dg_alloc(all->samples, sizeof *parts.written),
    };
    if (!parts.samples || !parts.labels || !parts.written) {
        dg_dataset_parts_free(parts);
        return dg_fail_memory("samples", all->samples * DIGIT_SAMPLE_BYTES);
    }
    draw_samples(all, &parts);
    parts.strokes = all->strokes;
    all->strokes = NULL;
    return dg_dataset_adopt(parts, all->samples, out);
}

digit_status dg_strokes_load(const char *path, digit_dataset **out)
{
    lines all = {0};
    char *text = NULL;
    *out = NULL;
    digit_status status = read_text(path, &text);
    if (status == DIGIT_OK)
        status = parse(path, text, &all);
    if (status == DIGIT_OK)
        status = make_dataset(&all, out);
    dg_strokes_free(all.strokes);
    dg_free(all.labels);
    dg_free(all.repeats);
    dg_free(text);
    return status;
}
