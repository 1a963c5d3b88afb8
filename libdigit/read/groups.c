#include "read/groups.h"

#include "base/error.h"
#include "base/mem.h"
#include "base/number.h"
#include "read/opinions.h"
#include "read/read_parts.h"
#include "vision/geometry.h"

#include <math.h>
#include <stdlib.h>

/* Groups are so many times as far apart as this quantile of a line's gaps. */
#define GAP_QUANTILE 0.25
#define GAP_TIMES    3.0

/* In heights of the line's digits: from one letter to the next, and the widest gap inside a word.
 */
#define LETTER_PITCH 0.7
#define WORD_GAP     0.35

/* A wider gap divides a sign from a number. */
#define SIGN_GAP 0.6

/* Log of the least probability of a text that has the number of digits asked for: below, the ink is
 * nothing like it. */
#define ASKED_LEAST (-13.8)

typedef struct group {
    const dg_item *items; /* [count], digits */
    size_t count;
    double before, after; /* steps of the nearest other items of its chunk; or beyond its ends */
    bool mark;            /* a sign is before it */
    uint32_t letters;     /* beside it, in the same word */
} group;

static bool is_digit(const dg_item *item)
{
    return item->label < DIGIT_CLASSES;
}

/* ---- Gaps ------------------------------------------------------------------ */

static double gap_between(const dg_item *left, const dg_item *right)
{
    return right->box.x - (left->box.x + left->box.width);
}

/* The smallest gap between groups, in pixels. */
static digit_status group_gap(const dg_items *items, double size, double *least)
{
    double *gaps = dg_alloc(items->count, sizeof *gaps);
    size_t count = 0;
    if (!gaps)
        return dg_fail_memory("groups", items->count * sizeof *gaps);
    for (size_t i = 0; i + 1 < items->count; i++)
        if (is_digit(&items->items[i]) && is_digit(&items->items[i + 1]))
            gaps[count++] = gap_between(&items->items[i], &items->items[i + 1]);
    qsort(gaps, count, sizeof *gaps, dg_compare_f64);
    const double usual = count > 0 ? gaps[(size_t)(GAP_QUANTILE * (double)(count - 1))] : 0;
    *least = fmin(fmax(GAP_TIMES * usual, DG_GROUP_GAP_LEAST * size), DG_GROUP_GAP_MOST * size);
    dg_free(gaps);
    return DIGIT_OK;
}

/* ---- A group ---------------------------------------------------------------- */

static bool is_as_asked(const dg_groups_job *job, const group *g)
{
    return !job->asked || dg_read_is_asked(g->count, job->min_digits, job->max_digits);
}

/* The probability that all digits are right, each on its own. */
static double product(const dg_item *items, size_t count)
{
    double all = 1;
    for (size_t i = 0; i < count; i++)
        all *= (double)items[i].prediction.confidence;
    return all;
}

/* Are its digits all of one transcript? Then this can be searched for other texts. */
static bool is_transcribed(const dg_groups_job *job, const group *g)
{
    return job->source->transcripts[g->items[0].chunk].logits &&
           g->items[0].chunk == g->items[g->count - 1].chunk && g->count <= DG_CTC_LABELS_MOST;
}

static digit_status add_glyphs(dg_groups_job *job, const dg_item *items, size_t count, bool mark,
                               bool reject, uint32_t number, char *letters)
{
    digit_status status = DIGIT_OK;
    for (size_t i = 0; status == DIGIT_OK && i < count; i++) {
        digit_glyph glyph = {
            .box = items[i].place,
            .line = job->line,
            .group = number,
            .flags = items[i].flags,
            .prediction = items[i].prediction,
        };
        glyph.flags |= mark && i == 0 ? DIGIT_GLYPH_MARK : 0;
        glyph.flags |= reject ? DIGIT_GLYPH_REJECTED : 0;
        letters[i] = dg_glyph_letter(&glyph);
        if (job->reading->count < DG_READING_ROOM) /* else adding it fails */
            job->confidence[job->reading->count] = items[i].confidence;
        status = dg_reading_add_glyph(job->reading, &glyph);
    }
    return status;
}

/* A group's own outputs, and half of what is between it and its neighbours. */
static dg_stretch stretch_of(const dg_groups_job *job, const group *g)
{
    const dg_transcript *t = &job->source->transcripts[g->items[0].chunk];
    const double left = (g->before + g->items[0].step) / 2;
    const double right = (g->after + g->items[g->count - 1].step) / 2;
    const uint32_t first = (uint32_t)dg_clamp_f64(ceil(left), 0, t->outputs - 1);
    return (dg_stretch){
        .chunk = g->items[0].chunk,
        .first = first,
        .end = (uint32_t)dg_clamp_f64(floor(right) + 1, first + 1, t->outputs),
        .columns = {dg_transcript_x(t, left), dg_transcript_x(t, right)},
    };
}

static void write_digits(const dg_ctc_text *text, char *letters)
{
    for (uint32_t k = 0; k < text->count; k++)
        letters[k] = (char)('0' + text->labels[k]);
}

static bool says(const dg_ctc_text *text, const dg_item *items, size_t count)
{
    if (text->count != count)
        return false;
    for (size_t i = 0; i < count; i++)
        if (text->labels[i] != items[i].label)
            return false;
    return true;
}

/* The probability of a group: what the line network gives its text, or, where the digit network
 * knows better, the product of its digits'. */
static double group_probability(const dg_item *items, size_t count, const dg_ctc_text *texts,
                                size_t text_count)
{
    double all = product(items, count);
    for (size_t i = 0; i < text_count; i++)
        if (says(&texts[i], items, count))
            all = dg_max_f64(all, exp(texts[i].log_p));
    return dg_min_f64(all, 1);
}

/* The first candidate is what the items say; then come the texts that say something else. */
static digit_status add_texts(dg_groups_job *job, const dg_item *items, size_t count,
                              const dg_ctc_text *texts, size_t text_count, char *letters)
{
    const double first = group_probability(items, count, texts, text_count);
    double rest = 1 - first;
    digit_status status = dg_reading_add_candidate(job->reading, letters, count, first);
    for (size_t i = 0; status == DIGIT_OK && i < text_count; i++) {
        if (texts[i].count == 0 || says(&texts[i], items, count))
            continue;
        const double p = dg_min_f64(exp(texts[i].log_p), dg_min_f64(first, rest));
        write_digits(&texts[i], letters);
        status = dg_reading_add_candidate(job->reading, letters, texts[i].count, p);
        rest -= p;
    }
    return status;
}

/* Items and texts of a transcribed group as a group of the reading. */
static digit_status add_read(dg_groups_job *job, const group *g, const dg_ctc_text *texts,
                             size_t text_count, bool reject, uint32_t number)
{
    char letters[DG_CTC_LABELS_MOST];
    digit_status status = dg_reading_add_group(job->reading, job->line, number);
    if (status == DIGIT_OK)
        status = add_glyphs(job, g->items, g->count, g->mark, reject, number, letters);
    return status == DIGIT_OK ? add_texts(job, g->items, g->count, texts, text_count, letters)
                              : status;
}

/* If the number of digits is not the one asked for, the most probable text of that number, if there
 * is one, replaces the items. */
static digit_status add_transcribed(dg_groups_job *job, const group *g, uint32_t number)
{
    const dg_stretch where = stretch_of(job, g);
    const bool limited = !is_as_asked(job, g);
    const uint32_t least = limited ? job->min_digits : 0, most = limited ? job->max_digits : 0;
    dg_ctc_text texts[DG_CANDIDATES_MOST];
    dg_items other = {0};
    group asked = *g;
    size_t count = 0;
    digit_status status = dg_opinions_search(job->source, &where, least, most, DG_CANDIDATES_MOST,
                                             texts, &count);
    const bool found =
        limited && count > 0 && texts[0].count > 0 && texts[0].log_p >= ASKED_LEAST;
    if (status == DIGIT_OK && found)
        status = dg_items_add_text(job->source, &where,
                                   (dg_sequence){texts[0].labels, texts[0].count}, &other);
    if (found) {
        asked.items = other.items;
        asked.count = other.count;
    }
    if (status == DIGIT_OK)
        status = add_read(job, &asked, texts, count, limited && !found, number);
    dg_items_free(&other);
    return status;
}

/* Another digit in one place of a group. */
typedef struct change {
    double ratio; /* of its probability to that of the digit there */
    size_t place;
    int digit;
} change;

static int compare_changes(const void *a, const void *b)
{
    const change *x = a, *y = b;
    if (x->ratio != y->ratio)
        return x->ratio < y->ratio ? 1 : -1;
    return x->place != y->place ? (x->place > y->place) - (x->place < y->place)
                                : x->digit - y->digit;
}

/* changes[count * DIGIT_CLASSES] of a group, likeliest first. Returns how many there are. */
static size_t list_changes(const group *g, uint32_t allowed, change *changes)
{
    size_t count = 0;
    for (size_t i = 0; i < g->count; i++) {
        const float *p = g->items[i].prediction.probabilities;
        for (int d = 0; d < DIGIT_CLASSES; d++)
            if (d != g->items[i].label && allowed >> d & 1 && p[d] > 0)
                changes[count++] = (change){(double)p[d] / (double)p[g->items[i].label], i, d};
    }
    qsort(changes, count, sizeof *changes, compare_changes);
    return count;
}

/* Of digits that are all sure, no text with two others is as likely as one with one. */
static digit_status add_changed(dg_groups_job *job, const group *g, double all, char *letters)
{
    change *changes = dg_alloc(g->count * DIGIT_CLASSES, sizeof *changes);
    if (!changes)
        return dg_fail_memory("a group", g->count * DIGIT_CLASSES * sizeof *changes);
    const size_t count = list_changes(g, job->source->allowed, changes);
    digit_status status = DIGIT_OK;
    for (size_t n = 0; status == DIGIT_OK && n < count && n + 1 < DG_CANDIDATES_MOST; n++) {
        const change *c = &changes[n];
        for (size_t i = 0; i < g->count; i++)
            letters[i] = (char)('0' + (i == c->place ? c->digit : g->items[i].label));
        status = dg_reading_add_candidate(job->reading, letters, g->count, all * c->ratio);
    }
    dg_free(changes);
    return status;
}

/* A group of digits that stand clear. */
static digit_status add_clear(dg_groups_job *job, const group *g, uint32_t number)
{
    char *letters = dg_alloc(g->count, 1);
    if (!letters)
        return dg_fail_memory("a group", g->count);
    const double all = product(g->items, g->count);
    digit_status status = dg_reading_add_group(job->reading, job->line, number);
    if (status == DIGIT_OK)
        status = add_glyphs(job, g->items, g->count, g->mark, !is_as_asked(job, g), number,
                            letters);
    if (status == DIGIT_OK)
        status = dg_reading_add_candidate(job->reading, letters, g->count, all);
    if (status == DIGIT_OK)
        status = add_changed(job, g, all, letters);
    dg_free(letters);
    return status;
}

/* Letters of a word, by its width. */
static uint32_t letters_of(const dg_item *item, double size)
{
    return item->label == DG_LINE_LETTER
               ? (uint32_t)(1 + item->place.width / (LETTER_PITCH * size))
               : 0;
}

/* ---- A line ------------------------------------------------------------------ */

/* The group that begins at item `first`, which is a digit. */
static group group_at(const dg_items *items, size_t first, double gap, double size)
{
    const dg_item *all = items->items;
    group g = {.items = &all[first], .count = 1, .before = -INFINITY, .after = INFINITY};
    while (first + g.count < items->count && is_digit(&all[first + g.count]) &&
           gap_between(&all[first + g.count - 1], &all[first + g.count]) <= gap)
        g.count++;
    if (first > 0 && all[first - 1].chunk == all[first].chunk)
        g.before = all[first - 1].step;
    if (first + g.count < items->count &&
        all[first + g.count].chunk == all[first + g.count - 1].chunk)
        g.after = all[first + g.count].step;
    g.mark = first > 0 && !is_digit(&all[first - 1]) && all[first - 1].label != DG_LINE_LETTER;
    if (first > 0 && gap_between(&all[first - 1], &all[first]) <= WORD_GAP * size)
        g.letters += letters_of(&all[first - 1], size);
    if (first + g.count < items->count &&
        gap_between(&all[first + g.count - 1], &all[first + g.count]) <= WORD_GAP * size)
        g.letters += letters_of(&all[first + g.count], size);
    return g;
}

static bool is_sign(const dg_item *item)
{
    return (item->label >= DG_LINE_POINT && item->label <= DG_LINE_PERCENT) ||
           item->label == DG_LINE_MARK;
}

static bool is_apart(const dg_items *items, size_t left, double size)
{
    return gap_between(&items->items[left], &items->items[left + 1]) > SIGN_GAP * size;
}

static digit_status add_mark(dg_groups_job *job, const dg_items *items, size_t index, double size)
{
    const digit_mark mark = dg_item_mark(&items->items[index], job->line, job->reading->count);
    const dg_reading_mark gaps = {
        .apart_before = index > 0 && is_apart(items, index - 1, size),
        .apart_after = index + 1 < items->count && is_apart(items, index, size),
    };
    return dg_reading_add_mark(job->reading, &mark, gaps);
}

/* Is the line one number of as many digits as asked for? Then its gaps divide nothing wrong. */
static bool is_whole(const dg_groups_job *job, const dg_items *items)
{
    size_t digits = 0;
    for (size_t i = 0; i < items->count; i++)
        digits += is_digit(&items->items[i]);
    return job->single && dg_read_is_asked(digits, job->min_digits, job->max_digits);
}

digit_status dg_groups_add(dg_groups_job *job, const dg_items *items, double size)
{
    const size_t marks = job->reading->mark_count;
    double gap = 0;
    uint32_t number = 0;
    digit_status status = group_gap(items, size, &gap);
    job->asked = !is_whole(job, items);
    for (size_t i = 0; status == DIGIT_OK && i < items->count; i++) {
        job->page_letters += letters_of(&items->items[i], size);
        if (is_sign(&items->items[i]))
            status = add_mark(job, items, i, size);
        if (status != DIGIT_OK || !is_digit(&items->items[i]))
            continue;
        const group g = group_at(items, i, gap, size);
        if (job->reading->group_count < DG_READING_ROOM)
            job->letters[job->reading->group_count] = g.letters;
        status = is_transcribed(job, &g) ? add_transcribed(job, &g, number)
                                         : add_clear(job, &g, number);
        number++;
        i += g.count - 1;
    }
    if (number == 0)
        job->reading->mark_count = marks; /* signs alone are dirt */
    job->line += number > 0;
    return status;
}
