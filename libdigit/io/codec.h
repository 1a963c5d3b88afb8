/* codec.h - what a model file means: between bytes and a snapshot. */
#ifndef DG_IO_CODEC_H
#define DG_IO_CODEC_H

#include "io/safetensors.h"
#include "net/snapshot.h"

/*
 * Check everything a model file or checkpoint says, container to last weight, and
 * build it. The bytes may come from anywhere; they are not needed afterwards. What
 * it allocates is bounded by `size`. On failure *out is NULL.
 */
digit_status dg_codec_decode(const void *bytes, size_t size, dg_snapshot **out);

/*
 * Write a snapshot: with its training state it is a checkpoint. *size is the room in
 * buffer[*size], and the bytes needed on return; a NULL buffer only asks. The same
 * snapshot gives the same bytes.
 */
digit_status dg_codec_encode(const dg_snapshot *snapshot, void *buffer, size_t *size);

#endif
