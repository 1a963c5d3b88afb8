/* The container of model files: what it accepts, what it refuses, what memory it takes. */
#include "base/bytes.h"
#include "base/error.h"
#include "base/mem.h"
#include "io/safetensors.h"

#include "../support/counting.h"

#include <check.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- Building files --------------------------------------------------- */

#define FILE_MAX (200 << 10)

static uint8_t file[FILE_MAX];

/* A file of that header and some data in `file`, its checksum right. */
static size_t build(const char *header, size_t data_size)
{
    const size_t length = strlen(header), size = 8 + length + data_size;
    ck_assert_uint_le(size, FILE_MAX);
    dg_store_le64(file, length);
    memcpy(file + 8, header, length);
    for (size_t i = 0; i < data_size; i++)
        file[8 + length + i] = (uint8_t)(i * 5);
    dg_safetensors_seal(file, size);
    return size;
}

static void assert_error(const char *part)
{
    ck_assert_msg(strstr(dg_error_text(), part) != NULL, "'%s' lacks '%s'", dg_error_text(), part);
}

/* Refused, from a block of exactly that size so that reading past it shows. */
static digit_status refuse(const uint8_t *bytes, size_t size)
{
    uint8_t *copy = malloc(size ? size : 1);
    dg_safetensors parsed;
    memcpy(copy, bytes, size);
    const digit_status status = dg_safetensors_parse(copy, size, &parsed);
    ck_assert_int_ne(status, DIGIT_OK);
    ck_assert_ptr_null(parsed.room);
    ck_assert_ptr_null(parsed.tensors);
    ck_assert_ptr_null(parsed.texts);
    free(copy);
    return status;
}

#define META "{\"__metadata__\":{\"crc32\":\"00000000\""
#define TENSOR(name, dtype, shape, offsets)                                                  \
    "\"" name "\":{\"dtype\":\"" dtype "\",\"shape\":" shape ",\"data_offsets\":" offsets "}"
#define A TENSOR("a", "F32", "[2]", "[0,8]")
#define NAME_64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

/* ---- Good files ------------------------------------------------------- */

static const struct {
    const char *header;
    size_t data_size, tensors, texts;
} good[] = {
    {META "}}", 0, 0, 0},
    {META "}," A "}", 8, 1, 0},
    {META "}," A "}       ", 8, 1, 0},
    {META ",\"k\":\"\\u00e9\\n\"} , " A " }", 8, 1, 1},
    {META ",\"k\":\"\",\"l\":\"[{]} -1.5e3 true\"}," A "}", 8, 1, 2},
    {META "}," TENSOR(NAME_64, "F32", "[1,1,1,1]", "[0,4]") "}", 4, 1, 0},
    {META "}," A "," TENSOR("b", "F32", "[3,1]", "[8,20]") "}", 20, 2, 0},
    {META "}," TENSOR("\\u0061", "F32", "[ 2 ]", "[ 0 , 8 ]") "}", 8, 1, 0},
};

START_TEST(accepts_good_files)
{
    dg_safetensors parsed;
    const size_t size = build(good[_i].header, good[_i].data_size);
    const digit_status status = dg_safetensors_parse(file, size, &parsed);
    ck_assert_msg(status == DIGIT_OK, "row %d: %s", _i, dg_error_text());
    ck_assert_uint_eq(parsed.tensor_count, good[_i].tensors);
    ck_assert_uint_eq(parsed.text_count, good[_i].texts);
    ck_assert_ptr_eq(parsed.data, file + size - good[_i].data_size);
    ck_assert_ptr_null(dg_safetensors_text_of(&parsed, "crc32"));
    ck_assert_ptr_null(dg_safetensors_find(&parsed, "none"));
    dg_safetensors_clear(&parsed);
    dg_safetensors_clear(&parsed);
}
END_TEST

START_TEST(tells_what_is_inside)
{
    dg_safetensors parsed;
    const dg_safetensors_tensor *tensor;
    const size_t size = build(good[6].header, 20);
    ck_assert_int_eq(dg_safetensors_parse(file, size, &parsed), DIGIT_OK);
    tensor = dg_safetensors_find(&parsed, "b");
    ck_assert_ptr_nonnull(tensor);
    ck_assert_uint_eq(tensor->rank, 2);
    ck_assert_uint_eq(tensor->shape[0], 3);
    ck_assert_uint_eq(tensor->shape[1], 1);
    ck_assert_uint_eq(tensor->offset, 8);
    ck_assert_uint_eq(tensor->size, 12);
    dg_safetensors_clear(&parsed);
}
END_TEST

START_TEST(reads_every_escape)
{
    dg_safetensors parsed;
    const size_t size = build(META ",\"k\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e9\\u20AC"
                                   "\\ud83d\\ude00\xc3\xa9\"}}", 0);
    ck_assert_int_eq(dg_safetensors_parse(file, size, &parsed), DIGIT_OK);
    ck_assert_str_eq(dg_safetensors_text_of(&parsed, "k"),
                     "\"\\/\b\f\n\r\tA\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\xc3\xa9");
    dg_safetensors_clear(&parsed);
}
END_TEST

/* ---- Bad files -------------------------------------------------------- */

static const struct {
    const char *header;
    size_t data_size;
    digit_status status;
    const char *sentence;
} bad[] = {
    /* Not JSON, or not our kind of it. The checksum is right everywhere. */
    {META "}," A, 8, DIGIT_ERR_FORMAT, "byte 89 of the header: no '}' where one should be"},
    {META "}," A "}}", 8, DIGIT_ERR_FORMAT, "of the header: something after the end"},
    {META "}," A "} x", 8, DIGIT_ERR_FORMAT, "of the header: something after the end"},
    {META "}," A "}\n", 8, DIGIT_ERR_FORMAT, "of the header: something after the end"},
    {META "},\n" A "}", 8, DIGIT_ERR_FORMAT, "byte 37 of the header: no '\"' where"},
    {META "},\t" A "}", 8, DIGIT_ERR_FORMAT, "no '\"' where one should be"},
    {META "},," A "}", 8, DIGIT_ERR_FORMAT, "no '\"' where one should be"},
    {META "}," A ",}", 8, DIGIT_ERR_FORMAT, "no '\"' where one should be"},
    {META "}" A "}", 8, DIGIT_ERR_FORMAT, "byte 36 of the header: no '}' where"},
    {META "}," A "]", 8, DIGIT_ERR_FORMAT, "no '}' where one should be"},
    {META "}," TENSOR("a", "F32", "[02]", "[0,8]") "}", 8, DIGIT_ERR_FORMAT,
     "a number with a needless 0"},
    {META "}," TENSOR("a", "F32", "[2 2]", "[0,16]") "}", 16, DIGIT_ERR_FORMAT,
     "no ']' where one should be"},
    {META "}," TENSOR("a", "F32", "[2.0]", "[0,8]") "}", 8, DIGIT_ERR_FORMAT,
     "no ']' where one should be"},
    {META "}," TENSOR("a", "F32", "[2e0]", "[0,8]") "}", 8, DIGIT_ERR_FORMAT,
     "no ']' where one should be"},
    {META "}," TENSOR("a", "F32", "[-2]", "[0,8]") "}", 8, DIGIT_ERR_FORMAT,
     "no whole number where one should be"},
    {META "}," TENSOR("a", "F32", "null", "[0,8]") "}", 8, DIGIT_ERR_FORMAT,
     "no '[' where one should be"},
    {META "}," TENSOR("a", "F32", "[2]", "[0,18446744073709551624]") "}", 8, DIGIT_ERR_FORMAT,
     "a number too large"},
    {META "}," TENSOR("a", "F32", "[2]", "[0,18446744073709551616]") "}", 8, DIGIT_ERR_FORMAT,
     "a number too large"},
    {META "}," TENSOR("a", "F32", "[[2]]", "[0,8]") "}", 8, DIGIT_ERR_FORMAT,
     "no whole number where one should be"},
    {META "}," TENSOR("a", "F32", "[2]", "[{},8]") "}", 8, DIGIT_ERR_FORMAT,
     "no whole number where one should be"},
    {META ",\"k\":\"\\u0000\"}," A "}", 8, DIGIT_ERR_FORMAT, "a NUL in a text"},
    {META ",\"k\":\"\\ud800\"}," A "}", 8, DIGIT_ERR_FORMAT, "half a character"},
    {META ",\"k\":\"\\ud800\\u0041\"}," A "}", 8, DIGIT_ERR_FORMAT, "half a character"},
    {META ",\"k\":\"\\ud800\\ue000\"}," A "}", 8, DIGIT_ERR_FORMAT, "half a character"},
    {META ",\"k\":\"\\ud800\\u00g0\"}," A "}", 8, DIGIT_ERR_FORMAT, "half a character"},
    {META ",\"k\":\"\\ud800\\n\"}," A "}", 8, DIGIT_ERR_FORMAT, "half a character"},
    {META ",\"k\":\"\\ud800\\", 8, DIGIT_ERR_FORMAT, "half a character"},
    {META ",\"k\":\"\\u00", 8, DIGIT_ERR_FORMAT, "no hexadecimal digit"},
    {META ",\"k\":\"\\udc00\"}," A "}", 8, DIGIT_ERR_FORMAT, "half a character"},
    {META ",\"k\":\"\\u00g0\"}," A "}", 8, DIGIT_ERR_FORMAT, "no hexadecimal digit"},
    {META ",\"k\":\"\\x\"}," A "}", 8, DIGIT_ERR_FORMAT, "an unknown escape"},
    {META ",\"k\":\"\xc0\x80\"}," A "}", 8, DIGIT_ERR_FORMAT, "not UTF-8"},
    {META ",\"k\":\"a\nb\"}," A "}", 8, DIGIT_ERR_FORMAT, "a control character in a text"},
    {META ",\"k\":\"}," A "}", 8, DIGIT_ERR_FORMAT, "byte 44 of the header: no '}' where"},
    {META ",\"k\":\"a\\", 8, DIGIT_ERR_FORMAT, "an unknown escape"},
    {META ",\"k\":\"a", 8, DIGIT_ERR_FORMAT, "byte 42 of the header: the end amid a text"},
    {META ",\"k\":\"\xe2\x82", 8, DIGIT_ERR_FORMAT, "not UTF-8"},
    /* Twice the same. */
    {META ",\"k\":\"1\",\"k\":\"2\"}," A "}", 8, DIGIT_ERR_FORMAT,
     "metadata 'k' for the second time"},
    {META ",\"crc32\":\"0\"}," A "}", 8, DIGIT_ERR_FORMAT, "metadata 'crc32' for the second"},
    {META "}," A "," A "}", 8, DIGIT_ERR_FORMAT, "'a' for the second time"},
    {META "}," A "," TENSOR("\\u0061", "F32", "[2]", "[8,16]") "}", 16, DIGIT_ERR_FORMAT,
     "'a' for the second time"},
    {META "},\"__metadata__\":{}," A "}", 8, DIGIT_ERR_FORMAT,
     "'__metadata__' for the second time"},
    {META "},\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
     8, DIGIT_ERR_FORMAT, "tensor 'a': an entry twice, or not dtype, shape or data_offsets"},
    {META "},\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"shape\":[2],\"data_offsets\":[0,8]}}",
     8, DIGIT_ERR_FORMAT, "tensor 'a': an entry twice"},
    {META "},\"a\":{\"data_offsets\":[0,8],\"data_offsets\":[0,8],\"dtype\":\"F32\"}}",
     8, DIGIT_ERR_FORMAT, "tensor 'a': an entry twice"},
    /* Metadata. */
    {META ",\"k\":1}," A "}", 8, DIGIT_ERR_FORMAT, "byte 40 of the header: no '\"' where"},
    {META ",\"k\":{}}," A "}", 8, DIGIT_ERR_FORMAT, "no '\"' where one should be"},
    {META ",\"k\":[]}," A "}", 8, DIGIT_ERR_FORMAT, "no '\"' where one should be"},
    {META ",\"\":\"\"}," A "}", 8, DIGIT_ERR_FORMAT, "a key of the metadata is not"},
    {META ",\"K\":\"\"}," A "}", 8, DIGIT_ERR_FORMAT, "a key of the metadata is not"},
    {META ",\"" NAME_64 "\":\"\"}," A "}", 8, DIGIT_ERR_FORMAT, "a key of the metadata is not"},
    /* Tensors. */
    {META "}," TENSOR("", "F32", "[2]", "[0,8]") "}", 8, DIGIT_ERR_FORMAT,
     "the name of tensor number 0 is not"},
    {META "}," TENSOR("A", "F32", "[2]", "[0,8]") "}", 8, DIGIT_ERR_FORMAT, "is not 1 to 64 of"},
    {META "}," TENSOR("a/b", "F32", "[2]", "[0,8]") "}", 8, DIGIT_ERR_FORMAT, "is not 1 to 64 of"},
    {META "}," A "," TENSOR(NAME_64 "0", "F32", "[2]", "[8,16]") "}", 16, DIGIT_ERR_FORMAT,
     "the name of tensor number 1 is not 1 to 64 of"},
    {META "},\"a\":[]}", 0, DIGIT_ERR_FORMAT, "no '{' where one should be"},
    {META "},\"a\":7}", 0, DIGIT_ERR_FORMAT, "no '{' where one should be"},
    {META "},\"a\":\"F32\"}", 0, DIGIT_ERR_FORMAT, "no '{' where one should be"},
    {META "},\"a\":{}}", 0, DIGIT_ERR_FORMAT, "no '\"' where one should be"},
    {META "},\"a\":{\"dtype\":\"F32\",\"shape\":[2]}}", 8, DIGIT_ERR_FORMAT,
     "tensor 'a': without dtype, shape or data_offsets"},
    {META "},\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,8]}}", 8, DIGIT_ERR_FORMAT,
     "tensor 'a': without dtype, shape or data_offsets"},
    {META "},\"a\":{\"shape\":[2],\"data_offsets\":[0,8]}}", 8, DIGIT_ERR_FORMAT,
     "tensor 'a': without dtype, shape or data_offsets"},
    {META "},\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8],\"x\":1}}", 8,
     DIGIT_ERR_FORMAT, "tensor 'a': an entry twice, or not dtype, shape or data_offsets"},
    {META "},\"a\":{\"dtype\":1,\"shape\":[2],\"data_offsets\":[0,8]}}", 8, DIGIT_ERR_FORMAT,
     "no '\"' where one should be"},
    {META "}," TENSOR("a", "F64", "[1]", "[0,8]") "}", 8, DIGIT_ERR_UNSUPPORTED,
     "tensor 'a': its dtype is not F32"},
    {META "}," TENSOR("a", "f32", "[2]", "[0,8]") "}", 8, DIGIT_ERR_UNSUPPORTED, "is not F32"},
    {META "}," TENSOR("a", "", "[2]", "[0,8]") "}", 8, DIGIT_ERR_UNSUPPORTED, "is not F32"},
    /* Shapes. */
    {META "}," TENSOR("a", "F32", "[]", "[0,4]") "}", 4, DIGIT_ERR_FORMAT,
     "tensor 'a': its shape has no sides"},
    {META "}," TENSOR("a", "F32", "[1,1,1,1,2]", "[0,8]") "}", 8, DIGIT_ERR_FORMAT,
     "a list too long"},
    {META "}," TENSOR("a", "F32", "2", "[0,8]") "}", 8, DIGIT_ERR_FORMAT,
     "no '[' where one should be"},
    {META "}," TENSOR("a", "F32", "\"2\"", "[0,8]") "}", 8, DIGIT_ERR_FORMAT, "no '[' where"},
    {META "}," TENSOR("a", "F32", "[\"2\"]", "[0,8]") "}", 8, DIGIT_ERR_FORMAT,
     "no whole number where one should be"},
    {META "}," TENSOR("a", "F32", "[2,0]", "[0,0]") "}", 0, DIGIT_ERR_FORMAT,
     "tensor 'a': side 1 of its shape is not 1 to 65536"},
    {META "}," TENSOR("a", "F32", "[65537]", "[0,8]") "}", 8, DIGIT_ERR_FORMAT,
     "side 0 of its shape is not"},
    {META "}," TENSOR("a", "F32", "[9223372036854775807]", "[0,8]") "}", 8, DIGIT_ERR_FORMAT,
     "side 0 of its shape is not"},
    {META "}," TENSOR("a", "F32", "[65536,65536,65536,65536]", "[0,0]") "}", 0, DIGIT_ERR_FORMAT,
     "tensor 'a': its shape overflows"},
    {META "}," TENSOR("a", "F32", "[65536,65536,65536,16384]", "[0,0]") "}", 0, DIGIT_ERR_FORMAT,
     "tensor 'a': its shape overflows"},
    {META "}," TENSOR("a", "F32", "[65536,65536,65536]", "[0,8]") "}", 8, DIGIT_ERR_FORMAT,
     "bytes 0 to 8 of the data do not fit its shape of 1125899906842624 bytes"},
    /* Places. */
    {META "}," TENSOR("a", "F32", "[2]", "[0]") "}", 8, DIGIT_ERR_FORMAT,
     "tensor 'a': data_offsets are not two"},
    {META "}," TENSOR("a", "F32", "[2]", "[0,8,8]") "}", 8, DIGIT_ERR_FORMAT,
     "a list too long"},
    {META "}," TENSOR("a", "F32", "[2]", "[\"0\",8]") "}", 8, DIGIT_ERR_FORMAT,
     "no whole number where one should be"},
    {META "}," TENSOR("a", "F32", "[2]", "{}") "}", 8, DIGIT_ERR_FORMAT,
     "no '[' where one should be"},
    {META "}," TENSOR("a", "F32", "[2]", "[4,12]") "}", 12, DIGIT_ERR_FORMAT,
     "tensor 'a': begins at byte 4 of the data, with a gap after byte 0"},
    {META "}," A "," TENSOR("b", "F32", "[2]", "[4,12]") "}", 12, DIGIT_ERR_FORMAT,
     "tensor 'b': begins at byte 4 of the data, over what ends at byte 8"},
    {META "}," A "," TENSOR("b", "F32", "[2]", "[0,8]") "}", 8, DIGIT_ERR_FORMAT, "over what ends"},
    {META "}," A "," TENSOR("b", "F32", "[2]", "[12,20]") "}", 20, DIGIT_ERR_FORMAT, "with a gap"},
    {META "}," TENSOR("b", "F32", "[2]", "[8,16]") "," A "}", 16, DIGIT_ERR_FORMAT, "with a gap"},
    {META "}," TENSOR("a", "F32", "[2]", "[0,4]") "}", 4, DIGIT_ERR_FORMAT, "do not fit its shape"},
    {META "}," TENSOR("a", "F32", "[2]", "[0,7]") "}", 8, DIGIT_ERR_FORMAT, "do not fit its shape"},
    {META "}," A "," TENSOR("b", "F32", "[2]", "[8,0]") "}", 8, DIGIT_ERR_FORMAT, "do not fit"},
    {META "}," A "}", 7, DIGIT_ERR_FORMAT,
     "tensor 'a': ends at byte 8 of the data; the file has 7"},
    {META "}," A "}", 0, DIGIT_ERR_FORMAT, "ends at byte 8 of the data; the file has 0"},
    {META "}," A "}", 9, DIGIT_ERR_FORMAT, "the last 1 bytes of the file belong to no tensor"},
    {META "}}", 8, DIGIT_ERR_FORMAT, "the last 8 bytes of the file belong to no tensor"},
};

#define BADS ((int)(sizeof bad / sizeof bad[0]))

START_TEST(refuses_bad_files)
{
    const size_t size = build(bad[_i].header, bad[_i].data_size);
    const digit_status status = refuse(file, size);
    ck_assert_msg(status == bad[_i].status, "row %d: %d, '%s'", _i, status, dg_error_text());
    assert_error(bad[_i].sentence);
    ck_assert_uint_eq(counted.held, 0);
}
END_TEST

START_TEST(refuses_bad_frames)
{
    const size_t size = build(good[1].header, 8);
    uint8_t copy[512];
    ck_assert_int_eq(refuse(file, 0), DIGIT_ERR_FORMAT);
    assert_error("0 bytes are too few for a model file");
    ck_assert_int_eq(refuse(file, 7), DIGIT_ERR_FORMAT);
    assert_error("7 bytes are too few for a model file");
    ck_assert_int_eq(refuse((const uint8_t *)"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16),
                     DIGIT_ERR_FORMAT);
    assert_error("not a model file, or cut off: a header of 727905341920923785 bytes is promised, "
                 "8 bytes follow");

    static const char *const foreign[][2] = {
        { "\x89HDF\r\n\x1a\n", "not a model file, but an HDF5 file" },
        { "PK\3\4\x14\0\0\0\x08", "but a zip file" },
        { "version https", "but a pointer of Git LFS" },
        { "\x80\2\x8a\n", "but a pickle" },
        { "\x08\7\x12\7pytorch", "but an ONNX file" },
    };
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++) {
        memset(copy, 'x', 16);
        memcpy(copy, foreign[i][0], strlen(foreign[i][0]));
        ck_assert_int_eq(refuse(copy, 16), DIGIT_ERR_FORMAT);
        assert_error(foreign[i][1]);
    }

    memcpy(copy, file, size);
    memset(copy, 0xff, 8);
    ck_assert_int_eq(refuse(copy, size), DIGIT_ERR_FORMAT);
    dg_store_le64(copy, size - 7);
    ck_assert_int_eq(refuse(copy, size), DIGIT_ERR_FORMAT);
    dg_store_le64(copy, 0);
    ck_assert_int_eq(refuse(copy, size), DIGIT_ERR_FORMAT);
    assert_error("not a model file: the header does not begin with "
                 "{\"__metadata__\":{\"crc32\":\"");
    dg_store_le64(copy, 33); /* ends amid the digits */
    ck_assert_int_eq(refuse(copy, size), DIGIT_ERR_FORMAT);

    dg_safetensors parsed;
    ck_assert_int_eq(dg_safetensors_parse(file, ((size_t)256 << 20) + 1, &parsed),
                     DIGIT_ERR_LIMIT);
    assert_error("a model file of 268435457 bytes; at most 268435456 are accepted");
}
END_TEST

START_TEST(refuses_other_beginnings)
{
    static const char *const headers[] = {
        "{" A "}                                                    ",
        "{\"__metadata__\":{\"crc\":\"00000000\"}," A "}           ",
        "{\"__metadata__\":{\"x\":\"\",\"crc32\":\"00000000\"}," A "}",
        "{ \"__metadata__\":{\"crc32\":\"00000000\"}," A "}",
        " {\"__metadata__\":{\"crc32\":\"00000000\"}," A "}",
    };
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        const size_t length = strlen(headers[i]);
        dg_store_le64(file, length);
        memcpy(file + 8, headers[i], length);
        memset(file + 8 + length, 0, 8);
        ck_assert_int_eq(refuse(file, 8 + length + 8), DIGIT_ERR_FORMAT);
        assert_error("not a model file: the header does not begin");
    }
}
END_TEST

START_TEST(refuses_bad_checksums)
{
    static const char *const digits[] = {"0000000g", "0000000A", "+1234567", "0x123456",
                                         "1234567 ", "1234567\"", "        "};
    const size_t size = build(good[1].header, 8);
    char right[9] = {0};
    memcpy(right, file + 34, 8);
    ck_assert_uint_eq(strspn(right, "0123456789abcdef"), 8);
    for (size_t i = 0; i < sizeof digits / sizeof digits[0]; i++) {
        memcpy(file + 34, digits[i], 8);
        ck_assert_int_eq(refuse(file, size), DIGIT_ERR_FORMAT);
        assert_error("crc32 is not 8 digits of 0-9 a-f");
    }
    memcpy(file + 34, "00000000", 8);
    ck_assert_int_eq(refuse(file, size), DIGIT_ERR_FORMAT);
    assert_error("damaged: the CRC-32 is");
    assert_error(right);
}
END_TEST

START_TEST(every_truncation_and_every_flipped_bit)
{
    const size_t size = build(good[6].header, 20);
    uint8_t copy[512];
    for (size_t length = 0; length < size; length++)
        ck_assert_int_eq(refuse(file, length), DIGIT_ERR_FORMAT);
    for (size_t bit = 0; bit < 8 * size; bit++) {
        memcpy(copy, file, size);
        copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
        ck_assert_int_eq(refuse(copy, size), DIGIT_ERR_FORMAT);
    }
}
END_TEST

/* ---- Large headers ---------------------------------------------------- */

static char text[DG_SAFETENSORS_HEADER_MAX + 64];

/* `start`, then `item` as often as `count` (0: as the header has room), then `end`. "%zu"
 * in an item is its number. */
static size_t repeat(const char *start, const char *item, size_t count, const char *end)
{
    size_t length = (size_t)sprintf(text, "%s", start);
    for (size_t i = 0; count ? i < count : length + 110 < DG_SAFETENSORS_HEADER_MAX; i++) {
        char one[128];
        snprintf(one, sizeof one, item, i, 4 * i, 4 * i + 4);
        length += (size_t)sprintf(text + length, "%s%s", i ? "," : "", one);
    }
    strcpy(text + length, end);
    return length;
}

#define NUMBERED "\"%zu\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[%zu,%zu]}"

START_TEST(takes_256_tensors)
{
    dg_safetensors parsed;
    size_t size;
    repeat(META "},", NUMBERED, 256, "}");
    size = build(text, 4 * 256);
    ck_assert_int_eq(dg_safetensors_parse(file, size, &parsed), DIGIT_OK);
    ck_assert_uint_eq(parsed.tensor_count, 256);
    ck_assert_uint_eq(dg_safetensors_find(&parsed, "255")->offset, 4 * 255);
    dg_safetensors_clear(&parsed);

    repeat(META "},", NUMBERED, 257, "}");
    size = build(text, 4 * 257);
    ck_assert_int_eq(refuse(file, size), DIGIT_ERR_LIMIT);
    assert_error("more than 256 tensors");
}
END_TEST

START_TEST(takes_64_kib_of_header)
{
    dg_safetensors parsed;
    size_t length;
    strcpy(text, good[1].header);
    length = strlen(text);
    memset(text + length, ' ', sizeof text - length);
    text[65536] = '\0';
    ck_assert_int_eq(dg_safetensors_parse(file, build(text, 8), &parsed), DIGIT_OK);
    dg_safetensors_clear(&parsed);
    text[65536] = ' ';
    text[65537] = '\0';
    ck_assert_int_eq(refuse(file, build(text, 8)), DIGIT_ERR_LIMIT);
    assert_error("a header of 65537 bytes; at most 65536 are accepted");
}
END_TEST

/* Headers with as much as possible of something: none costs more than the header and the
 * fixed lists. */
static const struct {
    const char *start, *item;
    const char *end;
} costly[] = {
    {META "},\"a\":{\"shape\":[", "1", "]}}"},
    {META "},\"a\":[", "[]", "]}"},
    {META "},", "\"%zu\":[[]]", "}"},
    {META "},", "\"%zu\":{}", "}"},
    {META ",", "\"%zu\":\"\"", "}}"},
    {META ",\"k\":\"", "\\u20ac", "\"}}"},
    {META ",\"k\":\"", "0123456789abcdef", "\"}}"},
    {META "},\"", "0123456789abcdef", "\":{}}"},
    {META "},", NUMBERED, "}"},
};

#define COSTLIES ((int)(sizeof costly / sizeof costly[0]))

START_TEST(costly_headers_stay_cheap)
{
    dg_safetensors parsed;
    repeat(costly[_i].start, costly[_i].item, 0, costly[_i].end);
    const size_t size = build(text, 0);
    counted.asked = 0;
    if (dg_safetensors_parse(file, size, &parsed) == DIGIT_OK)
        dg_safetensors_clear(&parsed);
    ck_assert(counted.asked > size - 200 || !counting_works());
    ck_assert_uint_le(counted.asked, size + (64 << 10));
}
END_TEST

/* ---- Writing ---------------------------------------------------------- */

static const dg_safetensors_text some_texts[] = {
    {"format", "libdigit"},
    {"trained_on", "\"Ziffern\" \xc3\xa9\xe2\x82\xac\xf0\x9f\x96\x8a\\ \n\x01/"},
    {"licence", ""},
};

static dg_safetensors_tensor some_tensors[] = {
    {.name = "0.weight", .rank = 4, .shape = {2, 1, 3, 3}},
    {.name = "0.bias", .rank = 1, .shape = {3}},
    {.name = "calibration", .rank = 1, .shape = {1}},
};

START_TEST(writes_what_it_reads)
{
    dg_safetensors_head head;
    dg_safetensors parsed;
    ck_assert_int_eq(dg_safetensors_plan(some_texts, 3, some_tensors, 3, &head), DIGIT_OK);
    ck_assert_uint_eq(head.size % 8, 0);
    ck_assert_uint_eq(head.file_size, head.size + 4 * (18 + 3 + 1));
    ck_assert_mem_eq(head.bytes + 8, META ",\"format\":\"libdigit\",\"trained_on\":\"\\\"", 70);
    memset(file, 0, FILE_MAX);
    memcpy(file, head.bytes, head.size);
    dg_safetensors_seal(file, head.file_size);

    ck_assert_int_eq(dg_safetensors_parse(file, head.file_size, &parsed), DIGIT_OK);
    ck_assert_uint_eq(parsed.text_count, 3);
    for (size_t i = 0; i < 3; i++) {
        const dg_safetensors_tensor *wanted = &some_tensors[i], *found = &parsed.tensors[i];
        ck_assert_str_eq(parsed.texts[i].key, some_texts[i].key);
        ck_assert_str_eq(parsed.texts[i].value, some_texts[i].value);
        ck_assert_str_eq(found->name, wanted->name);
        ck_assert_uint_eq(found->rank, wanted->rank);
        ck_assert_mem_eq(found->shape, wanted->shape, sizeof wanted->shape);
        ck_assert_uint_eq(found->offset, wanted->offset);
        ck_assert_uint_eq(found->size, wanted->size);
    }
    dg_safetensors_clear(&parsed);
    dg_safetensors_head_clear(&head);
    ck_assert_uint_eq(counted.held, 0);
}
END_TEST

START_TEST(writes_only_utf8)
{
    static const char *const texts[] = {
        "\x80",         "\xc3",         "\xc3(",           "\xc0\x80",         "\xc1\xbf",
        "\xe2\x82",     "\xe0\x80\x80", "\xed\xa0\x80",    "\xf0\x80\x80\x80", "\xf4\x90\x80\x80",
        "ok \xf8\x88",  "\xff",         "\xf0\x9f\x96",    "\xe2(\xa1",
    };
    dg_safetensors_head head;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        const dg_safetensors_text entry = {"licence", texts[i]};
        ck_assert_int_eq(dg_safetensors_plan(&entry, 1, some_tensors, 3, &head),
                         DIGIT_ERR_ARGUMENT);
        assert_error("the text for 'licence' is not UTF-8");
        ck_assert_ptr_null(head.bytes);
    }
    const dg_safetensors_text last = {"licence", "\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf"
                                                 "\xee\x80\x80\xed\x9f\xbf\xf4\x8f\xbf\xbf"};
    ck_assert_int_eq(dg_safetensors_plan(&last, 1, some_tensors, 3, &head), DIGIT_OK);
    dg_safetensors_head_clear(&head);
}
END_TEST

/* It never writes what it would not read. */
START_TEST(writes_within_the_limits)
{
    static dg_safetensors_tensor tensors[257];
    dg_safetensors_head head;
    dg_safetensors_text entry = {"trained_on", text};
    for (int i = 0; i < 257; i++) {
        tensors[i] = (dg_safetensors_tensor){.rank = 1, .shape = {1}};
        snprintf(tensors[i].name, sizeof tensors[i].name, "%d", i);
    }
    ck_assert_int_eq(dg_safetensors_plan(NULL, 0, tensors, 257, &head), DIGIT_ERR_LIMIT);
    assert_error("257 tensors");
    ck_assert_int_eq(dg_safetensors_plan(NULL, 0, tensors, 256, &head), DIGIT_OK);
    dg_safetensors_head_clear(&head);

    tensors[0].shape[0] = 65537;
    ck_assert_int_eq(dg_safetensors_plan(NULL, 0, tensors, 1, &head), DIGIT_ERR_LIMIT);
    assert_error("tensor '0': a side of 65537");
    tensors[0] = (dg_safetensors_tensor){.name = "0", .rank = 2, .shape = {65536, 1024}};
    ck_assert_int_eq(dg_safetensors_plan(NULL, 0, tensors, 1, &head), DIGIT_ERR_LIMIT);
    assert_error("at most 268435456");
    tensors[0].shape[1] = 1025;
    ck_assert_int_eq(dg_safetensors_plan(NULL, 0, tensors, 1, &head), DIGIT_ERR_LIMIT);
    assert_error("more than 268435456 bytes of tensors");
    tensors[0] = (dg_safetensors_tensor){.name = "0", .rank = 4,
                                         .shape = {65536, 65536, 65536, 65536}};
    ck_assert_int_eq(dg_safetensors_plan(NULL, 0, tensors, 1, &head), DIGIT_ERR_LIMIT);

    memset(text, 'x', sizeof text - 1);
    text[65400] = '\0';
    ck_assert_int_eq(dg_safetensors_plan(&entry, 1, some_tensors, 0, &head), DIGIT_OK);
    ck_assert_uint_le(head.size - 8, 65536);
    dg_safetensors_head_clear(&head);
    memset(text, 1, 65400); /* \u0001 each */
    ck_assert_int_eq(dg_safetensors_plan(&entry, 1, some_tensors, 0, &head), DIGIT_ERR_LIMIT);
    assert_error("a model file holds at most 65536");
    ck_assert_uint_eq(counted.held, 0);
}
END_TEST

/* ---- Memory and threads ----------------------------------------------- */

static digit_status read_once(size_t size)
{
    dg_safetensors parsed;
    const digit_status status = dg_safetensors_parse(file, size, &parsed);
    if (status == DIGIT_OK)
        dg_safetensors_clear(&parsed);
    return status;
}

static digit_status write_once(size_t size)
{
    dg_safetensors_head head;
    const digit_status status = dg_safetensors_plan(some_texts, 3, some_tensors, 3, &head);
    ck_assert((head.bytes != NULL) == (status == DIGIT_OK));
    if (status == DIGIT_OK)
        dg_safetensors_head_clear(&head);
    return status;
}

START_TEST(every_allocation_may_fail)
{
    digit_status (*const act)(size_t) = _i & 1 ? read_once : write_once;
    const size_t size = build(META ",\"k\":\"v\"}," A "," TENSOR("b", "F32", "[3,1]", "[8,20]") "}",
                              20);
    bool reached = counting_works();

    counted.fail_on = _i & 2;
    for (counted.fail_at = 1; reached; counted.fail_at++) {
        counted.calls = 0;
        const digit_status status = act(size);
        reached = counted.calls >= counted.fail_at;
        ck_assert_msg(status == (reached ? DIGIT_ERR_MEMORY : DIGIT_OK), "allocation %d: %d, %s",
                      counted.fail_at, status, dg_error_text());
        ck_assert_uint_eq(counted.held, 0);
    }
    ck_assert(counted.fail_at >= 4 || counted.fail_at == 1);
}
END_TEST

static void *read_and_write_often(void *argument)
{
    const size_t size = *(const size_t *)argument;
    intptr_t failures = 0;
    for (int i = 0; i < 50; i++) {
        dg_safetensors_tensor tensors[3];
        dg_safetensors parsed;
        dg_safetensors_head head;
        memcpy(tensors, some_tensors, sizeof tensors);
        failures += dg_safetensors_parse(file, size, &parsed) != DIGIT_OK;
        failures += dg_safetensors_plan(some_texts, 3, tensors, 3, &head) != DIGIT_OK;
        dg_safetensors_clear(&parsed);
        dg_safetensors_head_clear(&head);
    }
    return (void *)failures;
}

/* Among it the process's first use of jansson, by several threads at once. */
START_TEST(threads_read_and_write)
{
    pthread_t threads[6];
    size_t size = build(good[6].header, 20);
    for (int i = 0; i < 6; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, read_and_write_often, &size), 0);
    for (int i = 0; i < 6; i++) {
        void *failures;
        pthread_join(threads[i], &failures);
        ck_assert_ptr_null(failures);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("safetensors");
    TCase *threads = tcase_create("threads"), *reading = tcase_create("reading");
    TCase *writing = tcase_create("writing");
    SRunner *runner = srunner_create(suite);
    tcase_add_test(threads, threads_read_and_write);
    suite_add_tcase(suite, threads);

    tcase_add_checked_fixture(reading, counting_begin, NULL);
    tcase_set_timeout(reading, 60);
    tcase_add_loop_test(reading, accepts_good_files, 0, (int)(sizeof good / sizeof good[0]));
    tcase_add_test(reading, tells_what_is_inside);
    tcase_add_test(reading, reads_every_escape);
    tcase_add_loop_test(reading, refuses_bad_files, 0, BADS);
    tcase_add_test(reading, refuses_bad_frames);
    tcase_add_test(reading, refuses_other_beginnings);
    tcase_add_test(reading, refuses_bad_checksums);
    tcase_add_test(reading, every_truncation_and_every_flipped_bit);
    tcase_add_test(reading, takes_256_tensors);
    tcase_add_test(reading, takes_64_kib_of_header);
    tcase_add_loop_test(reading, costly_headers_stay_cheap, 0, COSTLIES);
    suite_add_tcase(suite, reading);

    tcase_add_checked_fixture(writing, counting_begin, NULL);
    tcase_add_test(writing, writes_what_it_reads);
    tcase_add_test(writing, writes_only_utf8);
    tcase_add_test(writing, writes_within_the_limits);
    tcase_add_loop_test(writing, every_allocation_may_fail, 0, 4);
    suite_add_tcase(suite, writing);

    srunner_run_all(runner, CK_NORMAL);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
