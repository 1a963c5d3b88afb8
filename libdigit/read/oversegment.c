/*
 * Only the networks say where touching digits are to be cut: a cut is as good as the parts on both
 * sides look like digits, however much ink it crosses. (Of 200 pairs, cuts through the least ink
 * read 84 % right, vertical cuts at every sixteenth of a digit's height 94 %.)
 */
#include "read/oversegment.h"

#include "base/error.h"
#include "base/mem.h"
#include "vision/geometry.h"

#include <math.h>
#include <string.h>

/* A cluster is one digit if neither network doubts it more than this. */
#define DOUBT_MOST 0.05

/* The pairs network is asked about clusters that are doubted more than DOUBT_ASKED. One to which it
 * gives two digits less than PAIR_LEAST is not cut: a sign or dirt would become digits. */
#define DOUBT_ASKED 0.002
#define PAIR_LEAST  0.005

/* The most slices of a page, in clusters wider than a digit and in others, which on a page of print
 * are letters. Further clusters are not cut, so that noise and books end in bounded time. */
#define SLICES_WIDE  6144
#define SLICES_OTHER 2048

/* A slice begins as many hypotheses as there are slices in a wide digit: with half as many slices
 * the networks are asked about a quarter. A page with more slices than this gets wider ones, so
 * that it takes no longer: about 50,000 answers. */
#define SLICES_FINE 1024

/* A page with more hypotheses before anything is cut holds no digits. */
#define CLUSTERS_MOST 24576

/* The cost of a cut to each side: this part of -log(doubt) of the whole cluster, which is taken to
 * be at least DOUBT_LEAST. */
#define CUT_SHARE   0.3
#define DOUBT_LEAST 0.003

/* A cluster counts as touching digits if the pairs network gives these more than TOUCHING. That
 * such are rare costs at most RARITY_MOST nats. */
#define TOUCHING    0.5f
#define RARITY_MOST 4.0

/* The model's network: the probability of the reject class, or of all digits but the likeliest. */
static double doubt(const dg_hypothesis *hypothesis)
{
    const digit_prediction *a = &hypothesis->answer;
    return fmax((double)a->other, 1 - (double)a->probabilities[a->digit]);
}

/* Is the pairs network to be asked about it? */
static bool is_doubtful(const dg_hypothesis *hypothesis)
{
    return hypothesis->pair && doubt(hypothesis) >= DOUBT_ASKED;
}

static bool is_one_digit(const dg_hypothesis *hypothesis)
{
    return fmax(doubt(hypothesis), (double)hypothesis->pairs.all) < DOUBT_MOST;
}

/* Has the pairs network been asked, and denied it? */
static bool is_no_pair(const dg_hypothesis *hypothesis)
{
    return is_doubtful(hypothesis) && (double)hypothesis->pairs.all < PAIR_LEAST;
}

/* Is it large enough for two digits? */
static bool is_large(const dg_segment *segment, double size)
{
    return !segment->small && !segment->sign &&
           segment->right - segment->left >= DG_PAIR_NARROWEST * size &&
           segment->bottom - segment->top >= DG_DIGIT_LOWEST * size;
}

static void doubt_clusters(const dg_segments *segments, const dg_hypotheses *hypotheses,
                           bool cut_all, bool *doubted)
{
    for (size_t i = 0; i < segments->line_count; i++) {
        const dg_segment_line *line = &segments->lines[i];
        for (size_t s = line->first; s < line->first + line->count; s++)
            doubted[segments->items[s].cluster] = is_large(&segments->items[s], line->size);
        for (uint32_t h = hypotheses->begin[line->first];
             !cut_all && h < hypotheses->begin[line->first + line->count]; h++) {
            const dg_hypothesis *hypothesis = &hypotheses->items[h];
            const dg_segment *first = &segments->items[hypothesis->first];
            const double width = dg_segments_box(first, hypothesis->count).width / line->size;
            if (width <= DG_DIGIT_WIDEST && (is_one_digit(hypothesis) || is_no_pair(hypothesis)))
                for (uint32_t k = 0; k < hypothesis->count; k++)
                    doubted[first[k].cluster] = false;
        }
    }
}

/* Withdraw doubts when the page's slices are used up. Returns how many slices there are to be to
 * the height of a digit. */
static double ration(const dg_segments *segments, bool *doubted)
{
    double granted = 0, left[2] = {SLICES_OTHER, SLICES_WIDE}; /* [is it wide?] */
    for (size_t i = 0; i < segments->line_count; i++) {
        const dg_segment_line *line = &segments->lines[i];
        for (size_t s = line->first; s < line->first + line->count; s++) {
            const dg_segment *segment = &segments->items[s];
            const double width = (segment->right - segment->left + 1) / line->size;
            double *rest = &left[width > DG_DIGIT_WIDE];
            if (!doubted[segment->cluster])
                continue;
            doubted[segment->cluster] = *rest >= width * DG_SLICES;
            *rest -= doubted[segment->cluster] ? width * DG_SLICES : 0;
            granted += doubted[segment->cluster] ? width * DG_SLICES : 0;
        }
    }
    return DG_SLICES * sqrt(fmin(1, SLICES_FINE / fmax(granted, 1)));
}

/* Copy the answers for whole clusters, which do not change. */
static void copy_answers(const dg_hypotheses *known, dg_hypotheses *hypotheses)
{
    size_t next = 0;
    for (size_t i = 0; i < hypotheses->count; i++)
        if (hypotheses->items[i].whole) { /* they are in the same order */
            hypotheses->items[i].answer = known->items[next].answer;
            hypotheses->items[i].pairs = known->items[next++].pairs;
        }
}

typedef bool (*is_wanted_fn)(const dg_hypothesis *hypothesis);
typedef digit_status (*classify_fn)(const dg_classifier *classifier, const dg_segments *segments,
                                    dg_hypotheses *hypotheses, const uint32_t *which, size_t count);

/* Classify those for which is_wanted() is true. */
static digit_status classify_some(const dg_classifier *classifier, const dg_segments *segments,
                                  dg_hypotheses *hypotheses, is_wanted_fn is_wanted,
                                  classify_fn classify)
{
    uint32_t *which = dg_alloc(hypotheses->count, sizeof *which);
    size_t count = 0;
    if (!which)
        return dg_fail_memory("hypotheses", hypotheses->count * sizeof *which);
    for (size_t i = 0; i < hypotheses->count; i++)
        if (is_wanted(&hypotheses->items[i]))
            which[count++] = (uint32_t)i;
    const digit_status status = classify(classifier, segments, hypotheses, which, count);
    dg_free(which);
    return status;
}

static bool is_part(const dg_hypothesis *hypothesis)
{
    return hypothesis->single && !hypothesis->whole;
}

static bool is_cut(const dg_hypothesis *hypothesis)
{
    return !hypothesis->whole;
}

/* The cost of touching digits where most stand alone: -log of the odds, by the rule of
 * succession. */
static float rarity_of(const dg_segments *segments, const dg_hypotheses *clusters)
{
    size_t alone = 0, touching = 0;
    for (size_t i = 0; i < clusters->count; i++) {
        const dg_hypothesis *hypothesis = &clusters->items[i];
        if (hypothesis->clusters > 1 || segments->items[hypothesis->first].small)
            continue;
        alone += is_one_digit(hypothesis);
        touching += hypothesis->pairs.all > TOUCHING;
    }
    const double odds = ((double)touching + 1) / ((double)alone + 1);
    return (float)fmin(fmax(-log(odds), 0), RARITY_MOST);
}

/* Set what the hypotheses that begin in a cluster pay for cutting it. */
static void charge_parts(const dg_segments *segments, dg_hypothesis *whole, float rarity,
                         dg_hypotheses *hypotheses)
{
    const float cost = (float)(-CUT_SHARE * log(fmax(doubt(whole), DOUBT_LEAST)));
    const uint32_t end = whole->first + whole->count;
    for (uint32_t i = hypotheses->begin[whole->first]; i < hypotheses->begin[end]; i++) {
        dg_hypothesis *part = &hypotheses->items[i];
        part->rarity = part->first == whole->first ? rarity : 0; /* once a path */
        if (!part->whole)
            part->fixed += cost * (float)(segments->items[part->first].cut_before +
                                          (part->first + part->count < end));
    }
}

static digit_status classify_clusters(const dg_classifier *classifier,
                                    const dg_components *components, const dg_lines *lines,
                                    dg_segments *segments, dg_hypotheses *hypotheses)
{
    digit_status status = dg_segments_make(components, lines, NULL, segments);
    if (status == DIGIT_OK)
        status = dg_hypotheses_list(segments, hypotheses);
    if (status == DIGIT_OK && hypotheses->count > CLUSTERS_MOST)
        status = dg_fail(DIGIT_ERR_LIMIT, "%zu parts of the picture may be digits; at most %d",
                         hypotheses->count, CLUSTERS_MOST);
    if (status == DIGIT_OK)
        status = dg_classify_hypotheses(classifier, segments, hypotheses, NULL, hypotheses->count);
    if (status == DIGIT_OK)
        status =
            classify_some(classifier, segments, hypotheses, is_doubtful, dg_classify_pairs);
    return status;
}

static digit_status classify_parts(const dg_classifier *classifier, const dg_components *components,
                                   const dg_lines *lines, const dg_slicing *slicing, float rarity,
                                   const dg_hypotheses *known, dg_segments *segments,
                                   dg_hypotheses *hypotheses)
{
    digit_status status = dg_segments_make(components, lines, slicing, segments);
    if (status == DIGIT_OK)
        status = dg_hypotheses_list(segments, hypotheses);
    if (status != DIGIT_OK)
        return status;
    copy_answers(known, hypotheses);
    status = classify_some(classifier, segments, hypotheses, is_part, dg_classify_hypotheses);
    if (status == DIGIT_OK)
        status = classify_some(classifier, segments, hypotheses, is_cut, dg_classify_pairs);
    for (size_t i = 0; status == DIGIT_OK && i < hypotheses->count; i++)
        if (hypotheses->items[i].whole && hypotheses->items[i].clusters == 1)
            charge_parts(segments, &hypotheses->items[i], rarity, hypotheses);
    return status;
}

/* Replace segments and hypotheses by those of clusters that are cut where they are doubted. */
static digit_status cut(const dg_classifier *classifier, const dg_components *components,
                        const dg_lines *lines, const dg_slicing *slicing, dg_segments *segments,
                        dg_hypotheses *hypotheses)
{
    dg_segments clusters = *segments;
    dg_hypotheses known = *hypotheses;
    *segments = (dg_segments){0};
    *hypotheses = (dg_hypotheses){0};
    const digit_status status = classify_parts(classifier, components, lines, slicing,
                                               rarity_of(&clusters, &known), &known, segments,
                                               hypotheses);
    dg_hypotheses_free(&known);
    dg_segments_free(&clusters);
    return status;
}

digit_status dg_oversegment(const dg_classifier *classifier, const dg_components *components,
                            const dg_lines *lines, bool cut_all, dg_segments *segments,
                            dg_hypotheses *hypotheses)
{
    bool *doubted = dg_alloc_zero(lines->cluster_count, sizeof *doubted);
    if (!doubted)
        return dg_fail_memory("clusters", lines->cluster_count);
    digit_status status = classify_clusters(classifier, components, lines, segments, hypotheses);
    if (status == DIGIT_OK) {
        doubt_clusters(segments, hypotheses, cut_all, doubted);
        const dg_slicing slicing = {doubted, ration(segments, doubted),
                                    classifier->threads.deadline};
        if (memchr(doubted, true, lines->cluster_count))
            status = cut(classifier, components, lines, &slicing, segments, hypotheses);
    }
    dg_free(doubted);
    return status;
}
