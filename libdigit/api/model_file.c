/* Models to files and back. */
#include "api/edge.h"
#include "api/model.h"
#include "api/open.h"
#include "base/mem.h"
#include "io/codec.h"
#include "io/file.h"

/* A checkpoint opens as the model that training had by then. */
static digit_status wrap(dg_snapshot *snapshot, digit_model **out)
{
    dg_snapshot_end_training(snapshot);
    return dg_model_wrap(snapshot, out);
}

static digit_status load_memory(const void *data, size_t size, digit_model **out)
{
    dg_snapshot *snapshot = NULL;
    digit_status status = dg_open();
    if (status == DIGIT_OK)
        status = dg_codec_decode(data, size, &snapshot);
    return status == DIGIT_OK ? wrap(snapshot, out) : status;
}

digit_status digit_model_load_memory(const void *data, size_t size, digit_model **out)
{
    if (!out)
        return dg_fail_null(__func__, "out");
    *out = NULL;
    if (!data)
        return dg_fail_null(__func__, "data");
    const dg_edge edge = dg_edge_enter();
    return dg_edge_leave(edge, load_memory(data, size, out));
}

digit_status dg_model_read(const char *path, dg_snapshot **out)
{
    uint8_t *bytes = NULL;
    size_t size = 0;
    digit_status status = dg_file_read(path, DG_SAFETENSORS_FILE_MAX, &bytes, &size);
    if (status != DIGIT_OK)
        return status;
    status = dg_codec_decode(bytes, size, out);
    if (status != DIGIT_OK)
        dg_fail_about(status, path);
    dg_free(bytes);
    return status;
}

/* The file's bytes are gone before the network for prediction comes: never three copies. */
static digit_status load(const char *path, digit_model **out)
{
    dg_snapshot *snapshot = NULL;
    digit_status status = dg_open();
    if (status == DIGIT_OK)
        status = dg_model_read(path, &snapshot);
    return status == DIGIT_OK ? wrap(snapshot, out) : status;
}

digit_status digit_model_load(const char *path, digit_model **out)
{
    if (!out)
        return dg_fail_null(__func__, "out");
    *out = NULL;
    if (!path)
        return dg_fail_null(__func__, "path");
    const dg_edge edge = dg_edge_enter();
    return dg_edge_leave(edge, load(path, out));
}

/* All bytes of a snapshot's file, for dg_free(). */
static digit_status encode(const dg_snapshot *snapshot, uint8_t **bytes, size_t *size)
{
    digit_status status = dg_codec_encode(snapshot, NULL, size);
    if (status != DIGIT_OK)
        return status;
    uint8_t *buffer = dg_alloc(*size, 1);
    if (!buffer)
        return dg_fail_memory("a model file", *size);
    status = dg_codec_encode(snapshot, buffer, size);
    if (status != DIGIT_OK) {
        dg_free(buffer);
        return status;
    }
    *bytes = buffer;
    return DIGIT_OK;
}

digit_status dg_model_write(const dg_snapshot *snapshot, const char *path)
{
    uint8_t *bytes = NULL;
    size_t size = 0;
    digit_status status = encode(snapshot, &bytes, &size);
    if (status == DIGIT_OK)
        status = dg_file_replace(path, bytes, size);
    dg_free(bytes);
    return status;
}

digit_status digit_model_save(const digit_model *model, const char *path)
{
    if (!model || !path)
        return dg_fail_null(__func__, model ? "path" : "model");
    const dg_edge edge = dg_edge_enter();
    return dg_edge_leave(edge, dg_model_write(model->snapshot, path));
}

digit_status digit_model_save_memory(const digit_model *model, void *buffer, size_t *size)
{
    if (!size)
        return dg_fail_null(__func__, "size");
    if (!model) {
        *size = 0;
        return dg_fail_null(__func__, "model");
    }
    const dg_edge edge = dg_edge_enter();
    return dg_edge_leave(edge, dg_codec_encode(model->snapshot, buffer, size));
}
