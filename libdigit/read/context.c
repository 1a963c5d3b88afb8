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

static void renumber(digit_reading *reading, const group_span *spans)
{
    size_t groups = 0, glyphs = 0;
    uint32_t line = 0, group = 0, line_before = 0; /* the old number */
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
