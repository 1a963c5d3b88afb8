/* transcribe.h - what the line network says of chunks of lines. */
#ifndef DG_READ_TRANSCRIBE_H
#define DG_READ_TRANSCRIBE_H

#include "net/ctc_search.h"
#include "read/chunks.h"
#include "read/read.h"
#include "vision/page/strip.h"

/* The network's outputs along a chunk. */
typedef struct dg_transcript {
    dg_strip strip; /* its pixels are freed */
    dg_real *logits; /* [outputs][DG_LINE_OUTPUTS]; NULL: the chunk was not transcribed */
    uint32_t outputs;
} dg_transcript;

/* Run the line network on chunks->items[i] where wanted[i]: out[chunks->count], all 0 before.
 * Release each with dg_transcript_free(), after a failure too. */
digit_status dg_transcribe(const dg_reader *reader, const dg_plane *ink,
                           const dg_segments *segments, const dg_chunks *chunks, double slope,
                           const bool *wanted, dg_transcript *out);

void dg_transcript_free(dg_transcript *transcript);

/* Of output `step`, which may have a fraction: its place in the picture. */
double dg_transcript_x(const dg_transcript *transcript, double step);

/* The output at a place in the picture, within the transcript. */
uint32_t dg_transcript_step(const dg_transcript *transcript, double x);

#endif
