/* codec_parts.h - names and order of what a model file holds; for codec*.c alone. */
#ifndef DG_IO_CODEC_PARTS_H
#define DG_IO_CODEC_PARTS_H

#include "io/codec.h"

#include <stdio.h>

#define DG_CODEC_FORMAT "libdigit"
#define DG_CODEC_VERSION 1
#define DG_CODEC_LABELS "0 1 2 3 4 5 6 7 8 9"
#define DG_CODEC_CALIBRATION "calibration"

/* The arrays a checkpoint has four of, and a model one: each a set of all tensors. */
typedef enum dg_codec_part {
    DG_PART_PARAMS,
    DG_PART_FIRST,
    DG_PART_SECOND,
    DG_PART_AVERAGE,
    DG_PARTS
} dg_codec_part;

static inline size_t dg_codec_parts(bool training)
{
    return training ? DG_PARTS : 1;
}

static inline dg_real *dg_codec_array(const dg_snapshot *snapshot, size_t part)
{
    switch (part) {
    case DG_PART_FIRST:
        return snapshot->training->first;
    case DG_PART_SECOND:
        return snapshot->training->second;
    case DG_PART_AVERAGE:
        return snapshot->training->average;
    default:
        return snapshot->params;
    }
}

/* Name and shape of a network's tensor as the file has it. */
static inline dg_safetensors_tensor dg_codec_describe(const dg_network *network, size_t index,
                                                      size_t part)
{
    static const char *const prefix[DG_PARTS] = {"", "first.", "second.", "average."};
    const dg_tensor tensor = dg_network_tensor(network, index);
    dg_safetensors_tensor out = {.rank = tensor.rank};
    snprintf(out.name, sizeof out.name, "%s%s", prefix[part], tensor.name);
    for (uint32_t k = 0; k < tensor.rank; k++)
        out.shape[k] = tensor.shape[k];
    return out;
}

#endif
