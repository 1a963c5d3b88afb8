#include "read/chunks.h"

#include "base/error.h"
#include "base/mem.h"
#include "vision/geometry.h"

/* A wider gap divides a line, in heights of its digits: further away nothing helps to tell what
 * a cluster is. */
#define CHUNK_GAP 1.5

/* A chunk that is wider ends at its next cluster: strips have a limit. */
#define CHUNK_WIDEST 40.0

/* A cluster is surely a digit with at least this confidence, and if it is no lower or higher than
 * these, in heights of the line's digits: a part of a broken digit may look like another one. */
#define SURE      0.98f
#define SURE_LOW  0.75
#define SURE_HIGH 1.35

#define BAR_GAP   0.6 /* heights of a digit: from a 5 to its bar */

/* A chunk of this many clusters or more, of which this part is surely no digit, is print. */
#define PRINT_LEAST 4
#define PRINT_SHARE 0.6
#define PRINT_OTHER 0.9f

/* A picture with more doubtful clusters that stand alone shows no writing: they are dirt. */
#define LONE_MOST 512

static bool is_sure(const dg_segment *segment, const digit_prediction *answer, double size)
{
    const double height = segment->bottom - segment->top + 1;
    return !segment->small && !segment->sign && answer->confidence >= SURE &&
           height >= SURE_LOW * size && height <= SURE_HIGH * size;
}

/* Is there a cluster that is large enough for a digit? */
static bool may_have_digits(const dg_segments *segments, const dg_chunk *chunk)
{
    const double size = segments->lines[chunk->line].size;
    for (size_t i = chunk->first; i < chunk->first + chunk->count; i++) {
        const dg_segment *s = &segments->items[i];
        if (!s->small && s->bottom - s->top + 1 >= DG_DIGIT_LOWEST * size)
            return true;
    }
    return false;
}

static bool is_print(const dg_segments *segments, const digit_prediction *answers,
                     const dg_chunk *chunk)
{
    size_t tall = 0, others = 0;
    for (size_t i = chunk->first; i < chunk->first + chunk->count; i++) {
        tall += !segments->items[i].small;
        others += !segments->items[i].small && answers[i].other >= PRINT_OTHER;
    }
    return tall >= PRINT_LEAST && (double)others >= PRINT_SHARE * (double)tall;
}

/* Is there a small stroke high beside a segment? It may be the bar of a 5, and the rest of that
 * looks like another digit. */
static bool has_bar(const dg_segments *segments, const dg_chunk *chunk, size_t index, double size)
{
    const dg_segment *s = &segments->items[index];
    for (size_t i = index > chunk->first ? index - 1 : index;
         i <= index + 1 && i < chunk->first + chunk->count; i++) {
        const dg_segment *other = &segments->items[i];
        const int32_t gap = other->left > s->left ? other->left - s->right : s->left - other->right;
        if (i != index && other->small && gap <= BAR_GAP * size &&
            other->top + other->bottom < s->top + s->bottom)
            return true;
    }
    return false;
}

/* Strokes that are nothing but upright may be the form's, a bracket, the edge of a sheet: 1s alone
 * are not sure. */
static void judge(const dg_segments *segments, const digit_prediction *answers, dg_chunk *chunk,
                  bool *sure)
{
    const double size = segments->lines[chunk->line].size;
    bool all = true, ones = true;
    for (size_t i = chunk->first; i < chunk->first + chunk->count; i++) {
        sure[i] = is_sure(&segments->items[i], &answers[i], size) &&
                  !has_bar(segments, chunk, i, size);
        all = all && sure[i];
        ones = ones && answers[i].digit == 1;
    }
    chunk->clear = all && !ones;
}

static void add(const dg_segments *segments, const digit_prediction *answers, dg_chunk chunk,
                dg_chunks *chunks)
{
    if (!may_have_digits(segments, &chunk))
        return;
    if (is_print(segments, answers, &chunk)) {
        chunks->print += chunk.count;
        return;
    }
    judge(segments, answers, &chunk, chunks->sure);
    chunks->items[chunks->count++] = chunk;
}

static void divide_line(const dg_segments *segments, const digit_prediction *answers,
                        uint32_t index, dg_chunks *chunks)
{
    const dg_segment_line *line = &segments->lines[index];
    dg_chunk chunk = {.line = index, .first = line->first};
    int32_t right = 0;
    for (size_t i = line->first; i < line->first + line->count; i++) {
        const dg_segment *segment = &segments->items[i];
        const bool wide = chunk.count > 0 && segment->right - segments->items[chunk.first].left >
                                                 CHUNK_WIDEST * line->size;
        if (chunk.count > 0 && (wide || segment->left - right > CHUNK_GAP * line->size)) {
            add(segments, answers, chunk, chunks);
            chunk = (dg_chunk){.line = index, .first = i};
        }
        right = chunk.count == 0 || segment->right > right ? segment->right : right;
        chunk.count++;
    }
    if (chunk.count > 0)
        add(segments, answers, chunk, chunks);
}

static bool is_lone(const dg_chunk *chunk)
{
    return chunk->count == 1 && !chunk->clear;
}

static void drop_lone(dg_chunks *chunks)
{
    size_t lone = 0, kept = 0;
    for (size_t i = 0; i < chunks->count; i++)
        lone += is_lone(&chunks->items[i]);
    if (lone <= LONE_MOST)
        return;
    for (size_t i = 0; i < chunks->count; i++)
        if (!is_lone(&chunks->items[i]))
            chunks->items[kept++] = chunks->items[i];
    chunks->count = kept;
}

digit_status dg_chunks_make(const dg_segments *segments, const digit_prediction *answers,
                            dg_chunks *chunks)
{
    *chunks = (dg_chunks){.items = dg_alloc(segments->count, sizeof *chunks->items),
                          .sure = dg_alloc_zero(segments->count, sizeof *chunks->sure)};
    if (!chunks->items || !chunks->sure)
        return dg_fail_memory("lines", segments->count * sizeof *chunks->items);
    for (size_t i = 0; i < segments->line_count; i++)
        divide_line(segments, answers, (uint32_t)i, chunks);
    drop_lone(chunks);
    return DIGIT_OK;
}

digit_status dg_chunks_make_one(const dg_segments *segments, const digit_prediction *answers,
                                dg_chunks *chunks)
{
    *chunks = (dg_chunks){.items = dg_alloc(1, sizeof *chunks->items),
                          .sure = dg_alloc_zero(segments->count, sizeof *chunks->sure)};
    if (!chunks->items || !chunks->sure)
        return dg_fail_memory("lines", segments->count * sizeof *chunks->sure);
    dg_chunk chunk = {.count = segments->count};
    judge(segments, answers, &chunk, chunks->sure);
    chunks->items[chunks->count++] = chunk;
    return DIGIT_OK;
}

void dg_chunks_free(dg_chunks *chunks)
{
    dg_free(chunks->sure);
    dg_free(chunks->items);
    *chunks = (dg_chunks){0};
}
