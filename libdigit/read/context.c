#include "read/context.h"

#include "base/error.h"
#include "base/mem.h"
#include "vision/geometry.h"

#include <math.h>
#include <stdbool.h>

/* Glyphs with less confidence than this are doubtful, and these parts of digits and letters are. */
#define DOUBTFUL       0.9f
#define DOUBTED_DIGIT  0.05
#define DOUBTED_LETTER 0.3

/* The prior log odds, in nats, that a group is a word, and what the rest of the page adds at
 * most. */
#define WORD_ODDS (-3.0)
#define PAGE_MOST 3.8

/* A group is a number if one of its glyphs is a digit with at least this probability. */
#define NUMBER_LEAST 0.1f

typedef struct tally {
    size_t counted, doubtful; /* glyphs */
} tally;

/* Log of the likelihood ratio, in nats, of letters to digits. */
static double evidence(tally t)
{
    return (double)t.doubtful * log(DOUBTED_LETTER / DOUBTED_DIGIT) +
           (double)(t.counted - t.doubtful) * log((1 - DOUBTED_LETTER) / (1 - DOUBTED_DIGIT));
}

static tally count_glyphs(const float *confidence, size_t count)
{
    tally t = {.counted = count};
    for (size_t i = 0; i < count; i++)
        t.doubtful += confidence[i] < DOUBTFUL;
    return t;
}

/* Move this part of the answer to the reject class. */
static void reject_part(digit_prediction *answer, double part)
{
    answer->other = (float)(1 - (1 - (double)answer->other) * (1 - part));
    answer->confidence = answer->probabilities[answer->digit] * (1 - answer->other);
}

/* The probability that a group is a word, by its own glyphs and by the page's others. */
static double word_probability(tally group, tally page)
{
    const tally others = {page.counted - group.counted, page.doubtful - group.doubtful};
    const double context = fmax(0, fmin(evidence(others), PAGE_MOST));
    return 1 / (1 + exp(-WORD_ODDS - context - evidence(group)));
}

/* One past the last glyph of the group that begins at `first`. */
static size_t group_end(const digit_reading *reading, size_t first)
{
    const digit_glyph *glyphs = reading->glyphs;
    size_t end = first;
    while (end < reading->count && glyphs[end].line == glyphs[first].line &&
           glyphs[end].group == glyphs[first].group)
        end++;
    return end;
}

static tally with_letters(tally t, size_t letters)
{
    return (tally){t.counted + letters, t.doubtful + letters};
}

void dg_context_apply(digit_reading *reading, const dg_context *context)
{
    const tally page =
        with_letters(count_glyphs(context->confidence, reading->count), context->page_letters);
    for (size_t first = 0, g = 0, end; first < reading->count; first = end, g++) {
        end = group_end(reading, first);
        const tally group =
            with_letters(count_glyphs(context->confidence + first, end - first),
                         context->letters ? context->letters[g] : 0);
        const double word = word_probability(group, page);
        for (size_t i = first; i < end; i++)
            reject_part(&reading->glyphs[i].prediction, word);
    }
}

/* ---- Words ----------------------------------------------------------------- */

#define LEFT_OUT UINT32_MAX /* a line without a group that is kept */

typedef struct group_span {
    size_t first, end; /* glyphs */
    bool number, kept;
} group_span;

/* The probability of the likeliest digit, whether the caller allows it or not. */
static float digit_probability(const digit_prediction *answer)
{
    float most = 0;
    for (int d = 0; d < DIGIT_CLASSES; d++)
        most = fmaxf(most, answer->probabilities[d]);
    return most * (1 - answer->other);
}

static void find_spans(const digit_reading *reading, group_span *spans)
{
    for (size_t g = 0, first = 0; g < reading->group_count; first = spans[g++].end) {
        spans[g] = (group_span){.first = first, .end = group_end(reading, first)};
        for (size_t i = first; i < spans[g].end; i++)
            spans[g].number |= digit_probability(&reading->glyphs[i].prediction) >= NUMBER_LEAST;
    }
}

/* Are they neighbours in a line with a sign between them? */
static bool are_joined(const digit_reading *reading, const group_span *a, const group_span *b)
{
    const digit_glyph *left = &reading->glyphs[a->end - 1], *right = &reading->glyphs[b->first];
    const int32_t height = left->box.height > right->box.height ? left->box.height
                                                                : right->box.height;
    return left->line == right->line && right->flags & DIGIT_GLYPH_MARK &&
           right->box.x - (left->box.x + left->box.width) <= DG_SIGN_GAP * height;
}

static void choose_kept(const digit_reading *reading, group_span *spans)
{
    const size_t count = reading->group_count;
    for (size_t g = 0; g < count; g++)
        spans[g].kept = spans[g].number;
    for (size_t g = 0; g + 1 < count; g++)
        if (spans[g].number != spans[g + 1].number &&
            are_joined(reading, &spans[g], &spans[g + 1]))
            spans[g].kept = spans[g + 1].kept = true;
}

/* Signs of lines that are left out go, too: glyph and line of the others are those of the glyphs
 * beside them. moved[reading->count + 1]: how many glyphs are kept in front of each. */
static void renumber_marks(digit_reading *reading, const uint32_t *moved, const uint32_t *line_of)
{
    size_t kept = 0;
    for (size_t i = 0; i < reading->mark_count; i++) {
        digit_mark mark = reading->marks[i];
        if (line_of[mark.line] == LEFT_OUT)
            continue;
        mark.glyph = moved[mark.glyph];
        mark.line = line_of[mark.line];
        reading->gaps[kept] = reading->gaps[i];
        reading->marks[kept++] = mark;
    }
    reading->mark_count = kept;
}

static void renumber(digit_reading *reading, const group_span *spans, uint32_t *moved,
                     uint32_t *line_of)
{
    size_t groups = 0, glyphs = 0;
    uint32_t line = 0, group = 0, line_before = 0; /* the old number */
    for (size_t g = 0; g < reading->group_count; g++) {
        dg_reading_group next = reading->groups[g];
        for (size_t i = spans[g].first; i < spans[g].end; i++)
            moved[i] = (uint32_t)(glyphs + (spans[g].kept ? i - spans[g].first : 0));
        if (!spans[g].kept)
            continue;
        line += groups > 0 && next.line != line_before;
        group = groups > 0 && next.line == line_before ? group + 1 : 0;
        line_before = next.line;
        line_of[next.line] = line;
        next.line = line;
        next.group = group;
        reading->groups[groups++] = next;
        for (size_t i = spans[g].first; i < spans[g].end; i++) {
            digit_glyph glyph = reading->glyphs[i];
            glyph.line = line;
            glyph.group = group;
            glyph.flags |= spans[g].number ? 0 : DIGIT_GLYPH_REJECTED;
            reading->glyphs[glyphs++] = glyph;
        }
    }
    moved[reading->count] = (uint32_t)glyphs;
    renumber_marks(reading, moved, line_of);
    reading->group_count = groups;
    reading->count = glyphs;
}

digit_status dg_context_leave_out(digit_reading *reading)
{
    const size_t lines = reading->count > 0 ? reading->glyphs[reading->count - 1].line + 1 : 0;
    group_span *spans = dg_alloc(reading->group_count, sizeof *spans);
    uint32_t *moved = dg_alloc(reading->count + 1, sizeof *moved);
    uint32_t *line_of = dg_alloc(lines, sizeof *line_of);
    const bool fine = spans && moved && line_of;
    for (size_t i = 0; fine && i < lines; i++)
        line_of[i] = LEFT_OUT;
    if (fine) {
        find_spans(reading, spans);
        choose_kept(reading, spans);
        renumber(reading, spans, moved, line_of);
    }
    dg_free(line_of);
    dg_free(moved);
    dg_free(spans);
    return fine ? DIGIT_OK
                : dg_fail_memory("a reading", reading->group_count * sizeof *spans);
}
