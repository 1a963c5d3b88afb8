/*
 * safetensors.h - the container of model files: named F32 tensors and some texts.
 *
 * A strict subset of safetensors, described in docs/model-file.md. Knows nothing of
 * networks.
 */
#ifndef DG_IO_SAFETENSORS_H
#define DG_IO_SAFETENSORS_H

#include <digit/digit.h>

#define DG_SAFETENSORS_FILE_MAX ((uint64_t)256 << 20)
#define DG_SAFETENSORS_HEADER_MAX 65536
#define DG_SAFETENSORS_TENSORS_MAX 256
#define DG_SAFETENSORS_NAME_MAX 64
#define DG_SAFETENSORS_RANK_MAX 4
#define DG_SAFETENSORS_SIDE_MAX 65536

typedef struct dg_safetensors_tensor {
    char name[DG_SAFETENSORS_NAME_MAX + 1];
    uint32_t rank;
    uint32_t shape[DG_SAFETENSORS_RANK_MAX];
    uint64_t offset; /* of its first byte in the data */
    uint64_t size;   /* in bytes: 4 * product of the shape */
} dg_safetensors_tensor;

/* One entry of `__metadata__`, without the checksum. */
typedef struct dg_safetensors_text {
    const char *key;
    const char *value;
} dg_safetensors_text;

/* What a file's header says, checked. Points into the bytes it was parsed from. */
typedef struct dg_safetensors {
    const uint8_t *data; /* [data_size] the tensors, in their order */
    size_t data_size;
    size_t text_count;
    dg_safetensors_text *texts;
    size_t tensor_count;
    dg_safetensors_tensor *tensors;
    char *room; /* where the texts are */
} dg_safetensors;

/* ---- Reading ---------------------------------------------------------- */

/* Check bytes[size] and list what is in them; the bytes must outlive *file. On
 * failure *file is empty. */
digit_status dg_safetensors_parse(const void *bytes, size_t size, dg_safetensors *file);

/* The text under `key`; NULL if there is none. */
const char *dg_safetensors_text_of(const dg_safetensors *file, const char *key);

/* The tensor called `name`; NULL if there is none. */
const dg_safetensors_tensor *dg_safetensors_find(const dg_safetensors *file, const char *name);

void dg_safetensors_clear(dg_safetensors *file);

/* ---- Writing ---------------------------------------------------------- */

/* A file's first bytes, up to the data. */
typedef struct dg_safetensors_head {
    uint8_t *bytes; /* [size] length and header, the checksum still zero */
    size_t size;
    uint64_t file_size;
} dg_safetensors_head;

/* Lay out tensors[tensor_count] one behind the other, in their order: name, rank and
 * shape are read, offset and size are set. On failure *head is empty. */
digit_status dg_safetensors_plan(const dg_safetensors_text *texts, size_t text_count,
                                 dg_safetensors_tensor *tensors, size_t tensor_count,
                                 dg_safetensors_head *head);

void dg_safetensors_head_clear(dg_safetensors_head *head);

/* Compute the checksum of a whole file and put it in its place. */
void dg_safetensors_seal(uint8_t *bytes, size_t size);

#endif
