/* Model files and checkpoints: what is written is read back, and nothing else is accepted. */
#include "base/bytes.h"
#include "base/error.h"
#include "base/mem.h"
#include "io/codec.h"
#include "io/pretrained.h"

#include "../support/counting.h"

#include <check.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- A small model with every kind of tensor -------------------------- */

#define ARCHITECTURE "conv 2x3 stride 8 batchnorm relu dense 10"
#define TENSORS 8 /* weight and bias of three layers, two running statistics */
#define FILE_MAX (64 << 10)

static uint8_t file[FILE_MAX], second_file[FILE_MAX];

static float value_of(size_t part, size_t tensor, uint64_t i)
{
    const float value = (float)(i % 17) / 8 + (float)tensor + 10 * (float)part + 0.0625F;
    return i % 2 && part != 2 && tensor != 5 ? -value : value; /* variances stay positive */
}

static void fill(const dg_snapshot *snapshot, size_t part, dg_real *array)
{
    static uint8_t bytes[4 * 1024];
    for (size_t t = 0; t < dg_network_tensor_count(snapshot->network); t++) {
        const dg_tensor tensor = dg_network_tensor(snapshot->network, t);
        ck_assert_uint_le(tensor.count, 1024);
        for (uint64_t i = 0; i < tensor.count; i++)
            dg_store_f32(bytes + 4 * i, value_of(part, t, i));
        dg_network_import(snapshot->network, t, bytes, array);
    }
}

static dg_snapshot *make_model(bool training)
{
    dg_snapshot *snapshot = NULL;
    ck_assert_int_eq(dg_snapshot_create(ARCHITECTURE, training, &snapshot), DIGIT_OK);
    fill(snapshot, 0, snapshot->params);
    snapshot->temperature = 1.25F;
    ck_assert_int_eq(dg_snapshot_describe(snapshot, "Ziffern f\xc3\xbcr \"alle\"", "MIT"),
                     DIGIT_OK);
    if (training) {
        snapshot->training->fingerprint = 0xfedcba9876543210;
        snapshot->training->epoch = UINT64_MAX;
        snapshot->training->loss = (dg_loss){.sum = 2.0 / 3, .correct = 12};
        fill(snapshot, 1, snapshot->training->first);
        fill(snapshot, 2, snapshot->training->second);
        fill(snapshot, 3, snapshot->training->average);
    }
    return snapshot;
}

/* The file of make_model() in `file`. */
static size_t make_file(bool training)
{
    dg_snapshot *snapshot = make_model(training);
    size_t size = FILE_MAX;
    ck_assert_int_eq(dg_codec_encode(snapshot, file, &size), DIGIT_OK);
    dg_snapshot_free(snapshot);
    return size;
}

static void assert_error(const char *part)
{
    ck_assert_msg(strstr(dg_error_text(), part) != NULL, "'%s' lacks '%s'", dg_error_text(), part);
}

static void assert_same(const dg_snapshot *a, const dg_snapshot *b)
{
    const size_t size = dg_network_params(a->network) * sizeof(dg_real);
    ck_assert_str_eq(dg_network_architecture(a->network), dg_network_architecture(b->network));
    ck_assert_uint_eq(dg_network_params(a->network), dg_network_params(b->network));
    ck_assert_mem_eq(a->params, b->params, size);
    ck_assert(a->temperature == b->temperature);
    ck_assert_uint_eq(a->preparation, b->preparation);
    ck_assert_str_eq(a->trained_on, b->trained_on);
    ck_assert_str_eq(a->licence, b->licence);
    ck_assert((a->training == NULL) == (b->training == NULL));
    if (!a->training)
        return;
    ck_assert_uint_eq(a->training->fingerprint, b->training->fingerprint);
    ck_assert_uint_eq(a->training->epoch, b->training->epoch);
    ck_assert_uint_eq(a->training->step, b->training->step);
    ck_assert_mem_eq(&a->training->loss.sum, &b->training->loss.sum, sizeof(double));
    ck_assert_uint_eq(a->training->loss.correct, b->training->loss.correct);
    ck_assert_mem_eq(a->training->first, b->training->first, size);
    ck_assert_mem_eq(a->training->second, b->training->second, size);
    ck_assert_mem_eq(a->training->average, b->training->average, size);
}

/* ---- What is written is read ------------------------------------------ */

START_TEST(reads_what_it_writes)
{
    dg_snapshot *model = make_model(_i), *copy = NULL;
    size_t size = make_file(_i), second_size = FILE_MAX;
    ck_assert_int_eq(dg_codec_decode(file, size, &copy), DIGIT_OK);
    assert_same(model, copy);
    ck_assert_int_eq(dg_codec_encode(copy, second_file, &second_size), DIGIT_OK);
    ck_assert_uint_eq(size, second_size);
    ck_assert_mem_eq(file, second_file, size);
    dg_snapshot_free(model);
    dg_snapshot_free(copy);
}
END_TEST

/* The layout that docs/model-file.md promises, read without the codec. */
START_TEST(writes_the_documented_layout)
{
    static const struct {
        const char *name;
        uint32_t rank, shape[4];
    } wanted[TENSORS + 1] = {
        {"0.weight", 4, {2, 1, 3, 3}}, {"0.bias", 1, {2}},         {"1.weight", 1, {2}},
        {"1.bias", 1, {2}},            {"1.running_mean", 1, {2}}, {"1.running_var", 1, {2}},
        {"3.weight", 2, {10, 32}},     {"3.bias", 1, {10}},        {"calibration", 1, {1}},
    };
    static const char *const prefixes[] = {"", "first.", "second.", "average."};
    const size_t parts = _i ? 4 : 1, size = make_file(_i);
    dg_safetensors parsed;

    ck_assert_int_eq(dg_safetensors_parse(file, size, &parsed), DIGIT_OK);
    ck_assert_uint_eq(parsed.tensor_count, parts * TENSORS + 1);
    ck_assert_uint_eq((uintptr_t)(parsed.data - file) % 8, 0);
    for (size_t i = 0; i < parsed.tensor_count; i++) {
        const size_t part = i <= TENSORS ? 0 : (i - 1) / TENSORS;
        const size_t t = i <= TENSORS ? i : (i - 1) % TENSORS;
        const dg_safetensors_tensor *found = &parsed.tensors[i];
        char name[64];
        snprintf(name, sizeof name, "%s%s", prefixes[part], wanted[t].name);
        ck_assert_str_eq(found->name, name);
        ck_assert_uint_eq(found->rank, wanted[t].rank);
        ck_assert_mem_eq(found->shape, wanted[t].shape, sizeof found->shape);
        for (uint64_t k = 0; k < found->size / 4; k++) {
            const float value = dg_load_f32(parsed.data + found->offset + 4 * k);
            ck_assert(value == (t == TENSORS ? 1.25F : value_of(part, t, k)));
        }
    }
    ck_assert_str_eq(dg_safetensors_text_of(&parsed, "format"), "libdigit");
    ck_assert_str_eq(dg_safetensors_text_of(&parsed, "format_version"), "1");
    ck_assert_str_eq(dg_safetensors_text_of(&parsed, "architecture"), ARCHITECTURE);
    ck_assert_str_eq(dg_safetensors_text_of(&parsed, "labels"), "0 1 2 3 4 5 6 7 8 9");
    ck_assert_str_eq(dg_safetensors_text_of(&parsed, "preparation"), "1");
    ck_assert_str_eq(dg_safetensors_text_of(&parsed, "licence"), "MIT");
    ck_assert_uint_eq(parsed.text_count, _i ? 12 : 7);
    if (_i) {
        ck_assert_str_eq(dg_safetensors_text_of(&parsed, "fingerprint"), "fedcba9876543210");
        ck_assert_str_eq(dg_safetensors_text_of(&parsed, "epoch"), "18446744073709551615");
        ck_assert_str_eq(dg_safetensors_text_of(&parsed, "step"), "0");
        ck_assert_str_eq(dg_safetensors_text_of(&parsed, "epoch_loss"), "3fe5555555555555");
        ck_assert_str_eq(dg_safetensors_text_of(&parsed, "epoch_correct"), "12");
    }
    dg_safetensors_clear(&parsed);
}
END_TEST

START_TEST(asks_for_the_size)
{
    dg_snapshot *model = make_model(false);
    const size_t wanted = make_file(false);
    size_t size = 0;
    ck_assert_int_eq(dg_codec_encode(model, NULL, &size), DIGIT_OK);
    ck_assert_uint_eq(size, wanted);
    memset(second_file, 7, FILE_MAX);
    size = wanted - 1;
    ck_assert_int_eq(dg_codec_encode(model, second_file, &size), DIGIT_ERR_ARGUMENT);
    assert_error("the model needs");
    ck_assert_uint_eq(size, wanted);
    for (size_t i = 0; i < FILE_MAX; i++)
        ck_assert_uint_eq(second_file[i], 7);
    size = FILE_MAX;
    ck_assert_int_eq(dg_codec_encode(model, second_file, &size), DIGIT_OK);
    ck_assert_uint_eq(size, wanted);
    ck_assert_mem_eq(file, second_file, size);
    ck_assert_uint_eq(second_file[size], 7);
    dg_snapshot_free(model);
}
END_TEST

START_TEST(refuses_to_write_broken_texts)
{
    dg_snapshot *model = make_model(false);
    size_t size = FILE_MAX;
    ck_assert_int_eq(dg_snapshot_describe(model, "caf\xe9", ""), DIGIT_OK);
    ck_assert_int_eq(dg_codec_encode(model, file, &size), DIGIT_ERR_ARGUMENT);
    assert_error("the text for 'trained_on' is not UTF-8");
    dg_snapshot_free(model);
}
END_TEST

/* ---- Changed files, their checksums right ----------------------------- */

typedef enum edit_kind {
    SET,     /* text `name` to `value`; added if it is not there */
    DROP,    /* text `name` */
    NUMBER,  /* number `at` of tensor `name` to `number` */
    REMOVE,  /* tensor `name` with its data */
    RENAME,  /* tensor `name` to `value` */
    FLATTEN, /* tensor `name`: all its numbers in one dimension */
    SWAP,    /* tensor `name`: its first two sides */
    APPEND,  /* a tensor `name` of one number */
} edit_kind;

#define TEXTS_MAX 16
#define TENSORS_MAX 64

typedef struct change {
    bool training;
    edit_kind edit;
    const char *name, *value;
    uint32_t at;
    float number;
    digit_status status;
    const char *sentence;
} change;

static void edit_text(const change *row, dg_safetensors_text *texts, size_t *count)
{
    size_t i = 0;
    while (i < *count && strcmp(texts[i].key, row->name) != 0)
        i++;
    if (row->edit == SET) {
        texts[i] = (dg_safetensors_text){row->name, row->value};
        *count += i == *count;
    } else {
        ck_assert_uint_lt(i, *count);
        for (--*count; i < *count; i++)
            texts[i] = texts[i + 1];
    }
}

static void edit_shape(edit_kind edit, dg_safetensors_tensor *tensor)
{
    const uint32_t first = tensor->shape[0];
    if (edit == FLATTEN) {
        memset(tensor->shape, 0, sizeof tensor->shape);
        tensor->shape[0] = (uint32_t)(tensor->size / 4);
        tensor->rank = 1;
    } else {
        tensor->shape[0] = tensor->shape[1];
        tensor->shape[1] = first;
    }
}

/* Copy the data of `parsed`, tensor by tensor, with the changes of `row`. */
static size_t edit_tensors(const change *row, const dg_safetensors *parsed,
                           dg_safetensors_tensor *tensors, uint8_t *data)
{
    size_t count = 0;
    bool found = false;
    for (size_t i = 0; i < parsed->tensor_count; i++) {
        dg_safetensors_tensor *tensor = &tensors[count];
        *tensor = parsed->tensors[i];
        memcpy(data, parsed->data + tensor->offset, tensor->size);
        if (strcmp(tensor->name, row->name) == 0) {
            found = true;
            if (row->edit == REMOVE)
                continue;
            if (row->edit == RENAME)
                strcpy(tensor->name, row->value);
            if (row->edit == NUMBER)
                dg_store_f32(data + (size_t)4 * row->at, row->number);
            if (row->edit == FLATTEN || row->edit == SWAP)
                edit_shape(row->edit, tensor);
        }
        data += tensor->size;
        count++;
    }
    if (row->edit == APPEND) {
        tensors[count] = (dg_safetensors_tensor){.rank = 1, .shape = {1}};
        strcpy(tensors[count++].name, row->name);
        memset(data, 0, 4);
    } else {
        ck_assert(found);
    }
    return count;
}

/* A model's file in `file`, changed. */
static size_t make_changed_file(const change *row)
{
    static dg_safetensors_tensor tensors[TENSORS_MAX];
    static uint8_t data[FILE_MAX];
    dg_safetensors_text texts[TEXTS_MAX];
    dg_safetensors parsed;
    dg_safetensors_head head;
    const size_t size = make_file(row->training);
    ck_assert_int_eq(dg_safetensors_parse(file, size, &parsed), DIGIT_OK);
    size_t text_count = parsed.text_count, count = parsed.tensor_count;
    memcpy(texts, parsed.texts, text_count * sizeof texts[0]);
    memcpy(tensors, parsed.tensors, count * sizeof tensors[0]);
    memcpy(data, parsed.data, parsed.data_size);
    if (row->edit == SET || row->edit == DROP)
        edit_text(row, texts, &text_count);
    else
        count = edit_tensors(row, &parsed, tensors, data);
    ck_assert_int_eq(dg_safetensors_plan(texts, text_count, tensors, count, &head), DIGIT_OK);
    memcpy(file, head.bytes, head.size);
    memcpy(file + head.size, data, head.file_size - head.size);
    dg_safetensors_seal(file, head.file_size);
    const size_t changed = head.file_size;
    dg_safetensors_head_clear(&head);
    dg_safetensors_clear(&parsed);
    return changed;
}

static const change harmless[] = {
    {.edit = SET, .name = "trained_on", .value = ""},
    {.edit = SET, .name = "licence", .value = "\xf0\x9f\x96\x8a"},
    {.edit = NUMBER, .name = "0.weight", .at = 3, .number = 1e-41F},
    {.edit = NUMBER, .name = "0.weight", .at = 3, .number = 3e38F},
    {.edit = NUMBER, .name = "1.running_var", .at = 0, .number = 0},
    {.edit = NUMBER, .name = "calibration", .at = 0, .number = 1e-30F},
    {.training = true, .edit = NUMBER, .name = "first.1.running_var", .at = 0, .number = -1},
    {.training = true, .edit = SET, .name = "epoch", .value = "0"},
};

START_TEST(accepts_harmless_changes)
{
    const size_t size = make_changed_file(&harmless[_i]);
    dg_snapshot *snapshot;
    const digit_status status = dg_codec_decode(file, size, &snapshot);
    ck_assert_msg(status == DIGIT_OK, "row %d: %s", _i, dg_error_text());
    dg_snapshot_free(snapshot);
}
END_TEST

#define FORMAT .status = DIGIT_ERR_FORMAT, .sentence
#define UNSUPPORTED .status = DIGIT_ERR_UNSUPPORTED, .sentence

static const change bad[] = {
    /* Texts that are missing, unknown or wrong. */
    {.edit = DROP, .name = "format", FORMAT = "metadata 'format' is missing"},
    {.edit = DROP, .name = "format_version", FORMAT = "metadata 'format_version' is missing"},
    {.edit = DROP, .name = "architecture", FORMAT = "metadata 'architecture' is missing"},
    {.edit = DROP, .name = "labels", FORMAT = "metadata 'labels' is missing"},
    {.edit = DROP, .name = "preparation", FORMAT = "metadata 'preparation' is missing"},
    {.edit = DROP, .name = "trained_on", FORMAT = "metadata 'trained_on' is missing"},
    {.edit = DROP, .name = "licence", FORMAT = "metadata 'licence' is missing"},
    {.edit = SET, .name = "colour", .value = "", FORMAT = "metadata 'colour' is not known"},
    {.edit = SET, .name = "format", .value = "pt", FORMAT = "'format' is not 'libdigit'"},
    {.edit = SET, .name = "format_version", .value = "2",
     UNSUPPORTED = "format version 2; this library reads 1"},
    {.edit = SET, .name = "format_version", .value = "18446744073709551615",
     UNSUPPORTED = "format version 18446744073709551615"},
    {.edit = SET, .name = "format_version", .value = "18446744073709551616",
     FORMAT = "metadata 'format_version' is not a number"},
    {.edit = SET, .name = "format_version", .value = "0", FORMAT = "format version 0"},
    {.edit = SET, .name = "format_version", .value = "01", FORMAT = "is not a number"},
    {.edit = SET, .name = "format_version", .value = "", FORMAT = "is not a number"},
    {.edit = SET, .name = "format_version", .value = "1 ", FORMAT = "is not a number"},
    {.edit = SET, .name = "format_version", .value = "+1", FORMAT = "is not a number"},
    {.edit = SET, .name = "format_version", .value = "a", FORMAT = "is not a number"},
    {.edit = SET, .name = "labels", .value = "9 8 7 6 5 4 3 2 1 0",
     UNSUPPORTED = "labels other than '0 1 2 3 4 5 6 7 8 9'"},
    {.edit = SET, .name = "preparation", .value = "2",
     UNSUPPORTED = "sample preparation 2; this library knows 1 to 1"},
    {.edit = SET, .name = "preparation", .value = "0", FORMAT = "sample preparation 0"},
    {.edit = SET, .name = "preparation", .value = "-1", FORMAT = "'preparation' is not a number"},
    /* Architectures. */
    {.edit = SET, .name = "architecture", .value = "", UNSUPPORTED = ""},
    {.edit = SET, .name = "architecture", .value = "attention 8 dense 10",
     UNSUPPORTED = "architecture: 'attention' is no layer"},
    {.edit = SET, .name = "architecture", .value = "Dense 10",
     FORMAT = "architecture: more than words and numbers"},
    {.edit = SET, .name = "architecture", .value = "dense\n10", FORMAT = "more than words"},
    {.edit = SET, .name = "architecture", .value = "keras", FORMAT = "not the full list of layers"},
    {.edit = SET, .name = "architecture", .value = "dense  10", FORMAT = "with single spaces"},
    {.edit = SET, .name = "architecture", .value = " dense 10", FORMAT = "with single spaces"},
    {.edit = SET, .name = "architecture", .value = "dense 10", FORMAT = "tensor '0.weight'"},
    {.edit = SET, .name = "architecture", .value = "conv 2x3 dense 10",
     FORMAT = "tensor '1.weight': its shape is [2], the architecture's [10, 1352]"},
    {.edit = SET, .name = "architecture", .value = "conv 3x3 stride 8 batchnorm relu dense 10",
     FORMAT = "tensor '0.weight': its shape is [2, 1, 3, 3], the architecture's [3, 1, 3, 3]"},
    {.edit = SET, .name = "architecture",
     .value = "conv 1024x15 conv 1024x7 dense 4096 dense 4096 dense 10", .status = 1},
    /* Tensors that are missing, too many or of another shape. */
    {.edit = REMOVE, .name = "0.weight", FORMAT = "tensor '0.weight' is missing"},
    {.edit = REMOVE, .name = "3.bias", FORMAT = "tensor '3.bias' is missing"},
    {.edit = REMOVE, .name = "calibration", FORMAT = "tensor 'calibration' is missing"},
    {.edit = RENAME, .name = "0.bias", .value = "0.bios", FORMAT = "tensor '0.bias' is missing"},
    {.edit = RENAME, .name = "1.bias", .value = "01.bias", FORMAT = "tensor '1.bias' is missing"},
    {.edit = APPEND, .name = "4.bias", FORMAT = "tensor '4.bias' is not in the architecture"},
    {.edit = APPEND, .name = "first.0.bias", FORMAT = "tensor 'first.0.bias' is not in"},
    {.edit = FLATTEN, .name = "3.weight",
     FORMAT = "tensor '3.weight': its shape is [320], the architecture's [10, 32]"},
    {.edit = SWAP, .name = "3.weight",
     FORMAT = "its shape is [32, 10], the architecture's [10, 32]"},
    {.edit = SWAP, .name = "0.weight", FORMAT = "its shape is [1, 2, 3, 3]"},
    {.edit = FLATTEN, .name = "0.weight", FORMAT = "its shape is [18]"},
    /* Numbers. */
    {.edit = NUMBER, .name = "0.weight", .at = 17, .number = NAN,
     FORMAT = "tensor '0.weight': number 17 is not finite"},
    {.edit = NUMBER, .name = "3.weight", .at = 319, .number = INFINITY,
     FORMAT = "tensor '3.weight': number 319 is not finite"},
    {.edit = NUMBER, .name = "0.bias", .number = -INFINITY,
     FORMAT = "tensor '0.bias': number 0 is not finite"},
    {.edit = NUMBER, .name = "1.running_var", .at = 1, .number = -1e-3F,
     FORMAT = "tensor '1.running_var': number 1 is negative"},
    {.edit = NUMBER, .name = "1.running_mean", .at = 1, .number = NAN,
     FORMAT = "tensor '1.running_mean': number 1 is not finite"},
    {.edit = NUMBER, .name = "calibration", .number = 0,
     FORMAT = "tensor 'calibration' is not a number above 0"},
    {.edit = NUMBER, .name = "calibration", .number = -1, FORMAT = "is not a number above 0"},
    {.edit = NUMBER, .name = "calibration", .number = NAN, FORMAT = "is not a number above 0"},
    {.edit = NUMBER, .name = "calibration", .number = INFINITY, FORMAT = "not a number above 0"},
    {.edit = NUMBER, .name = "calibration", .number = 1e-41F, FORMAT = "not a number above 0"},
    /* Checkpoints. */
    {.edit = SET, .name = "epoch", .value = "1", FORMAT = "metadata 'fingerprint' is missing"},
    {.training = true, .edit = DROP, .name = "step", FORMAT = "metadata 'step' is missing"},
    {.training = true, .edit = SET, .name = "fingerprint", .value = "123",
     FORMAT = "metadata 'fingerprint' is not a number"},
    {.training = true, .edit = SET, .name = "fingerprint", .value = "FEDCBA9876543210",
     FORMAT = "metadata 'fingerprint' is not a number"},
    {.training = true, .edit = SET, .name = "epoch", .value = "1.5",
     FORMAT = "metadata 'epoch' is not a number"},
    {.training = true, .edit = SET, .name = "step", .value = "99999999999999999999",
     FORMAT = "metadata 'step' is not a number"},
    {.edit = SET, .name = "epoch_correct", .value = "1",
     FORMAT = "metadata 'fingerprint' is missing"},
    {.training = true, .edit = DROP, .name = "epoch_loss",
     FORMAT = "metadata 'epoch_loss' is missing"},
    {.training = true, .edit = DROP, .name = "epoch_correct",
     FORMAT = "metadata 'epoch_correct' is missing"},
    {.training = true, .edit = SET, .name = "epoch_loss", .value = "0.5",
     FORMAT = "metadata 'epoch_loss' is not a number"},
    {.training = true, .edit = SET, .name = "epoch_loss", .value = "7ff0000000000000",
     FORMAT = "metadata 'epoch_loss' is not a loss"},
    {.training = true, .edit = SET, .name = "epoch_loss", .value = "bff0000000000000",
     FORMAT = "metadata 'epoch_loss' is not a loss"},
    {.training = true, .edit = SET, .name = "epoch_correct", .value = "-1",
     FORMAT = "metadata 'epoch_correct' is not a number"},
    {.training = true, .edit = REMOVE, .name = "second.3.bias",
     FORMAT = "tensor 'second.3.bias' is missing"},
    {.training = true, .edit = FLATTEN, .name = "average.3.weight",
     FORMAT = "tensor 'average.3.weight': its shape is [320]"},
    {.training = true, .edit = NUMBER, .name = "first.0.bias", .at = 1, .number = NAN,
     FORMAT = "tensor 'first.0.bias': number 1 is not finite"},
    {.training = true, .edit = NUMBER, .name = "second.0.bias", .at = 1, .number = -1,
     FORMAT = "tensor 'second.0.bias': number 1 is negative"},
    {.training = true, .edit = NUMBER, .name = "average.1.running_var", .at = 0, .number = -1,
     FORMAT = "tensor 'average.1.running_var': number 0 is negative"},
};

#define BADS ((int)(sizeof bad / sizeof bad[0]))

START_TEST(refuses_bad_files)
{
    const size_t size = make_changed_file(&bad[_i]);
    dg_snapshot *snapshot = (dg_snapshot *)1;
    counted.asked = 0;
    const digit_status status = dg_codec_decode(file, size, &snapshot);
    ck_assert_ptr_null(snapshot);
    ck_assert_uint_le(counted.asked, 2 * size + (1 << 20)); /* whatever the architecture asks */
    if (bad[_i].status == 1) { /* as a limit or for its tensors: but refused */
        ck_assert_int_ne(status, DIGIT_OK);
        return;
    }
    ck_assert_msg(status == bad[_i].status, "row %d: %d, '%s'", _i, status, dg_error_text());
    assert_error(bad[_i].sentence);
}
END_TEST

/* ---- Damage ----------------------------------------------------------- */

START_TEST(every_truncation_and_every_flipped_bit)
{
    const size_t size = make_file(false);
    dg_snapshot *snapshot;
    for (size_t length = 0; length < size; length++) {
        snapshot = (dg_snapshot *)1;
        ck_assert_int_eq(dg_codec_decode(file, length, &snapshot), DIGIT_ERR_FORMAT);
        ck_assert_ptr_null(snapshot);
    }
    for (size_t bit = 0; bit < 8 * size; bit++) {
        file[bit / 8] ^= (uint8_t)(1 << bit % 8);
        ck_assert_int_eq(dg_codec_decode(file, size, &snapshot), DIGIT_ERR_FORMAT);
        ck_assert_ptr_null(snapshot);
        file[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    ck_assert_int_eq(dg_codec_decode(file, size, &snapshot), DIGIT_OK);
    dg_snapshot_free(snapshot);
}
END_TEST

static uint32_t next_random(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

/* Changes that the checksum does not tell: refused, or a model like any other. */
START_TEST(resealed_mutants)
{
    const size_t size = make_file(_i);
    const size_t header = (size_t)dg_load_le64(file);
    uint32_t state = 20260101;
    int accepted = 0;
    for (int i = 0; i < 10000; i++) {
        dg_snapshot *snapshot, *again;
        size_t changed = size, again_size = FILE_MAX;
        memcpy(second_file, file, size);
        for (uint32_t n = next_random(&state) % 3 + 1; n > 0; n--) {
            const size_t at = 8 + next_random(&state) % (n == 1 ? header : size - 8);
            const uint32_t how = next_random(&state);
            second_file[at] = how & 1 ? (uint8_t)(how >> 8)
                                      : (uint8_t)"0123456789\"{}[],: "[(how >> 8) % 18];
        }
        if (next_random(&state) % 8 == 0)
            changed -= next_random(&state) % 64;
        dg_safetensors_seal(second_file, changed);
        const digit_status status = dg_codec_decode(second_file, changed, &snapshot);
        ck_assert_msg(status == DIGIT_OK || status == DIGIT_ERR_FORMAT ||
                          status == DIGIT_ERR_LIMIT || status == DIGIT_ERR_UNSUPPORTED,
                      "%d: %s", status, dg_error_text());
        ck_assert((snapshot != NULL) == (status == DIGIT_OK));
        if (!snapshot)
            continue;
        accepted++;
        ck_assert_int_eq(dg_codec_encode(snapshot, second_file, &again_size), DIGIT_OK);
        ck_assert_int_eq(dg_codec_decode(second_file, again_size, &again), DIGIT_OK);
        assert_same(snapshot, again);
        dg_snapshot_free(snapshot);
        dg_snapshot_free(again);
    }
    ck_assert_int_gt(accepted, 50);
    ck_assert_int_lt(accepted, 5000);
}
END_TEST

/* ---- Memory ----------------------------------------------------------- */

static digit_status read_once(size_t size)
{
    dg_snapshot *snapshot = (dg_snapshot *)1;
    const digit_status status = dg_codec_decode(file, size, &snapshot);
    ck_assert((snapshot != NULL) == (status == DIGIT_OK));
    dg_snapshot_free(snapshot);
    return status;
}

static dg_snapshot *written;

static digit_status write_once(size_t size)
{
    size_t room = FILE_MAX;
    const digit_status status = dg_codec_encode(written, second_file, &room);
    ck_assert_uint_eq(room, status == DIGIT_OK ? size : 0);
    return status;
}

START_TEST(every_allocation_may_fail)
{
    digit_status (*const act)(size_t) = _i & 1 ? read_once : write_once;
    const size_t size = make_file(true);
    bool reached = counting_works();

    written = make_model(true);
    counted.fail_on = _i & 2;
    for (counted.fail_at = 1; reached; counted.fail_at++) {
        counted.calls = 0;
        const digit_status status = act(size);
        reached = counted.calls >= counted.fail_at;
        ck_assert_msg(status == (reached ? DIGIT_ERR_MEMORY : DIGIT_OK), "allocation %d: %d, %s",
                      counted.fail_at, status, dg_error_text());
    }
    ck_assert(counted.fail_at > 10 || counted.fail_at == 1);
    counted.fail_at = 0;
    dg_snapshot_free(written);
}
END_TEST

/* ---- The model inside ------------------------------------------------- */

START_TEST(loads_the_model_inside)
{
    dg_snapshot *snapshot = (dg_snapshot *)1;
    const digit_status status = dg_pretrained_load(&snapshot);
    if (status == DIGIT_ERR_UNSUPPORTED) { /* built around an empty file */
        assert_error("built without a model");
        ck_assert_ptr_null(snapshot);
        return;
    }
    ck_assert_msg(status == DIGIT_OK, "%s", dg_error_text());
    ck_assert_ptr_null(snapshot->training);
    ck_assert_uint_gt(dg_network_parameters(snapshot->network), 0);
    ck_assert_str_ne(snapshot->trained_on, "");
    ck_assert_str_ne(snapshot->licence, "");
    dg_snapshot_free(snapshot);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("codec");
    TCase *files = tcase_create("files"), *damage = tcase_create("damage");
    SRunner *runner = srunner_create(suite);
    tcase_add_checked_fixture(files, counting_begin, NULL);
    tcase_add_loop_test(files, reads_what_it_writes, 0, 2);
    tcase_add_loop_test(files, writes_the_documented_layout, 0, 2);
    tcase_add_test(files, asks_for_the_size);
    tcase_add_test(files, refuses_to_write_broken_texts);
    tcase_add_loop_test(files, accepts_harmless_changes, 0,
                        (int)(sizeof harmless / sizeof harmless[0]));
    tcase_add_loop_test(files, refuses_bad_files, 0, BADS);
    tcase_add_test(files, loads_the_model_inside);
    suite_add_tcase(suite, files);

    tcase_add_checked_fixture(damage, counting_begin, NULL);
    tcase_set_timeout(damage, 120);
    tcase_add_test(damage, every_truncation_and_every_flipped_bit);
    tcase_add_loop_test(damage, resealed_mutants, 0, 2);
    tcase_add_loop_test(damage, every_allocation_may_fail, 0, 4);
    suite_add_tcase(suite, damage);

    srunner_run_all(runner, CK_NORMAL);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
