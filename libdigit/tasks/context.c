#include "tasks/context.h"

#include <math.h>

/* Doubtful is what has less confidence than this. So many digits are, and letters. */
#define DOUBTFUL       0.9f
#define DOUBTED_DIGIT  0.05
#define DOUBTED_LETTER 0.3

/* Logarithm of the odds that a group is a word, before it is seen; and what the rest of
 * the page may add to that. */
#define WORD_ODDS (-3.0)
#define PAGE_MOST 3.8

/* Evidence that `count` glyphs, `doubtful` of them such, are letters: the logarithm of a
 * likelihood ratio. */
static double evidence(size_t count, size_t doubtful)
{
    return (double)doubtful * log(DOUBTED_LETTER / DOUBTED_DIGIT) +
           (double)(count - doubtful) * log((1 - DOUBTED_LETTER) / (1 - DOUBTED_DIGIT));
}

static size_t count_doubtful(const float *sure, size_t count)
{
    size_t doubtful = 0;
    for (size_t i = 0; i < count; i++)
        doubtful += sure[i] < DOUBTFUL;
    return doubtful;
}

static void doubt(digit_prediction *answer, double word)
{
    answer->other = (float)(1 - (1 - (double)answer->other) * (1 - word));
    answer->confidence = answer->probabilities[answer->digit] * (1 - answer->other);
}

/* How likely the group is a word, by itself and by what stands around it on the page. */
static double word_likely(size_t count, size_t doubtful, size_t others, size_t others_doubtful)
{
    const double page = fmax(0, fmin(evidence(others, others_doubtful), PAGE_MOST));
    return 1 / (1 + exp(-WORD_ODDS - page - evidence(count, doubtful)));
}

void dg_context_apply(digit_reading *reading, const float *sure)
{
    digit_glyph *glyphs = reading->glyphs;
    const size_t all = reading->count, all_doubtful = count_doubtful(sure, all);
    for (size_t first = 0, end; first < all; first = end) {
        for (end = first; end < all && glyphs[end].line == glyphs[first].line &&
                          glyphs[end].group == glyphs[first].group;)
            end++;
        const size_t count = end - first, doubtful = count_doubtful(sure + first, count);
        const double word = word_likely(count, doubtful, all - count, all_doubtful - doubtful);
        for (size_t i = first; i < end; i++)
            doubt(&glyphs[i].prediction, word);
    }
}
