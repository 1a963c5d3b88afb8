/* The container of model files: laying one out. */
#include "io/safetensors.h"

#include "base/bytes.h"
#include "base/error.h"
#include "base/mem.h"
#include "io/json.h"

#include <jansson.h>
#include <stdbool.h>
#include <string.h>

#define LENGTH_BYTES 8

/*
 * jansson draws the seed of its hash tables when it makes its first object. A fork() in that moment
 * leaves a child that waits for ever for a thread it does not have; while this library is being
 * loaded, nobody who uses it can fork.
 */
__attribute__((constructor)) static void seed_jansson(void)
{
    json_object_seed(0);
}

/* Set offset and size of every tensor. */
static digit_status lay_out(dg_safetensors_tensor *tensors, size_t count, uint64_t *data_size)
{
    uint64_t end = 0;
    if (count > DG_SAFETENSORS_TENSORS_MAX)
        return dg_fail(DIGIT_ERR_LIMIT, "%zu tensors; a model file holds at most %d", count,
                       DG_SAFETENSORS_TENSORS_MAX);
    for (size_t i = 0; i < count; i++) {
        dg_safetensors_tensor *tensor = &tensors[i];
        tensor->offset = end;
        tensor->size = sizeof(float);
        for (uint32_t k = 0; k < tensor->rank; k++) {
            if (tensor->shape[k] < 1 || tensor->shape[k] > DG_SAFETENSORS_SIDE_MAX)
                return dg_fail(DIGIT_ERR_LIMIT, "tensor '%s': a side of %u; a model file holds "
                               "1 to %d", tensor->name, tensor->shape[k],
                               DG_SAFETENSORS_SIDE_MAX);
            if (__builtin_mul_overflow(tensor->size, (uint64_t)tensor->shape[k], &tensor->size))
                return dg_fail(DIGIT_ERR_LIMIT, "tensor '%s': too large", tensor->name);
        }
        if (__builtin_add_overflow(end, tensor->size, &end) || end > DG_SAFETENSORS_FILE_MAX)
            return dg_fail(DIGIT_ERR_LIMIT, "more than %llu bytes of tensors; a model file holds "
                           "no more", (unsigned long long)DG_SAFETENSORS_FILE_MAX);
    }
    *data_size = end;
    return DIGIT_OK;
}

/* jansson's json_*_new functions take NULL for a failure, and so does this. */
static json_t *list_of(const uint64_t *numbers, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < count; i++) {
        if (json_array_append_new(list, json_integer((json_int_t)numbers[i])) != 0) {
            json_decref(list);
            list = NULL;
        }
    }
    return list;
}

static json_t *describe(const dg_safetensors_tensor *tensor)
{
    const uint64_t offsets[2] = {tensor->offset, tensor->offset + tensor->size};
    uint64_t shape[DG_SAFETENSORS_RANK_MAX];
    json_t *entry = json_object();
    for (uint32_t k = 0; k < tensor->rank; k++)
        shape[k] = tensor->shape[k];
    if (json_object_set_new(entry, "dtype", json_string("F32")) != 0 ||
        json_object_set_new(entry, "shape", list_of(shape, tensor->rank)) != 0 ||
        json_object_set_new(entry, "data_offsets", list_of(offsets, 2)) != 0) {
        json_decref(entry);
        return NULL;
    }
    return entry;
}

/* The header as JSON; NULL when memory is short. Order is order in the file. */
static json_t *make_json(const dg_safetensors_text *texts, size_t text_count,
                         const dg_safetensors_tensor *tensors, size_t tensor_count)
{
    json_t *root = json_object(), *metadata = json_object();
    int failed = json_object_set_new(metadata, "crc32", json_string("00000000"));
    for (size_t i = 0; !failed && i < text_count; i++)
        failed = json_object_set_new(metadata, texts[i].key, json_string(texts[i].value));
    if (failed) {
        json_decref(metadata);
        metadata = NULL;
    }
    failed = json_object_set_new(root, "__metadata__", metadata);
    for (size_t i = 0; !failed && i < tensor_count; i++)
        failed = json_object_set_new(root, tensors[i].name, describe(&tensors[i]));
    if (failed) {
        json_decref(root);
        root = NULL;
    }
    return root;
}

/* Length and header of the file, padded with spaces so that the data begin at a multiple
 * of eight bytes. */
static digit_status write_head(const json_t *root, dg_safetensors_head *head)
{
    const size_t length = json_dumpb(root, NULL, 0, JSON_COMPACT);
    const size_t padded = (length + 7) / 8 * 8;
    if (length == 0)
        return dg_fail_memory("the header", DG_SAFETENSORS_HEADER_MAX);
    if (padded > DG_SAFETENSORS_HEADER_MAX)
        return dg_fail(DIGIT_ERR_LIMIT, "texts and tensors need a header of %zu bytes; a model "
                       "file holds at most %d", padded, DG_SAFETENSORS_HEADER_MAX);
    head->size = LENGTH_BYTES + padded;
    head->bytes = dg_alloc(head->size, 1);
    if (!head->bytes)
        return dg_fail_memory("the header", head->size);
    dg_store_le64(head->bytes, padded);
    memset(head->bytes + LENGTH_BYTES, ' ', padded);
    if (json_dumpb(root, (char *)head->bytes + LENGTH_BYTES, length, JSON_COMPACT) != length)
        return dg_fail_memory("the header", head->size);
    return DIGIT_OK;
}

digit_status dg_safetensors_plan(const dg_safetensors_text *texts, size_t text_count,
                                 dg_safetensors_tensor *tensors, size_t tensor_count,
                                 dg_safetensors_head *head)
{
    uint64_t data_size = 0;
    *head = (dg_safetensors_head){0};
    for (size_t i = 0; i < text_count; i++)
        if (!dg_json_is_utf8(texts[i].value)) /* jansson would say "no memory" */
            return dg_fail(DIGIT_ERR_ARGUMENT, "the text for '%s' is not UTF-8", texts[i].key);
    digit_status status = lay_out(tensors, tensor_count, &data_size);
    if (status != DIGIT_OK)
        return status;
    json_t *root = make_json(texts, text_count, tensors, tensor_count);
    if (!root)
        return dg_fail_memory("the header", DG_SAFETENSORS_HEADER_MAX);
    status = write_head(root, head);
    json_decref(root);
    head->file_size = head->size + data_size;
    if (status == DIGIT_OK && head->file_size > DG_SAFETENSORS_FILE_MAX)
        status = dg_fail(DIGIT_ERR_LIMIT, "a model file of %llu bytes; at most %llu are accepted",
                         (unsigned long long)head->file_size,
                         (unsigned long long)DG_SAFETENSORS_FILE_MAX);
    if (status != DIGIT_OK)
        dg_safetensors_head_clear(head);
    return status;
}

void dg_safetensors_head_clear(dg_safetensors_head *head)
{
    dg_free(head->bytes);
    *head = (dg_safetensors_head){0};
}
