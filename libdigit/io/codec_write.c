/* What a model file means: from a snapshot to bytes. */
#include "io/codec.h"

#include "base/bytes.h"
#include "base/error.h"
#include "base/mem.h"
#include "io/codec_parts.h"

#include <inttypes.h>
#include <string.h>

#define TEXTS_MAX 12
#define NUMBER_MAX 24 /* room for 2^64 in decimal */

/* What a file's `__metadata__` says, and room for its numbers. */
typedef struct texts {
    size_t count;
    dg_safetensors_text list[TEXTS_MAX];
    char numbers[TEXTS_MAX][NUMBER_MAX];
} texts;

static void add_text(texts *t, const char *key, const char *value)
{
    t->list[t->count++] = (dg_safetensors_text){key, value};
}

static void add_number(texts *t, const char *key, uint64_t value)
{
    snprintf(t->numbers[t->count], NUMBER_MAX, "%" PRIu64, value);
    add_text(t, key, t->numbers[t->count]);
}

static void add_bits(texts *t, const char *key, uint64_t value)
{
    snprintf(t->numbers[t->count], NUMBER_MAX, "%016" PRIx64, value);
    add_text(t, key, t->numbers[t->count]);
}

static void list_texts(const dg_snapshot *snapshot, texts *t)
{
    const dg_training_state *state = snapshot->training;
    uint64_t loss;
    t->count = 0;
    add_text(t, "format", DG_CODEC_FORMAT);
    add_number(t, "format_version", DG_CODEC_VERSION);
    add_text(t, "architecture", dg_network_architecture(snapshot->network));
    add_text(t, "labels", DG_CODEC_LABELS);
    add_number(t, "preparation", snapshot->preparation);
    add_text(t, "trained_on", snapshot->trained_on);
    add_text(t, "licence", snapshot->licence);
    if (!state)
        return;
    add_bits(t, "fingerprint", state->fingerprint);
    add_number(t, "epoch", state->epoch);
    add_number(t, "step", state->step);
    memcpy(&loss, &state->loss.sum, sizeof loss);
    if (loss == 0 && state->loss.correct == 0)
        return;
    add_bits(t, "epoch_loss", loss);
    add_number(t, "epoch_correct", state->loss.correct);
}

/* The network's tensors, the calibration, then those of the training state. */
static void list_tensors(const dg_snapshot *snapshot, dg_safetensors_tensor *list)
{
    const dg_network *network = snapshot->network;
    for (size_t part = 0; part < dg_codec_parts(snapshot->training != NULL); part++) {
        for (size_t i = 0; i < dg_network_tensor_count(network); i++)
            *list++ = dg_codec_describe(network, i, part);
        if (part == DG_PART_PARAMS)
            *list++ = (dg_safetensors_tensor){.name = DG_CODEC_CALIBRATION, .rank = 1,
                                              .shape = {1}};
    }
}

/* The same order; list[] has the places by now. */
static void write_data(const dg_snapshot *snapshot, const dg_safetensors_tensor *list,
                       uint8_t *data)
{
    const dg_network *network = snapshot->network;
    for (size_t part = 0; part < dg_codec_parts(snapshot->training != NULL); part++) {
        for (size_t i = 0; i < dg_network_tensor_count(network); i++)
            dg_network_export(network, i, dg_codec_array(snapshot, part),
                              data + (list++)->offset);
        if (part == DG_PART_PARAMS)
            dg_store_f32(data + (list++)->offset, snapshot->temperature);
    }
}

digit_status dg_codec_encode(const dg_snapshot *snapshot, void *buffer, size_t *size)
{
    const size_t room = *size;
    const size_t tensors = dg_network_tensor_count(snapshot->network);
    const size_t count = tensors * dg_codec_parts(snapshot->training != NULL) + 1;
    dg_safetensors_head head;
    texts t;
    *size = 0;
    dg_safetensors_tensor *list = dg_alloc(count, sizeof *list);
    if (!list)
        return dg_fail_memory("the list of tensors", count * sizeof *list);
    list_texts(snapshot, &t);
    list_tensors(snapshot, list);
    digit_status status = dg_safetensors_plan(t.list, t.count, list, count, &head);
    if (status != DIGIT_OK)
        goto done;
    *size = (size_t)head.file_size;
    if (!buffer)
        goto done;
    if (room < *size) {
        status = dg_fail(DIGIT_ERR_ARGUMENT, "a buffer of %zu bytes; the model needs %zu", room,
                         *size);
        goto done;
    }
    memcpy(buffer, head.bytes, head.size);
    write_data(snapshot, list, (uint8_t *)buffer + head.size);
    dg_safetensors_seal(buffer, *size);

done:
    dg_safetensors_head_clear(&head);
    dg_free(list);
    return status;
}
