/*
 * Digits that touch come apart by the network's word alone: a cut is as good as what lies on
 * either side of it looks like a digit, however much ink it crosses. (Of 200 pairs, cuts
 * through the least ink parted 84 % right, vertical ones at every sixteenth of a digit 94 %.)
 */
#include "read/oversegment.h"

#include "base/error.h"
#include "base/mem.h"

#include <math.h>
#include <string.h>

/* Pieces doubted less are one digit. */
#define SURE 0.05

/* Of pieces doubted more than this the other network says whether they are two. Those that are
 * hardly so by its word stay whole, whatever they are: cut, a sign or dirt becomes digits. */
#define NOTICED 0.002
#define HARDLY 0.005

/* Slices of one page, in pieces wider than a digit and in others, which on a page of print are
 * letters. What is beyond stays whole: noise and books end in bounded time. */
#define WIDE 0.9
#define SLICES_WIDE 6144
#define SLICES_OTHER 2048

/* The price of a cut: on each side of it such a part of -log(doubt) of the whole piece. */
#define CUT_SHARE 0.3
#define SUREST 0.003

/* Pieces that are two digits, rather; and what it costs at most that such are rare. */
#define TOUCHING 0.5f
#define RAREST 4.0

/* In digits' sizes: what is wider is doubted anyhow, wider than one digit, narrower or lower than
 * two. */
#define SURE_WIDEST 1.2
#define ONE_WIDEST 1.1
#define NARROW 0.3
#define LOW 0.5

/* How far the network is from sure that it is one digit. */
static double doubt(const dg_hypothesis *hypothesis)
{
    const digit_prediction *a = &hypothesis->answer;
    return fmax((double)a->other, 1 - (double)a->probabilities[a->digit]);
}

/* May the other network be asked about it? */
static bool is_doubtful(const dg_hypothesis *hypothesis)
{
    return hypothesis->pair && doubt(hypothesis) >= NOTICED;
}

static bool is_sure(const dg_hypothesis *hypothesis)
{
    return fmax(doubt(hypothesis), (double)hypothesis->pairs.all) < SURE;
}

/* Does the other network, which was asked, say no? */
static bool is_no_pair(const dg_hypothesis *hypothesis)
{
    return is_doubtful(hypothesis) && (double)hypothesis->pairs.all < HARDLY;
}

/* Could it be more than one digit, by its size? */
static bool is_large(const dg_segment *segment, double size)
{
    return !segment->small && !segment->slash && segment->right - segment->left >= NARROW * size &&
           segment->bottom - segment->top >= LOW * size;
}

static void doubt_pieces(const dg_segments *segments, const dg_hypotheses *hypotheses, bool cut_all,
                         bool *doubted)
{
    for (size_t i = 0; i < segments->line_count; i++) {
        const dg_segment_line *line = &segments->lines[i];
        for (size_t a = line->first; a < line->first + line->count; a++)
            doubted[segments->items[a].piece] = is_large(&segments->items[a], line->size);
        for (uint32_t g = hypotheses->begin[line->first];
             !cut_all && g < hypotheses->begin[line->first + line->count]; g++) {
            const dg_hypothesis *hypothesis = &hypotheses->items[g];
            const dg_segment *first = &segments->items[hypothesis->first];
            const double width = dg_segments_box(first, hypothesis->count).width / line->size;
            if ((is_sure(hypothesis) && width <= SURE_WIDEST) ||
                (is_no_pair(hypothesis) && width <= ONE_WIDEST))
                for (uint32_t k = 0; k < hypothesis->count; k++)
                    doubted[first[k].piece] = false;
        }
    }
}

static void ration(const dg_segments *segments, bool *doubted)
{
    double left[2] = {SLICES_OTHER, SLICES_WIDE};
    for (size_t i = 0; i < segments->line_count; i++) {
        const dg_segment_line *line = &segments->lines[i];
        for (size_t a = line->first; a < line->first + line->count; a++) {
            const dg_segment *segment = &segments->items[a];
            const double width = (segment->right - segment->left + 1) / line->size;
            double *rest = &left[width > WIDE];
            if (!doubted[segment->piece])
                continue;
            doubted[segment->piece] = *rest >= width * DG_SLICES;
            *rest -= doubted[segment->piece] ? width * DG_SLICES : 0;
        }
    }
}

/* The answers for what is whole are known. */
static void take_over(const dg_hypotheses *known, dg_hypotheses *hypotheses)
{
    size_t next = 0;
    for (size_t i = 0; i < hypotheses->count; i++)
        if (hypotheses->items[i].whole) { /* in the same order there */
            hypotheses->items[i].answer = known->items[next].answer;
            hypotheses->items[i].pairs = known->items[next++].pairs;
        }
}

typedef bool (*is_meant_fn)(const dg_hypothesis *hypothesis);
typedef digit_status (*classify_fn)(const dg_classifier *classifier, const dg_segments *segments,
                                    dg_hypotheses *hypotheses, const uint32_t *which, size_t count);

/* Ask about those that are meant. */
static digit_status ask(const dg_classifier *classifier, const dg_segments *segments,
                        dg_hypotheses *hypotheses, is_meant_fn is_meant, classify_fn classify)
{
    uint32_t *which = dg_alloc(hypotheses->count, sizeof *which);
    size_t count = 0;
    if (!which)
        return dg_fail_memory("hypotheses", hypotheses->count * sizeof *which);
    for (size_t i = 0; i < hypotheses->count; i++)
        if (is_meant(&hypotheses->items[i]))
            which[count++] = (uint32_t)i;
    const digit_status status = classify(classifier, segments, hypotheses, which, count);
    dg_free(which);
    return status;
}

static bool is_part(const dg_hypothesis *hypothesis)
{
    return hypothesis->single && !hypothesis->whole;
}

static bool is_no_whole(const dg_hypothesis *hypothesis)
{
    return !hypothesis->whole;
}

/* Where most digits stand alone, digits that touch are rare: -log of the odds, by the rule of
 * succession. */
static float rarity(const dg_segments *segments, const dg_hypotheses *pieces)
{
    size_t alone = 0, touching = 0;
    for (size_t g = 0; g < pieces->count; g++) {
        const dg_hypothesis *hypothesis = &pieces->items[g];
        if (hypothesis->pieces > 1 || segments->items[hypothesis->first].small)
            continue;
        alone += is_sure(hypothesis);
        touching += hypothesis->pairs.all > TOUCHING;
    }
    const double odds = ((double)touching + 1) / ((double)alone + 1);
    return (float)fmin(fmax(-log(odds), 0), RAREST);
}

/* What cutting a piece costs its parts, which are the hypotheses that begin in it and are not
 * whole. */
static void charge_parts(const dg_segments *segments, dg_hypothesis *whole, float rare,
                         dg_hypotheses *hypotheses)
{
    const float cost = (float)(-CUT_SHARE * log(fmax(doubt(whole), SUREST)));
    const uint32_t end = whole->first + whole->count;
    for (uint32_t g = hypotheses->begin[whole->first]; g < hypotheses->begin[end]; g++) {
        dg_hypothesis *part = &hypotheses->items[g];
        part->rare = part->first == whole->first ? rare : 0; /* once a way */
        if (!part->whole)
            part->shape += cost * (float)(segments->items[part->first].cut_before +
                                          (part->first + part->count < end));
    }
}

static digit_status classify_pieces(const dg_classifier *classifier,
                                    const dg_components *components, const dg_lines *lines,
                                    dg_segments *segments, dg_hypotheses *hypotheses)
{
    digit_status status = dg_segments_make(components, lines, NULL, segments);
    if (status == DIGIT_OK)
        status = dg_hypotheses_list(segments, hypotheses);
    if (status == DIGIT_OK)
        status = dg_classify_hypotheses(classifier, segments, hypotheses, NULL, hypotheses->count);
    if (status == DIGIT_OK)
        status = ask(classifier, segments, hypotheses, is_doubtful, dg_classify_pairs);
    return status;
}

static digit_status classify_parts(const dg_classifier *classifier, const dg_components *components,
                                   const dg_lines *lines, const bool *doubted, float rare,
                                   const dg_hypotheses *known, dg_segments *segments,
                                   dg_hypotheses *hypotheses)
{
    digit_status status = dg_segments_make(components, lines, doubted, segments);
    if (status == DIGIT_OK)
        status = dg_hypotheses_list(segments, hypotheses);
    if (status != DIGIT_OK)
        return status;
    take_over(known, hypotheses);
    status = ask(classifier, segments, hypotheses, is_part, dg_classify_hypotheses);
    if (status == DIGIT_OK)
        status = ask(classifier, segments, hypotheses, is_no_whole, dg_classify_pairs);
    for (size_t g = 0; status == DIGIT_OK && g < hypotheses->count; g++)
        if (hypotheses->items[g].whole && hypotheses->items[g].pieces == 1)
            charge_parts(segments, &hypotheses->items[g], rare, hypotheses);
    return status;
}

/* Cut what is doubted: segments and hypotheses are replaced. */
static digit_status cut(const dg_classifier *classifier, const dg_components *components,
                        const dg_lines *lines, const bool *doubted, dg_segments *segments,
                        dg_hypotheses *hypotheses)
{
    dg_segments pieces = *segments;
    dg_hypotheses known = *hypotheses;
    *segments = (dg_segments){0};
    *hypotheses = (dg_hypotheses){0};
    const digit_status status = classify_parts(classifier, components, lines, doubted,
                                               rarity(&pieces, &known), &known, segments,
                                               hypotheses);
    dg_hypotheses_free(&known);
    dg_segments_free(&pieces);
    return status;
}

digit_status dg_oversegment(const dg_classifier *classifier, const dg_components *components,
                            const dg_lines *lines, bool cut_all, dg_segments *segments,
                            dg_hypotheses *hypotheses)
{
    bool *doubted = dg_alloc_zero(lines->piece_count, sizeof *doubted);
    if (!doubted)
        return dg_fail_memory("pieces", lines->piece_count);
    digit_status status = classify_pieces(classifier, components, lines, segments, hypotheses);
    if (status == DIGIT_OK) {
        doubt_pieces(segments, hypotheses, cut_all, doubted);
        ration(segments, doubted);
        if (memchr(doubted, true, lines->piece_count))
            status = cut(classifier, components, lines, doubted, segments, hypotheses);
    }
    dg_free(doubted);
    return status;
}
