#include "read/context.h"

#include "base/error.h"
#include "base/mem.h"

#include <math.h>
#include <stdbool.h>

/* Doubtful is what has less confidence than this. So many digits are, and letters. */
#define DOUBTFUL       0.9f
#define DOUBTED_DIGIT  0.05
#define DOUBTED_LETTER 0.3

/* Logarithm of the odds that a group is a word, before it is seen; and what the rest of
 * the page may add to that. */
#define WORD_ODDS (-3.0)
#define PAGE_MOST 3.8

/* A group without one digit so likely is none. */
#define NUMBER_LEAST 0.1f

/* A sign between two numbers leaves so much room, in heights of a digit. */
#define SIGN_ROOM 1.0

typedef struct tally {
    size_t counted, doubtful;
} tally;

/* Evidence that the glyphs are letters: the logarithm of a likelihood ratio. */
static double evidence(tally t)
{
    return (double)t.doubtful * log(DOUBTED_LETTER / DOUBTED_DIGIT) +
           (double)(t.counted - t.doubtful) * log((1 - DOUBTED_LETTER) / (1 - DOUBTED_DIGIT));
}

static tally count_glyphs(const float *sure, size_t count)
{
    tally t = {0, 0};
    for (size_t i = 0; i < count; i++) {
        t.counted += sure[i] >= 0;
        t.doubtful += sure[i] >= 0 && sure[i] < DOUBTFUL;
    }
    return t;
}

static void doubt(digit_prediction *answer, double word)
{
    answer->other = (float)(1 - (1 - (double)answer->other) * (1 - word));
    answer->confidence = answer->probabilities[answer->digit] * (1 - answer->other);
}

/* How likely the group is a word, by itself and by what stands around it on the page. */
static double word_likely(tally group, tally page)
{
    const tally others = {page.counted - group.counted, page.doubtful - group.doubtful};
    const double around = fmax(0, fmin(evidence(others), PAGE_MOST));
    return 1 / (1 + exp(-WORD_ODDS - around - evidence(group)));
}

/* The end of the group that begins at a glyph. */
static size_t group_end(const digit_reading *reading, size_t first)
{
    const digit_glyph *glyphs = reading->glyphs;
    size_t end = first;
    while (end < reading->count && glyphs[end].line == glyphs[first].line &&
           glyphs[end].group == glyphs[first].group)
        end++;
    return end;
}

void dg_context_apply(digit_reading *reading, const float *sure)
{
    const tally page = count_glyphs(sure, reading->count);
    for (size_t first = 0, end; first < reading->count; first = end) {
        end = group_end(reading, first);
        const double word = word_likely(count_glyphs(sure + first, end - first), page);
        for (size_t i = first; i < end; i++)
            doubt(&reading->glyphs[i].prediction, word);
    }
}

/* ---- What is left out ------------------------------------------------------ */

/* A group's glyphs. */
typedef struct group_span {
    size_t first, end;
    bool number, kept;
} group_span;

/* How likely it is a digit, and one the network would name, asked for or not. */
static float likely_digit(const digit_prediction *answer)
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
            spans[g].number |= likely_digit(&reading->glyphs[i].prediction) >= NUMBER_LEAST;
    }
}

/* Do they stand in one line, with a sign and little else between them? */
static bool are_joined(const digit_reading *reading, const group_span *a, const group_span *b)
{
    const digit_glyph *left = &reading->glyphs[a->end - 1], *right = &reading->glyphs[b->first];
    const int32_t high = left->box.height > right->box.height ? left->box.height
                                                              : right->box.height;
    return left->line == right->line && right->flags & DIGIT_GLYPH_MARK &&
           right->box.x - (left->box.x + left->box.width) <= SIGN_ROOM * high;
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

static void renumber(digit_reading *reading, const group_span *spans)
{
    size_t groups = 0, glyphs = 0;
    uint32_t line = 0, group = 0, line_before = 0; /* as it was numbered */
    for (size_t g = 0; g < reading->group_count; g++) {
        if (!spans[g].kept)
            continue;
        dg_reading_group moved = reading->groups[g];
        line += groups > 0 && moved.line != line_before;
        group = groups > 0 && moved.line == line_before ? group + 1 : 0;
        line_before = moved.line;
        moved.line = line;
        moved.group = group;
        reading->groups[groups++] = moved;
        for (size_t i = spans[g].first; i < spans[g].end; i++) {
            digit_glyph glyph = reading->glyphs[i];
            glyph.line = line;
            glyph.group = group;
            glyph.flags |= spans[g].number ? 0 : DIGIT_GLYPH_REJECTED;
            reading->glyphs[glyphs++] = glyph;
        }
    }
    reading->group_count = groups;
    reading->count = glyphs;
}

digit_status dg_context_leave_out(digit_reading *reading)
{
    group_span *spans = dg_alloc(reading->group_count, sizeof *spans);
    if (!spans)
        return dg_fail_memory("a reading", reading->group_count * sizeof *spans);
    find_spans(reading, spans);
    choose_kept(reading, spans);
    renumber(reading, spans);
    dg_free(spans);
    return DIGIT_OK;
}
