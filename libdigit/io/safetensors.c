/* safetensors.c - the container of model files: checking and reading it, and its checksum. */
#include "io/safetensors.h"

#include "base/bytes.h"
#include "base/error.h"
#include "base/mem.h"

#include <jansson.h>
#include <stdbool.h>
#include <string.h>
#include <zlib.h>

#define LENGTH_BYTES 8 /* the header's length, before everything */
#define CRC_DIGITS 8
#define DEPTH_MAX 3

/* Commas and opening brackets: enough for 256 tensors of rank 4 and their texts, and
 * few enough for jansson to stay well under 1 MiB. */
#define VALUES_MAX 3000
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

/* ---- Reading: what needs no JSON -------------------------------------- */

/* Lengths and checksum. */
static digit_status check_frame(const uint8_t *bytes, size_t size, size_t *header_size)
{
    uint64_t length;
    uint32_t crc, sum;

    if (size > DG_SAFETENSORS_FILE_MAX)
        return dg_fail(DIGIT_ERR_LIMIT, "a model file of %zu bytes; at most %llu are accepted",
                       size, (unsigned long long)DG_SAFETENSORS_FILE_MAX);
    if (size < LENGTH_BYTES)
        return dg_fail(DIGIT_ERR_FORMAT, "%zu bytes are too few for a model file", size);
    length = dg_load_le64(bytes);
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
    sum = file_crc(bytes, size);
    if (sum != crc)
        return dg_fail(DIGIT_ERR_FORMAT, "damaged: the CRC-32 is %08x, the header says %08x",
                       (unsigned)sum, (unsigned)crc);
    *header_size = (size_t)length;
    return DIGIT_OK;
}

/*
 * What jansson would read but we don't want: anything but objects, arrays, strings and
 * digits, deep nesting, and more values than a model has. It bounds the memory jansson
 * needs, and keeps it from ever meeting a real number, whose reading depends on the
 * locale. Whether it is JSON at all is left to jansson.
 */
static digit_status check_characters(const uint8_t *header, size_t size)
{
    int depth = 0, values = 0;
    bool text = false, ended = false;

    for (size_t i = 0; i < size; i++) {
        const uint8_t c = header[i];
        if (text) {
            if (c == '\\')
                i++;
            else if (c == '"')
                text = false;
            continue;
        }
        if (c == ' ')
            continue;
        if (ended)
            return dg_fail(DIGIT_ERR_FORMAT, "byte %zu of the header: something after its end", i);
        if (c == '"') {
            text = true;
        } else if (c == '{' || c == '[') {
            if (++depth > DEPTH_MAX)
                return dg_fail(DIGIT_ERR_FORMAT, "byte %zu of the header: nested more than %d deep",
                               i, DEPTH_MAX);
            values++;
        } else if (c == '}' || c == ']') {
            ended = --depth == 0;
        } else if (c == ',') {
            values++;
        } else if (c != ':' && (c < '0' || c > '9')) {
            return dg_fail(DIGIT_ERR_FORMAT, "byte %zu of the header: 0x%02x is not allowed there",
                           i, c);
        }
        if (values > VALUES_MAX)
            return dg_fail(DIGIT_ERR_LIMIT, "byte %zu of the header: more than %d values", i,
                           VALUES_MAX);
    }
    return DIGIT_OK;
}

/* ---- Reading: JSON ---------------------------------------------------- */

/* Could jansson have had the memory it needs? Volatile, or the compiler may think so. */
static bool memory_is_there(void)
{
    void *volatile probe = dg_alloc(4, DG_SAFETENSORS_HEADER_MAX);
    const bool there = probe != NULL;
    dg_free(probe);
    return there;
}

static digit_status parse_json(const uint8_t *header, size_t size, json_t **out)
{
    json_error_t error = {0};
    json_t *second;

    *out = json_loadb((const char *)header, size, JSON_REJECT_DUPLICATES, &error);
    if (*out)
        return DIGIT_OK;
    switch (json_error_code(&error)) {
    case json_error_duplicate_key:
        return dg_fail(DIGIT_ERR_FORMAT, "byte %d of the header: a key for the second time",
                       error.position);
    case json_error_numeric_overflow:
        return dg_fail(DIGIT_ERR_FORMAT, "byte %d of the header: a number too large",
                       error.position);
    case json_error_out_of_memory:
        return dg_fail_memory("the header", size);
    default:
        break;
    }
    /* Inside jansson most failed allocations look like bad syntax. Only memory can make
     * the difference between two readings of the same bytes. */
    second = memory_is_there() ? json_loadb((const char *)header, size, 0, NULL) : NULL;
    if (second || !memory_is_there()) {
        json_decref(second);
        return dg_fail_memory("the header", size);
    }
    return dg_fail(DIGIT_ERR_FORMAT, "byte %d of the header: not JSON", error.position);
}

static bool is_name(const char *name, size_t longest)
{
    const size_t length = strlen(name);
    return length >= 1 && length <= longest &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_.") == length;
}

/* The entries of `__metadata__`; the first is the checksum, which is done with. */
static digit_status read_texts(json_t *metadata, dg_safetensors *file)
{
    const size_t count = json_object_size(metadata);
    const char *key;
    json_t *value;

    if (count > TEXTS_MAX)
        return dg_fail(DIGIT_ERR_LIMIT, "%zu entries of metadata; at most %d are accepted", count,
                       TEXTS_MAX);
    file->texts = dg_alloc(count, sizeof *file->texts);
    if (!file->texts)
        return dg_fail_memory("metadata", count * sizeof *file->texts);
    json_object_foreach(metadata, key, value) {
        if (!is_name(key, KEY_MAX))
            return dg_fail(DIGIT_ERR_FORMAT, "a key of the metadata is not 1 to %d of a-z 0-9 _ .",
                           KEY_MAX);
        if (!json_is_string(value))
            return dg_fail(DIGIT_ERR_FORMAT, "metadata '%s' is not a text", key);
        if (strcmp(key, "crc32") != 0)
            file->texts[file->text_count++] =
                (dg_safetensors_text){key, json_string_value(value)};
    }
    return DIGIT_OK;
}

static digit_status read_shape(const json_t *shape, dg_safetensors_tensor *tensor)
{
    const size_t rank = json_array_size(shape); /* 0 where it is no array */

    if (rank < 1 || rank > DG_SAFETENSORS_RANK_MAX)
        return dg_fail(DIGIT_ERR_FORMAT, "tensor '%s': shape is not a list of 1 to %d numbers",
                       tensor->name, DG_SAFETENSORS_RANK_MAX);
    tensor->rank = (uint32_t)rank;
    tensor->size = sizeof(float);
    for (size_t i = 0; i < rank; i++) {
        const json_t *item = json_array_get(shape, i);
        const json_int_t side = json_integer_value(item); /* 0 where it is no integer */
        if (side < 1 || side > DG_SAFETENSORS_SIDE_MAX)
            return dg_fail(DIGIT_ERR_FORMAT, "tensor '%s': side %zu of its shape is not 1 to %d",
                           tensor->name, i, DG_SAFETENSORS_SIDE_MAX);
        tensor->shape[i] = (uint32_t)side;
        if (__builtin_mul_overflow(tensor->size, (uint64_t)side, &tensor->size))
            return dg_fail(DIGIT_ERR_FORMAT, "tensor '%s': its shape overflows", tensor->name);
    }
    return DIGIT_OK;
}

/* Tensors lie one behind the other: `expected` is where this one must begin. */
static digit_status read_offsets(const json_t *offsets, uint64_t expected, uint64_t data_size,
                                 dg_safetensors_tensor *tensor)
{
    const json_t *first = json_array_get(offsets, 0), *second = json_array_get(offsets, 1);
    const char *name = tensor->name;
    uint64_t begin, end;

    if (json_array_size(offsets) != 2 || !json_is_integer(first) || !json_is_integer(second))
        return dg_fail(DIGIT_ERR_FORMAT, "tensor '%s': data_offsets is not a list of 2 numbers",
                       name);
    begin = (uint64_t)json_integer_value(first); /* no minus sign passes check_characters */
    end = (uint64_t)json_integer_value(second);
    if (begin != expected)
        return dg_fail(DIGIT_ERR_FORMAT, "tensor '%s': begins at byte %llu of the data, %s byte "
                       "%llu", name, (unsigned long long)begin,
                       begin < expected ? "over what ends at" : "with a gap after",
                       (unsigned long long)expected);
    if (end < begin || end - begin != tensor->size)
        return dg_fail(DIGIT_ERR_FORMAT, "tensor '%s': bytes %llu to %llu of the data do not fit "
                       "its shape of %llu bytes", name, (unsigned long long)begin,
                       (unsigned long long)end, (unsigned long long)tensor->size);
    if (end > data_size)
        return dg_fail(DIGIT_ERR_FORMAT, "tensor '%s': ends at byte %llu of the data; the file has "
                       "%llu", name, (unsigned long long)end, (unsigned long long)data_size);
    tensor->offset = begin;
    return DIGIT_OK;
}

static digit_status read_tensor(const char *name, const json_t *entry, uint64_t expected,
                                dg_safetensors *file)
{
    dg_safetensors_tensor *tensor = &file->tensors[file->tensor_count];
    const char *dtype = json_string_value(json_object_get(entry, "dtype"));
    const json_t *shape = json_object_get(entry, "shape");
    const json_t *offsets = json_object_get(entry, "data_offsets");
    digit_status status;

    if (!is_name(name, DG_SAFETENSORS_NAME_MAX))
        return dg_fail(DIGIT_ERR_FORMAT, "the name of tensor number %zu is not 1 to %d of "
                       "a-z 0-9 _ .", file->tensor_count, DG_SAFETENSORS_NAME_MAX);
    strcpy(tensor->name, name);
    if (!dtype || !shape || !offsets || json_object_size(entry) != 3)
        return dg_fail(DIGIT_ERR_FORMAT, "tensor '%s': not the three entries dtype, shape and "
                       "data_offsets", name);
    if (strcmp(dtype, "F32") != 0)
        return dg_fail(DIGIT_ERR_UNSUPPORTED, "tensor '%s': its dtype is not F32", name);
    status = read_shape(shape, tensor);
    if (status == DIGIT_OK)
        status = read_offsets(offsets, expected, file->data_size, tensor);
    if (status == DIGIT_OK)
        file->tensor_count++;
    return status;
}

static digit_status read_tensors(json_t *root, dg_safetensors *file)
{
    const size_t count = json_object_size(root) - 1; /* without __metadata__ */
    uint64_t expected = 0;
    const char *name;
    json_t *entry;

    if (count > DG_SAFETENSORS_TENSORS_MAX)
        return dg_fail(DIGIT_ERR_LIMIT, "%zu tensors; at most %d are accepted", count,
                       DG_SAFETENSORS_TENSORS_MAX);
    file->tensors = dg_alloc_zero(count, sizeof *file->tensors);
    if (!file->tensors)
        return dg_fail_memory("the list of tensors", count * sizeof *file->tensors);
    json_object_foreach(root, name, entry) {
        if (strcmp(name, "__metadata__") == 0)
            continue;
        const digit_status status = read_tensor(name, entry, expected, file);
        if (status != DIGIT_OK)
            return status;
        expected += file->tensors[file->tensor_count - 1].size;
    }
    if (expected != file->data_size)
        return dg_fail(DIGIT_ERR_FORMAT, "the last %llu bytes of the file belong to no tensor",
                       (unsigned long long)(file->data_size - expected));
    return DIGIT_OK;
}

digit_status dg_safetensors_parse(const void *bytes, size_t size, dg_safetensors *file)
{
    size_t header_size = 0;
    json_t *root = NULL;
    digit_status status;

    *file = (dg_safetensors){0};
    status = check_frame(bytes, size, &header_size);
    if (status != DIGIT_OK)
        return status;
    const uint8_t *header = (const uint8_t *)bytes + LENGTH_BYTES;
    file->data = header + header_size;
    file->data_size = size - LENGTH_BYTES - header_size;

    status = check_characters(header, header_size);
    if (status == DIGIT_OK)
        status = parse_json(header, header_size, &root);
    file->json = root;
    if (status == DIGIT_OK)
        status = read_texts(json_object_get(root, "__metadata__"), file);
    if (status == DIGIT_OK)
        status = read_tensors(root, file);
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
    json_decref(file->json);
    *file = (dg_safetensors){0};
}
