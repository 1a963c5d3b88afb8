#include "tasks/context.h"

#include <math.h>

/* Doubtful is what has less confidence than this. So many digits are, and letters. */
#define DOUBTFUL       0.8f
#define DOUBTED_DIGIT  0.05
#define DOUBTED_LETTER 0.5

/* Logarithm of the odds that a group is a word, before it is seen; and what the rest of
 * the page may add to that. */
#define WORD_ODDS (-3.0)
#define PAGE_MOST 4.5

/* Evidence that `count` glyphs, `doubtful` of them such, are letters: the logarithm of a
 * likelihood ratio. */
static double evidence(size_t count, size_t doubtful)
{
    return (double)doubtful * log(DOUBTED_LETTER / DOUBTED_DIGIT) +
           (double)(count - doubtful) * log((1 - DOUBTED_LETTER) / (1 - DOUBTED_DIGIT));
}

static size_t count_doubtful(const digit_glyph *glyphs, size_t count)
{
    size_t doubtful = 0;
    for (size_t i = 0; i < count; i++)
        doubtful += glyphs[i].prediction.confidence < DOUBTFUL;
    return doubtful;
}

static void doubt(digit_prediction *answer, double word)
{
    answer->other = (float)(1 - (1 - (double)answer->other) * (1 - word));
    answer->confidence = answer->probabilities[answer->digit] * (1 - answer->other);
}

void dg_context_apply(digit_reading *reading)
{
    const double page = evidence(reading->count, count_doubtful(reading->glyphs, reading->count));
    const double odds = WORD_ODDS + fmax(0, fmin(page, PAGE_MOST));
    for (size_t first = 0, end; first < reading->count; first = end) {
        const digit_glyph *group = &reading->glyphs[first];
        for (end = first; end < reading->count && reading->glyphs[end].line == group->line &&
                          reading->glyphs[end].group == group->group;)
            end++;
        const size_t count = end - first;
        const double word = 1 / (1 + exp(-odds - evidence(count, count_doubtful(group, count))));
        for (size_t i = first; i < end; i++)
            doubt(&reading->glyphs[i].prediction, word);
    }
}
