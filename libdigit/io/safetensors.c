/* The container of model files: checking and reading it, and its checksum. */
#include "io/safetensors.h"

#include "base/bytes.h"
#include "base/error.h"
#include "base/mem.h"
#include "io/json.h"

#include <stdbool.h>
#include <string.h>
#include <zlib.h>

#define LENGTH_BYTES 8 /* the header's length, before everything */
#define CRC_DIGITS 8
#define TEXTS_MAX 32
#define KEY_MAX 32

/* Every header begins so, and the checksum's digits follow. */
static const char prefix[] = "{\"__metadata__\":{\"crc32\":\"";
#define PREFIX_BYTES (sizeof prefix - 1)
#define CRC_AT (LENGTH_BYTES + PREFIX_BYTES)

/* ---- The checksum ----------------------------------------------------- */

/* CRC-32 of everything after the length, the digits taken as zeros. */
static uint32_t file_crc(const uint8_t *bytes, size_t size)
{
    const size_t rest = CRC_AT + CRC_DIGITS;
    uLong crc = crc32_z(0, NULL, 0);
    crc = crc32_z(crc, bytes + LENGTH_BYTES, PREFIX_BYTES);
    crc = crc32_z(crc, (const Bytef *)"00000000", CRC_DIGITS);
    crc = crc32_z(crc, bytes + rest, size - rest);
    return (uint32_t)crc;
}

static bool read_crc(const uint8_t digits[CRC_DIGITS], uint32_t *crc)
{
    *crc = 0;
    for (int i = 0; i < CRC_DIGITS; i++) {
        const uint8_t c = digits[i];
        if (c >= '0' && c <= '9')
            *crc = *crc << 4 | (uint32_t)(c - '0');
        else if (c >= 'a' && c <= 'f')
            *crc = *crc << 4 | (uint32_t)(c - 'a' + 10);
        else
            return false;
    }
    return true;
}

void dg_safetensors_seal(uint8_t *bytes, size_t size)
{
    uint32_t crc = file_crc(bytes, size);
    for (int i = CRC_DIGITS - 1; i >= 0; i--, crc >>= 4)
        bytes[CRC_AT + (size_t)i] = (uint8_t)"0123456789abcdef"[crc & 15];
}

/* ---- Reading: the frame ----------------------------------------------- */

/* What else a file is, told by its first 8 bytes; NULL if that is not known. */
static const char *foreign_kind(const uint8_t *bytes)
{
    static const struct {
        char sign[LENGTH_BYTES + 1];
        uint8_t size;
        const char *kind;
    } known[] = {
        { "\x89HDF\r\n\x1a\n", 8, "an HDF5 file, as Keras writes it" },
        { "PK\3\4", 4, "a zip file, as Keras and PyTorch write it" },
        { "version ", 8, "a pointer of Git LFS" },
        { "\x80\2", 2, "a pickle" },
        { "\x80\3", 2, "a pickle" },
        { "\x80\4", 2, "a pickle" },
        { "\x80\5", 2, "a pickle" },
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (memcmp(bytes, known[i].sign, known[i].size) == 0)
            return known[i].kind;
    /* ONNX begins with the number of its version; its producer's name comes next. */
    return bytes[0] == 0x08 && bytes[2] == 0x12 ? "an ONNX file" : NULL;
}

/* Lengths and checksum. */
static digit_status check_frame(const uint8_t *bytes, size_t size, size_t *header_size)
{
    uint32_t crc;
    if (size > DG_SAFETENSORS_FILE_MAX)
        return dg_fail(DIGIT_ERR_LIMIT, "a model file of %zu bytes; at most %llu are accepted",
                       size, (unsigned long long)DG_SAFETENSORS_FILE_MAX);
    if (size < LENGTH_BYTES)
        return dg_fail(DIGIT_ERR_FORMAT, "%zu bytes are too few for a model file", size);
    const uint64_t length = dg_load_le64(bytes);
    /* The length of another program's header may look like anything, but is no such number. */
    const char *kind = length > UINT32_MAX ? foreign_kind(bytes) : NULL;
    if (kind)
        return dg_fail(DIGIT_ERR_FORMAT, "not a model file, but %s", kind);
    if (length > size - LENGTH_BYTES)
        return dg_fail(DIGIT_ERR_FORMAT, "not a model file, or cut off: a header of %llu bytes "
                       "is promised, %zu bytes follow", (unsigned long long)length,
                       size - LENGTH_BYTES);
    if (length > DG_SAFETENSORS_HEADER_MAX)
        return dg_fail(DIGIT_ERR_LIMIT, "a header of %llu bytes; at most %d are accepted",
                       (unsigned long long)length, DG_SAFETENSORS_HEADER_MAX);
    if (length < PREFIX_BYTES + CRC_DIGITS || memcmp(bytes + LENGTH_BYTES, prefix, PREFIX_BYTES))
        return dg_fail(DIGIT_ERR_FORMAT, "not a model file: the header does not begin with %s",
                       prefix);
    if (!read_crc(bytes + CRC_AT, &crc))
        return dg_fail(DIGIT_ERR_FORMAT, "crc32 is not 8 digits of 0-9 a-f");
    const uint32_t sum = file_crc(bytes, size);
    if (sum != crc)
        return dg_fail(DIGIT_ERR_FORMAT, "damaged: the CRC-32 is %08x, the header says %08x",
                       (unsigned)sum, (unsigned)crc);
    *header_size = (size_t)length;
    return DIGIT_OK;
}

/* ---- Reading: the header ---------------------------------------------- */

static bool is_name(const char *name, size_t longest)
{
    const size_t length = strlen(name);
    return length >= 1 && length <= longest &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_.") == length;
}

/* The entries of `__metadata__`; the checksum is done with. */
static digit_status read_texts(dg_json *json, dg_safetensors *file)
{
    bool checksum = false;
    digit_status status = dg_json_expect(json, '{');
    while (status == DIGIT_OK) {
        const char *key, *value;
        status = dg_json_text(json, &key);
        if (status == DIGIT_OK)
            status = dg_json_expect(json, ':');
        if (status == DIGIT_OK)
            status = dg_json_text(json, &value);
        if (status != DIGIT_OK)
            return status;
        if (!is_name(key, KEY_MAX))
            return dg_fail(DIGIT_ERR_FORMAT, "a key of the metadata is not 1 to %d of a-z 0-9 _ .",
                           KEY_MAX);
        const bool is_checksum = strcmp(key, "crc32") == 0;
        if (is_checksum ? checksum : dg_safetensors_text_of(file, key) != NULL)
            return dg_fail(DIGIT_ERR_FORMAT, "metadata '%s' for the second time", key);
        if (file->text_count == TEXTS_MAX)
            return dg_fail(DIGIT_ERR_LIMIT, "more than %d entries of metadata", TEXTS_MAX);
        if (is_checksum)
            checksum = true;
        else
            file->texts[file->text_count++] = (dg_safetensors_text){key, value};
        if (!dg_json_next(json, ','))
            break;
    }
    return status == DIGIT_OK ? dg_json_expect(json, '}') : status;
}

/* What a tensor's entry says, not yet checked. */
typedef struct tensor_entry {
    const char *dtype;
    uint64_t shape[DG_SAFETENSORS_RANK_MAX];
    size_t rank;
    uint64_t offsets[2];
    size_t offset_count;
} tensor_entry;

static digit_status read_entry(dg_json *json, const char *name, tensor_entry *out)
{
    bool shape = false, offsets = false;
    digit_status status = dg_json_expect(json, '{');
    *out = (tensor_entry){0};
    while (status == DIGIT_OK) {
        const char *key;
        status = dg_json_text(json, &key);
        if (status == DIGIT_OK)
            status = dg_json_expect(json, ':');
        if (status != DIGIT_OK)
            return status;
        if (strcmp(key, "dtype") == 0 && !out->dtype) {
            status = dg_json_text(json, &out->dtype);
        } else if (strcmp(key, "shape") == 0 && !shape) {
            status = dg_json_numbers(json, out->shape, DG_SAFETENSORS_RANK_MAX, &out->rank);
            shape = true;
        } else if (strcmp(key, "data_offsets") == 0 && !offsets) {
            status = dg_json_numbers(json, out->offsets, 2, &out->offset_count);
            offsets = true;
        } else {
            return dg_fail(DIGIT_ERR_FORMAT, "tensor '%s': an entry twice, or not dtype, shape or "
                           "data_offsets", name);
        }
        if (status == DIGIT_OK && !dg_json_next(json, ','))
            break;
    }
    if (status == DIGIT_OK)
        status = dg_json_expect(json, '}');
    if (status == DIGIT_OK && !(out->dtype && shape && offsets))
        status = dg_fail(DIGIT_ERR_FORMAT, "tensor '%s': without dtype, shape or data_offsets",
                         name);
    return status;
}

static digit_status check_shape(const tensor_entry *entry, dg_safetensors_tensor *tensor)
{
    if (entry->rank < 1)
        return dg_fail(DIGIT_ERR_FORMAT, "tensor '%s': its shape has no sides", tensor->name);
    tensor->rank = (uint32_t)entry->rank;
    tensor->size = sizeof(float);
    for (size_t i = 0; i < entry->rank; i++) {
        const uint64_t side = entry->shape[i];
        if (side < 1 || side > DG_SAFETENSORS_SIDE_MAX)
            return dg_fail(DIGIT_ERR_FORMAT, "tensor '%s': side %zu of its shape is not 1 to %d",
                           tensor->name, i, DG_SAFETENSORS_SIDE_MAX);
        tensor->shape[i] = (uint32_t)side;
        if (__builtin_mul_overflow(tensor->size, side, &tensor->size))
            return dg_fail(DIGIT_ERR_FORMAT, "tensor '%s': its shape overflows", tensor->name);
    }
    return DIGIT_OK;
}

/* Tensors lie one behind the other: `expected` is where this one must begin. */
static digit_status check_offsets(const tensor_entry *entry, uint64_t expected,
                                  uint64_t data_size, dg_safetensors_tensor *tensor)
{
    const unsigned long long begin = entry->offsets[0], end = entry->offsets[1];
    const char *name = tensor->name;
    if (entry->offset_count != 2)
        return dg_fail(DIGIT_ERR_FORMAT, "tensor '%s': data_offsets are not two", name);
    if (begin != expected)
        return dg_fail(DIGIT_ERR_FORMAT, "tensor '%s': begins at byte %llu of the data, %s byte "
                       "%llu", name, begin,
                       begin < expected ? "over what ends at" : "with a gap after",
                       (unsigned long long)expected);
    if (end < begin || end - begin != tensor->size)
        return dg_fail(DIGIT_ERR_FORMAT, "tensor '%s': bytes %llu to %llu of the data do not fit "
                       "its shape of %llu bytes", name, begin, end,
                       (unsigned long long)tensor->size);
    if (end > data_size)
        return dg_fail(DIGIT_ERR_FORMAT, "tensor '%s': ends at byte %llu of the data; the file has "
                       "%llu", name, end, (unsigned long long)data_size);
    tensor->offset = begin;
    return DIGIT_OK;
}

static digit_status read_tensor(dg_json *json, const char *name, uint64_t expected,
                                dg_safetensors *file)
{
    dg_safetensors_tensor *tensor = &file->tensors[file->tensor_count];
    tensor_entry entry;
    if (file->tensor_count == DG_SAFETENSORS_TENSORS_MAX)
        return dg_fail(DIGIT_ERR_LIMIT, "more than %d tensors", DG_SAFETENSORS_TENSORS_MAX);
    if (!is_name(name, DG_SAFETENSORS_NAME_MAX))
        return dg_fail(DIGIT_ERR_FORMAT, "the name of tensor number %zu is not 1 to %d of "
                       "a-z 0-9 _ .", file->tensor_count, DG_SAFETENSORS_NAME_MAX);
    if (dg_safetensors_find(file, name) || strcmp(name, "__metadata__") == 0)
        return dg_fail(DIGIT_ERR_FORMAT, "'%s' for the second time", name);
    digit_status status = read_entry(json, name, &entry);
    if (status != DIGIT_OK)
        return status;
    if (strcmp(entry.dtype, "F32") != 0)
        return dg_fail(DIGIT_ERR_UNSUPPORTED, "tensor '%s': its dtype is not F32", name);
    strcpy(tensor->name, name);
    status = check_shape(&entry, tensor);
    if (status == DIGIT_OK)
        status = check_offsets(&entry, expected, file->data_size, tensor);
    if (status == DIGIT_OK)
        file->tensor_count++;
    return status;
}

/* `__metadata__`, which check_frame() found to come first, then the tensors. */
static digit_status read_header(dg_json *json, dg_safetensors *file)
{
    uint64_t expected = 0;
    const char *name;
    digit_status status = dg_json_expect(json, '{');
    if (status == DIGIT_OK)
        status = dg_json_text(json, &name);
    if (status == DIGIT_OK)
        status = dg_json_expect(json, ':');
    if (status == DIGIT_OK)
        status = read_texts(json, file);
    while (status == DIGIT_OK && dg_json_next(json, ',')) {
        status = dg_json_text(json, &name);
        if (status == DIGIT_OK)
            status = dg_json_expect(json, ':');
        if (status == DIGIT_OK)
            status = read_tensor(json, name, expected, file);
        if (status == DIGIT_OK)
            expected += file->tensors[file->tensor_count - 1].size;
    }
    if (status == DIGIT_OK)
        status = dg_json_expect(json, '}');
    if (status == DIGIT_OK)
        status = dg_json_end(json);
    if (status == DIGIT_OK && expected != file->data_size)
        status = dg_fail(DIGIT_ERR_FORMAT, "the last %llu bytes of the file belong to no tensor",
                         (unsigned long long)(file->data_size - expected));
    return status;
}

digit_status dg_safetensors_parse(const void *bytes, size_t size, dg_safetensors *file)
{
    size_t header_size = 0;
    *file = (dg_safetensors){0};
    digit_status status = check_frame(bytes, size, &header_size);
    if (status != DIGIT_OK)
        return status;
    const uint8_t *header = (const uint8_t *)bytes + LENGTH_BYTES;
    file->data = header + header_size;
    file->data_size = size - LENGTH_BYTES - header_size;
    file->texts = dg_alloc(TEXTS_MAX, sizeof *file->texts);
    file->tensors = dg_alloc_zero(DG_SAFETENSORS_TENSORS_MAX, sizeof *file->tensors);
    file->room = dg_alloc(header_size, 1);
    if (file->texts && file->tensors && file->room) {
        dg_json json = {
            .start = header,
            .at = header,
            .end = file->data,
            .room = file->room,
        };
        status = read_header(&json, file);
    } else {
        status = dg_fail_memory("the header", header_size);
    }
    if (status != DIGIT_OK)
        dg_safetensors_clear(file);
    return status;
}

const char *dg_safetensors_text_of(const dg_safetensors *file, const char *key)
{
    for (size_t i = 0; i < file->text_count; i++)
        if (strcmp(file->texts[i].key, key) == 0)
            return file->texts[i].value;
    return NULL;
}

const dg_safetensors_tensor *dg_safetensors_find(const dg_safetensors *file, const char *name)
{
    for (size_t i = 0; i < file->tensor_count; i++)
        if (strcmp(file->tensors[i].name, name) == 0)
            return &file->tensors[i];
    return NULL;
}

void dg_safetensors_clear(dg_safetensors *file)
{
    dg_free(file->texts);
    dg_free(file->tensors);
    dg_free(file->room);
    *file = (dg_safetensors){0};
}
