/* What a model file means: from bytes to a snapshot. */
#include "io/codec.h"

#include "base/bytes.h"
#include "base/error.h"
#include "io/codec_parts.h"

#include <math.h>
#include <string.h>

/* ---- Texts ------------------------------------------------------------ */

static const char *const model_keys[] = {"format", "format_version", "architecture", "labels",
                                         "preparation", "trained_on", "licence"};
static const char *const training_keys[] = {"fingerprint", "epoch", "step"};
/* Of an epoch under way. */
static const char *const epoch_keys[] = {"epoch_loss", "epoch_correct"};
#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* Digits of `base` 10 or 16, without sign or needless zeros (16: always 16 digits). */
static bool read_number(const char *text, unsigned base, uint64_t *value)
{
    const size_t length = strlen(text);
    *value = 0;
    if (base == 16 ? length != 16 : length == 0 || (text[0] == '0' && length > 1))
        return false;
    for (; *text; text++) {
        const char *digits = "0123456789abcdef", *digit = strchr(digits, *text);
        if (!digit || digit >= digits + base ||
            __builtin_mul_overflow(*value, (uint64_t)base, value) ||
            __builtin_add_overflow(*value, (uint64_t)(digit - digits), value))
            return false;
    }
    return true;
}

static digit_status number_of(const dg_safetensors *file, const char *key, unsigned base,
                              uint64_t *value)
{
    if (read_number(dg_safetensors_text_of(file, key), base, value))
        return DIGIT_OK;
    return dg_fail(DIGIT_ERR_FORMAT, "metadata '%s' is not a number as it should be", key);
}

static bool is_known(const char *key)
{
    for (size_t i = 0; i < COUNT(model_keys); i++)
        if (strcmp(key, model_keys[i]) == 0)
            return true;
    for (size_t i = 0; i < COUNT(training_keys); i++)
        if (strcmp(key, training_keys[i]) == 0)
            return true;
    for (size_t i = 0; i < COUNT(epoch_keys); i++)
        if (strcmp(key, epoch_keys[i]) == 0)
            return true;
    return false;
}

static bool has_any(const dg_safetensors *file, const char *const *keys, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (dg_safetensors_text_of(file, keys[i]))
            return true;
    return false;
}

static digit_status check_present(const dg_safetensors *file, const char *const *keys,
                                  size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!dg_safetensors_text_of(file, keys[i]))
            return dg_fail(DIGIT_ERR_FORMAT, "metadata '%s' is missing", keys[i]);
    return DIGIT_OK;
}

/* Is it ours and of a version we know? Asked before anything a later version may change. */
static digit_status check_version(const dg_safetensors *file)
{
    uint64_t version;
    digit_status status = check_present(file, model_keys, 2);
    if (status != DIGIT_OK)
        return status;
    if (strcmp(dg_safetensors_text_of(file, "format"), DG_CODEC_FORMAT) != 0)
        return dg_fail(DIGIT_ERR_FORMAT, "metadata 'format' is not '%s'", DG_CODEC_FORMAT);
    status = number_of(file, "format_version", 10, &version);
    if (status == DIGIT_OK && version != DG_CODEC_VERSION)
        status = dg_fail(version ? DIGIT_ERR_UNSUPPORTED : DIGIT_ERR_FORMAT,
                         "format version %llu; this library reads %d",
                         (unsigned long long)version, DG_CODEC_VERSION);
    return status;
}

/* *training: the texts are those of a checkpoint. */
static digit_status check_texts(const dg_safetensors *file, bool *training)
{
    digit_status status = check_version(file);
    if (status == DIGIT_OK)
        status = check_present(file, model_keys, COUNT(model_keys));
    if (status != DIGIT_OK)
        return status;
    for (size_t i = 0; i < file->text_count; i++)
        if (!is_known(file->texts[i].key))
            return dg_fail(DIGIT_ERR_FORMAT, "metadata '%s' is not known", file->texts[i].key);
    const bool under_way = has_any(file, epoch_keys, COUNT(epoch_keys));
    *training = under_way || has_any(file, training_keys, COUNT(training_keys));
    if (*training)
        status = check_present(file, training_keys, COUNT(training_keys));
    if (status == DIGIT_OK && under_way)
        status = check_present(file, epoch_keys, COUNT(epoch_keys));
    if (status == DIGIT_OK && strcmp(dg_safetensors_text_of(file, "labels"), DG_CODEC_LABELS) != 0)
        status = dg_fail(DIGIT_ERR_UNSUPPORTED, "labels other than '%s'", DG_CODEC_LABELS);
    return status;
}

static digit_status read_preparation(const dg_safetensors *file, uint32_t *preparation)
{
    uint64_t version;
    const digit_status status = number_of(file, "preparation", 10, &version);
    if (status != DIGIT_OK)
        return status;
    if (version < 1 || version > DG_PREPARATION_NEWEST)
        return dg_fail(version ? DIGIT_ERR_UNSUPPORTED : DIGIT_ERR_FORMAT,
                       "sample preparation %llu; this library knows 1 to %d",
                       (unsigned long long)version, DG_PREPARATION_NEWEST);
    *preparation = (uint32_t)version;
    return DIGIT_OK;
}

static digit_status read_network(const dg_safetensors *file, dg_network **out)
{
    const char *text = dg_safetensors_text_of(file, "architecture");
    if (text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789 ")] != '\0')
        return dg_fail(DIGIT_ERR_FORMAT, "architecture: more than words and numbers");
    digit_status status = dg_network_create(text, out);
    if (status == DIGIT_ERR_ARGUMENT)
        return DIGIT_ERR_UNSUPPORTED; /* the sentence is as good for a file */
    if (status == DIGIT_OK && strcmp(dg_network_architecture(*out), text) != 0) {
        dg_network_free(*out);
        *out = NULL;
        status = dg_fail(DIGIT_ERR_FORMAT, "architecture: not the full list of layers with single "
                         "spaces");
    }
    return status;
}

/* ---- Tensors ---------------------------------------------------------- */

/* "[32, 1, 3, 3]" */
static void print_shape(const dg_safetensors_tensor *tensor, char text[64])
{
    size_t length = 0;
    for (uint32_t k = 0; k < tensor->rank; k++)
        length += (size_t)snprintf(text + length, 64 - length, "%s%u", k ? ", " : "[",
                                   tensor->shape[k]);
    snprintf(text + length, 64 - length, "]");
}

static digit_status check_tensor(const dg_safetensors *file,
                                 const dg_safetensors_tensor *wanted)
{
    const dg_safetensors_tensor *found = dg_safetensors_find(file, wanted->name);
    char is[64], should_be[64];
    if (!found)
        return dg_fail(DIGIT_ERR_FORMAT, "tensor '%s' is missing", wanted->name);
    if (found->rank == wanted->rank &&
        memcmp(found->shape, wanted->shape, wanted->rank * sizeof wanted->shape[0]) == 0)
        return DIGIT_OK;
    print_shape(found, is);
    print_shape(wanted, should_be);
    return dg_fail(DIGIT_ERR_FORMAT, "tensor '%s': its shape is %s, the architecture's %s",
                   wanted->name, is, should_be);
}

static bool is_wanted(const dg_network *network, bool training, const char *name)
{
    for (size_t part = 0; part < dg_codec_parts(training); part++)
        for (size_t i = 0; i < dg_network_tensor_count(network); i++)
            if (strcmp(dg_codec_describe(network, i, part).name, name) == 0)
                return true;
    return strcmp(name, DG_CODEC_CALIBRATION) == 0;
}

/* Exactly the tensors of the architecture: then the file's size bounds the network's. */
static digit_status check_tensors(const dg_safetensors *file, const dg_network *network,
                                  bool training)
{
    const dg_safetensors_tensor calibration = {
        .name = DG_CODEC_CALIBRATION, .rank = 1, .shape = {1}};
    digit_status status = check_tensor(file, &calibration);
    for (size_t part = 0; part < dg_codec_parts(training); part++)
        for (size_t i = 0; status == DIGIT_OK && i < dg_network_tensor_count(network); i++) {
            const dg_safetensors_tensor wanted = dg_codec_describe(network, i, part);
            status = check_tensor(file, &wanted);
        }
    for (size_t i = 0; status == DIGIT_OK && i < file->tensor_count; i++)
        if (!is_wanted(network, training, file->tensors[i].name))
            status = dg_fail(DIGIT_ERR_FORMAT, "tensor '%s' is not in the architecture",
                             file->tensors[i].name);
    return status;
}

/* Would check_values() find nothing? Without a branch a number: compilers make vector code. */
static bool all_fit(const uint8_t *bytes, uint64_t count, bool negative)
{
    const uint32_t exponent = 0x7f800000, minus_zero = 0x80000000;
    const uint32_t most = negative ? UINT32_MAX : minus_zero;
    uint32_t bad = 0;
    for (uint64_t i = 0; i < count; i++) {
        const uint32_t bits = dg_load_le32(bytes + 4 * i);
        bad |= (uint32_t)((bits & exponent) == exponent) | (uint32_t)(bits > most);
    }
    return !bad;
}

static digit_status check_values(const char *name, const uint8_t *bytes, uint64_t count,
                                 bool negative)
{
    if (all_fit(bytes, count, negative))
        return DIGIT_OK;
    for (uint64_t i = 0; i < count; i++) {
        const float value = dg_load_f32(bytes + 4 * i);
        if (!isfinite(value))
            return dg_fail(DIGIT_ERR_FORMAT, "tensor '%s': number %llu is not finite", name,
                           (unsigned long long)i);
        if (value < 0 && !negative)
            return dg_fail(DIGIT_ERR_FORMAT, "tensor '%s': number %llu is negative", name,
                           (unsigned long long)i);
    }
    return DIGIT_OK;
}

static digit_status read_part(const dg_safetensors *file, size_t part, dg_snapshot *snapshot)
{
    const dg_network *network = snapshot->network;
    for (size_t i = 0; i < dg_network_tensor_count(network); i++) {
        const dg_tensor tensor = dg_network_tensor(network, i);
        const dg_safetensors_tensor wanted = dg_codec_describe(network, i, part);
        const uint8_t *bytes = file->data + dg_safetensors_find(file, wanted.name)->offset;
        const bool variance = tensor.role == DG_ROLE_VARIANCE && part != DG_PART_FIRST;
        const digit_status status = check_values(wanted.name, bytes, tensor.count,
                                                 !variance && part != DG_PART_SECOND);
        if (status != DIGIT_OK)
            return status;
        dg_network_import(network, i, bytes, dg_codec_array(snapshot, part));
    }
    return DIGIT_OK;
}

static digit_status read_calibration(const dg_safetensors *file, dg_snapshot *snapshot)
{
    const uint8_t *bytes = file->data + dg_safetensors_find(file, DG_CODEC_CALIBRATION)->offset;
    snapshot->temperature = dg_load_f32(bytes);
    if (!isnormal(snapshot->temperature) || snapshot->temperature < 0)
        return dg_fail(DIGIT_ERR_FORMAT, "tensor '%s' is not a number above 0",
                       DG_CODEC_CALIBRATION);
    return DIGIT_OK;
}

/* The loss is the bits of a double: no text of a number is as exact and as strict. */
static digit_status read_epoch(const dg_safetensors *file, dg_loss *loss)
{
    uint64_t bits = 0;
    digit_status status = number_of(file, "epoch_loss", 16, &bits);
    if (status == DIGIT_OK)
        status = number_of(file, "epoch_correct", 10, &loss->correct);
    memcpy(&loss->sum, &bits, sizeof bits);
    if (status == DIGIT_OK && !(isfinite(loss->sum) && loss->sum >= 0))
        status = dg_fail(DIGIT_ERR_FORMAT, "metadata 'epoch_loss' is not a loss");
    return status;
}

static digit_status read_training(const dg_safetensors *file, dg_training_state *state)
{
    digit_status status = number_of(file, "fingerprint", 16, &state->fingerprint);
    if (status == DIGIT_OK)
        status = number_of(file, "epoch", 10, &state->epoch);
    if (status == DIGIT_OK)
        status = number_of(file, "step", 10, &state->step);
    if (status == DIGIT_OK && dg_safetensors_text_of(file, epoch_keys[0]))
        status = read_epoch(file, &state->loss);
    return status;
}

/* All of the file into a snapshot that fits it. */
static digit_status fill(const dg_safetensors *file, dg_snapshot *snapshot)
{
    dg_training_state *state = snapshot->training;
    digit_status status = read_preparation(file, &snapshot->preparation);
    if (status == DIGIT_OK && state)
        status = read_training(file, state);
    if (status == DIGIT_OK)
        status = read_calibration(file, snapshot);
    for (size_t part = 0; status == DIGIT_OK && part < dg_codec_parts(state != NULL); part++)
        status = read_part(file, part, snapshot);
    if (status == DIGIT_OK)
        status = dg_snapshot_describe(snapshot, dg_safetensors_text_of(file, "trained_on"),
                                      dg_safetensors_text_of(file, "licence"));
    return status;
}

digit_status dg_codec_decode(const void *bytes, size_t size, dg_snapshot **out)
{
    dg_safetensors file;
    dg_network *network = NULL;
    dg_snapshot *snapshot = NULL;
    bool training = false;
    *out = NULL;
    digit_status status = dg_safetensors_parse(bytes, size, &file);
    if (status != DIGIT_OK)
        return status;
    status = check_texts(&file, &training);
    if (status == DIGIT_OK)
        status = read_network(&file, &network);
    if (status == DIGIT_OK)
        status = check_tensors(&file, network, training);
    if (status == DIGIT_OK) {
        status = dg_snapshot_adopt(network, training, &snapshot);
        network = NULL; /* belongs to the snapshot, or is freed */
    }
    if (status == DIGIT_OK)
        status = fill(&file, snapshot);
    if (status == DIGIT_OK)
        *out = snapshot;
    else
        dg_snapshot_free(snapshot);
    dg_network_free(network);
    dg_safetensors_clear(&file);
    return status;
}
