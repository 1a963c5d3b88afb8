/*
 * The cheapest monotone assignment, by dynamic programming. CTC puts a label near its ink, not on
 * it: a thin 1 may be said over its neighbour. So a label belongs to a cluster that is near, and
 * that the digit network takes for this label.
 */
#include "read/align.h"

#include "base/error.h"
#include "base/mem.h"

#include <math.h>

/* A label one height of a digit beside a cluster is as improbable as exp(-DISTANCE_WEIGHT); so, at
 * a fifth of the height, as a digit that the digit network takes for another one. */
#define DISTANCE_WEIGHT 50.0

/* The digit network never says less than this of a digit. */
#define LEAST 0.1

/* How far a label is from a cluster, in heights of the line's digits. */
static double distance(const dg_align_clusters *c, size_t cluster, double x)
{
    const dg_segment *s = &c->source->segments->items[c->seen[cluster]];
    const uint32_t line = c->source->chunks->items[c->chunk].line;
    const double outside = fmax(fmax(s->left - x, x - (s->right + 1)), 0);
    return outside / c->source->segments->lines[line].size;
}

/* -log of what the digit network says of a label. */
static double doubt(const dg_align_clusters *c, size_t cluster, uint8_t label)
{
    const digit_prediction *answer = &c->source->answers[c->seen[cluster]];
    const dg_segment *segment = &c->source->segments->items[c->seen[cluster]];
    double p = (double)answer->other;
    if (segment->small || segment->sign)
        p = label < DIGIT_CLASSES ? 0 : 1;
    else if (label < DIGIT_CLASSES)
        p = (double)answer->probabilities[label] * (1 - p);
    return -log(fmax(p, LEAST));
}

static double cost_of(const dg_align_clusters *c, size_t cluster, uint8_t label, double x)
{
    const double far = distance(c, cluster, x);
    return DISTANCE_WEIGHT * far * far + doubt(c, cluster, label);
}

/* costs[count] of the labels up to `label`, by the cluster that this one belongs to; from[count]:
 * the cluster of the label before it. */
static void add_label(const dg_align_clusters *c, uint8_t label, double x, double *costs,
                      uint32_t *from)
{
    double least = INFINITY;
    uint32_t before = 0;
    for (size_t j = 0; j < c->count; j++) {
        if (costs[j] < least) {
            least = costs[j];
            before = (uint32_t)j;
        }
        from[j] = before;
        costs[j] = least + cost_of(c, j, label, x);
    }
}

static size_t find_cheapest(const double *costs, size_t count)
{
    size_t best = 0;
    for (size_t j = 1; j < count; j++)
        best = costs[j] < costs[best] ? j : best;
    return best;
}

digit_status dg_align(const dg_align_clusters *clusters, const dg_ctc_explained *explained,
                      size_t *owners)
{
    const dg_transcript *t = &clusters->source->transcripts[clusters->chunk];
    const dg_sequence text = explained->text;
    const size_t wide = clusters->count;
    double *costs = dg_alloc_zero(wide, sizeof *costs);
    uint32_t *from = dg_alloc(wide * text.count, sizeof *from); /* [text.count][wide] */
    const bool fine = costs && from;
    for (uint32_t i = 0; fine && i < text.count; i++)
        add_label(clusters, text.labels[i], dg_transcript_x(t, explained->at[i]), costs,
                  from + i * wide);
    size_t owner = fine ? find_cheapest(costs, wide) : 0;
    for (uint32_t i = text.count; fine && i-- > 0;) {
        owners[i] = owner;
        owner = from[i * wide + owner];
    }
    dg_free(from);
    dg_free(costs);
    return fine ? DIGIT_OK : dg_fail_memory("a line", wide * text.count * sizeof *from);
}
