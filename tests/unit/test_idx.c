/* Datasets: arrays, slices, and IDX files good and bad, plain and gzip. */
#include "base/error.h"
#include "base/mem.h"
#include "data/dataset.h"
#include "data/idx.h"

#include "../support/temp_folder.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <zlib.h>

/* The library's allocations come through here, for the test to see how large they get. */
static size_t largest_allocation;

void *aligned_alloc(size_t alignment, size_t size)
{
    void *memory = NULL;
    if (size > largest_allocation)
        largest_allocation = size;
    return posix_memalign(&memory, alignment, size) == 0 ? memory : NULL;
}

static void assert_error(const char *part)
{
    ck_assert_msg(strstr(dg_error_text(), part) != NULL, "'%s' lacks '%s'", dg_error_text(), part);
}

/* ---- Arrays and slices ------------------------------------------------ */

#define MANY 5

static uint8_t some_samples[MANY * DIGIT_SAMPLE_BYTES];
static const uint8_t some_labels[MANY] = {3, 1, 4, 1, 9};

static digit_dataset *make_some(void)
{
    digit_dataset *dataset;
    for (size_t i = 0; i < sizeof some_samples; i++)
        some_samples[i] = (uint8_t)(i * 7);
    ck_assert_int_eq(dg_dataset_create(some_samples, some_labels, MANY, &dataset), DIGIT_OK);
    return dataset;
}

START_TEST(copies_arrays)
{
    digit_dataset *dataset = make_some();
    some_samples[0]++;
    ck_assert_uint_eq(dataset->count, MANY);
    ck_assert_mem_eq(dataset->samples + 1, some_samples + 1, sizeof some_samples - 1);
    ck_assert_uint_ne(dataset->samples[0], some_samples[0]);
    ck_assert_mem_eq(dataset->labels, some_labels, MANY);
    dg_dataset_free(dataset);
    dg_dataset_free(NULL);
}
END_TEST

START_TEST(refuses_labels_over_nine)
{
    static const uint8_t labels[MANY] = {3, 1, 10, 1, 11};
    digit_dataset *dataset = (digit_dataset *)1;
    ck_assert_int_eq(dg_dataset_create(some_samples, labels, MANY, &dataset), DIGIT_ERR_ARGUMENT);
    assert_error("label 2 is 10; labels are 0..9");
    ck_assert_ptr_null(dataset);
    ck_assert_int_eq(dg_dataset_create(some_samples, labels, SIZE_MAX / 700, &dataset),
                     DIGIT_ERR_ARGUMENT);
}
END_TEST

START_TEST(takes_no_samples)
{
    digit_dataset *dataset, *slice;
    ck_assert_int_eq(dg_dataset_create(NULL, NULL, 0, &dataset), DIGIT_OK);
    ck_assert_uint_eq(dataset->count, 0);
    ck_assert_uint_eq(dg_dataset_digest(dataset), 0);
    ck_assert_int_eq(dg_dataset_slice(dataset, 0, 0, &slice), DIGIT_OK);
    dg_dataset_free(dataset);
    dg_dataset_free(slice);
}
END_TEST

START_TEST(slices_share_storage)
{
    digit_dataset *whole = make_some(), *slice, *part;
    const uint8_t *samples = whole->samples, *labels = whole->labels;
    ck_assert_int_eq(dg_dataset_slice(whole, 1, 4, &slice), DIGIT_OK);
    ck_assert_int_eq(dg_dataset_slice(slice, 2, 1, &part), DIGIT_OK);
    ck_assert_ptr_eq(slice->samples, samples + DIGIT_SAMPLE_BYTES);
    ck_assert_ptr_eq(part->labels, labels + 3);
    dg_dataset_free(whole);
    dg_dataset_free(slice);
    ck_assert_uint_eq(part->count, 1);
    ck_assert_uint_eq(part->labels[0], 1);
    ck_assert_mem_eq(part->samples, some_samples + 3 * DIGIT_SAMPLE_BYTES, DIGIT_SAMPLE_BYTES);
    dg_dataset_free(part);
}
END_TEST

START_TEST(slices_stay_inside)
{
    static const size_t bad[][2] = {{0, 6}, {5, 1}, {6, 0}, {3, 3}, {SIZE_MAX, 2}, {2, SIZE_MAX}};
    digit_dataset *whole = make_some(), *slice;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        slice = whole;
        ck_assert_int_eq(dg_dataset_slice(whole, bad[i][0], bad[i][1], &slice),
                         DIGIT_ERR_ARGUMENT);
        ck_assert_ptr_null(slice);
        assert_error("there are only 5");
    }
    ck_assert_int_eq(dg_dataset_slice(whole, 5, 0, &slice), DIGIT_OK);
    dg_dataset_free(slice);
    dg_dataset_free(whole);
}
END_TEST

START_TEST(digest_tells_data_apart)
{
    digit_dataset *whole = make_some(), *slice;
    uLong crc = crc32(0, some_samples, sizeof some_samples);
    ck_assert_uint_eq(dg_dataset_digest(whole), crc32(crc, some_labels, MANY));
    ck_assert_int_eq(dg_dataset_slice(whole, 0, 4, &slice), DIGIT_OK);
    ck_assert_uint_ne(dg_dataset_digest(whole), dg_dataset_digest(slice));
    dg_dataset_free(slice);
    dg_dataset_free(whole);
}
END_TEST

static void *slice_often(void *whole)
{
    uintptr_t sum = 0;
    for (size_t i = 0; i < 5000; i++) {
        digit_dataset *slice;
        if (dg_dataset_slice(whole, i % MANY, 1, &slice) == DIGIT_OK) {
            sum += slice->labels[0];
            dg_dataset_free(slice);
        }
    }
    return (void *)sum;
}

START_TEST(threads_slice_one_dataset)
{
    digit_dataset *whole = make_some();
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, slice_often, whole), 0);
    for (int i = 0; i < 4; i++) {
        void *sum;
        pthread_join(threads[i], &sum);
        ck_assert_uint_eq((uintptr_t)sum, 1000 * (3 + 1 + 4 + 1 + 9));
    }
    ck_assert_mem_eq(whole->samples, some_samples, sizeof some_samples);
    dg_dataset_free(whole);
}
END_TEST

/* ---- Files: a good pair, and changes to it ---------------------------- */

#define COUNT 3u
#define FILE_MAX (64 << 10)

/* What to change in a file. Numbers of the header first; then its packing. */
typedef enum field {
    NOTHING,
    MAGIC,
    ITEMS,
    HEIGHT,
    WIDTH,
    BODY,  /* bytes behind the header */
    VALUE, /* of the third byte behind the header */
    GZIP,  /* pack it that many times */
    TWICE, /* append a second copy of everything */
    CUT,   /* bytes off the end */
    KEEP,  /* only that many bytes */
    MORE,  /* append zeros */
    FLIP,  /* a bit, counted from the start */
    FIELDS
} field;

typedef struct change {
    field field;
    uint32_t value;
} change;

#define CHANGES 3

static size_t pack(uint8_t *bytes, size_t size)
{
    uint8_t *packed = malloc(FILE_MAX);
    z_stream z = {.next_in = bytes, .avail_in = (uInt)size, .next_out = packed,
                  .avail_out = FILE_MAX};
    ck_assert_int_eq(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    ck_assert_int_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
    memcpy(bytes, packed, z.total_out);
    free(packed);
    ck_assert_int_eq(deflateEnd(&z), Z_OK);
    return z.total_out;
}

static void store_be32(uint8_t *bytes, uint32_t value)
{
    for (int i = 3; i >= 0; i--, value >>= 8)
        bytes[i] = (uint8_t)value;
}

/* Build bytes[FILE_MAX]: 3 images or their labels, with changes. */
static size_t build(bool images, const change changes[CHANGES], uint8_t *bytes)
{
    uint32_t set[FIELDS] = {0};
    bool is_set[FIELDS] = {false};
    const size_t header = images ? 16 : 8;
    size_t size = header + (images ? COUNT * DIGIT_SAMPLE_BYTES : COUNT);
    for (int i = 0; changes && i < CHANGES; i++) {
        set[changes[i].field] = changes[i].value;
        is_set[changes[i].field] = true;
    }
    memset(bytes, 0, FILE_MAX);
    store_be32(bytes, is_set[MAGIC] ? set[MAGIC] : images ? 0x803 : 0x801);
    store_be32(bytes + 4, is_set[ITEMS] ? set[ITEMS] : COUNT);
    if (images) {
        store_be32(bytes + 8, is_set[HEIGHT] ? set[HEIGHT] : DIGIT_SAMPLE_SIDE);
        store_be32(bytes + 12, is_set[WIDTH] ? set[WIDTH] : DIGIT_SAMPLE_SIDE);
    }
    for (size_t i = header; i < size; i++)
        bytes[i] = (uint8_t)(images ? i * i >> 3 : i % 10);
    if (is_set[BODY])
        size = header + set[BODY];
    if (is_set[VALUE])
        bytes[header + 2] = (uint8_t)set[VALUE];
    for (uint32_t i = 0; i < set[GZIP]; i++)
        size = pack(bytes, size);
    if (is_set[TWICE]) {
        memcpy(bytes + size, bytes, size);
        size *= 2;
    }
    size = is_set[KEEP] ? set[KEEP] : size + set[MORE] - set[CUT];
    memset(bytes + size, 0, FILE_MAX - size);
    if (is_set[FLIP])
        bytes[set[FLIP] / 8] ^= (uint8_t)(1 << set[FLIP] % 8);
    return size;
}

static const char *make_file(bool images, const change changes[CHANGES])
{
    uint8_t *bytes = malloc(FILE_MAX);
    const size_t size = build(images, changes, bytes);
    const char *path = temp_write(images ? "images.idx" : "labels.idx", bytes, size);
    free(bytes);
    return path;
}

static void assert_good(digit_status status, digit_dataset *dataset)
{
    uint8_t *bytes = malloc(FILE_MAX);
    ck_assert_msg(status == DIGIT_OK, "%s", dg_error_text());
    ck_assert_uint_eq(dataset->count, COUNT);
    build(true, NULL, bytes);
    ck_assert_mem_eq(dataset->samples, bytes + 16, COUNT * DIGIT_SAMPLE_BYTES);
    build(false, NULL, bytes);
    ck_assert_mem_eq(dataset->labels, bytes + 8, COUNT);
    dg_dataset_free(dataset);
    free(bytes);
}

/* ---- Good files ------------------------------------------------------- */

START_TEST(reads_plain_and_gzip)
{
    static const change packed[CHANGES] = {{GZIP, 1}};
    digit_dataset *dataset;
    /* Bits of _i: which of the two is gzip. */
    const char *images = make_file(true, _i & 1 ? packed : NULL);
    const char *labels = make_file(false, _i & 2 ? packed : NULL);
    errno = EDOM;
    const digit_status status = dg_idx_load(images, labels, &dataset);
    ck_assert_int_eq(errno, EDOM);
    assert_good(status, dataset);
}
END_TEST

START_TEST(reads_no_images)
{
    static const change none[CHANGES] = {{ITEMS, 0}, {BODY, 0}};
    static const change none_packed[CHANGES] = {{ITEMS, 0}, {BODY, 0}, {GZIP, 1}};
    digit_dataset *dataset;
    ck_assert_int_eq(dg_idx_load(make_file(true, none), make_file(false, none_packed), &dataset),
                     DIGIT_OK);
    ck_assert_uint_eq(dataset->count, 0);
    dg_dataset_free(dataset);
}
END_TEST

/* More than one buffer of compressed input, and nearly as compressible as can be. */
START_TEST(reads_many_images)
{
    const uint32_t count = 3000;
    const size_t pixels = (size_t)count * DIGIT_SAMPLE_BYTES;
    uint8_t *bytes = calloc(pixels + 16, 1);
    digit_dataset *dataset;
    uint32_t noise = 1;
    for (size_t i = 16; _i == 0 && i < pixels + 16; i++)
        bytes[i] = (uint8_t)((noise = noise * 1664525 + 1013904223) >> 24);
    store_be32(bytes, 0x803);
    store_be32(bytes + 4, count);
    store_be32(bytes + 8, 28);
    store_be32(bytes + 12, 28);
    gzFile file = gzopen(temp_path("images.idx"), "wb9");
    ck_assert_int_eq(gzwrite(file, bytes, (unsigned)pixels + 16), (int)pixels + 16);
    ck_assert_int_eq(gzclose(file), Z_OK);
    const change labels[CHANGES] = {{ITEMS, count}, {BODY, count}};
    ck_assert_int_eq(dg_idx_load(temp_path("images.idx"), make_file(false, labels), &dataset),
                     DIGIT_OK);
    ck_assert_mem_eq(dataset->samples, bytes + 16, pixels);
    dg_dataset_free(dataset);
    free(bytes);
}
END_TEST

/* ---- Bad files -------------------------------------------------------- */

static const struct {
    bool images; /* which of the two is bad */
    change changes[CHANGES];
    digit_status status;
    const char *sentence;
} bad[] = {
    /* Not an IDX file, or not of our kind. */
    {true, {{KEEP, 0}}, DIGIT_ERR_FORMAT, "images.idx: the IDX header ends after 0 of 4"},
    {true, {{KEEP, 3}}, DIGIT_ERR_FORMAT, "the IDX header ends after 3 of 4"},
    {true, {{KEEP, 15}}, DIGIT_ERR_FORMAT, "the list of dimensions ends after 11 of 12"},
    {false, {{KEEP, 7}}, DIGIT_ERR_FORMAT, "labels.idx: the list of dimensions ends after 3 of 4"},
    {true, {{MAGIC, 0x89504e47}}, DIGIT_ERR_FORMAT, "not an IDX file (begins with 89 50 4e 47)"},
    {true, {{MAGIC, 0x00010803}}, DIGIT_ERR_FORMAT, "not an IDX file"},
    {true, {{MAGIC, 0x00000703}}, DIGIT_ERR_FORMAT, "not an IDX file"},
    {true, {{MAGIC, 0x00000a03}}, DIGIT_ERR_FORMAT, "not an IDX file"},
    {true, {{MAGIC, 0x00000f03}}, DIGIT_ERR_FORMAT, "not an IDX file"},
    {true, {{MAGIC, 0x00000903}}, DIGIT_ERR_UNSUPPORTED, "type 0x09; only unsigned bytes"},
    {true, {{MAGIC, 0x00000d03}}, DIGIT_ERR_UNSUPPORTED, "type 0x0d"},
    {false, {{MAGIC, 0x00000c01}}, DIGIT_ERR_UNSUPPORTED, "type 0x0c"},
    {true, {{MAGIC, 0x00000801}}, DIGIT_ERR_FORMAT, "1 dimension; images have 3"},
    {true, {{MAGIC, 0x00000802}}, DIGIT_ERR_FORMAT, "2 dimensions; images have 3"},
    {true, {{MAGIC, 0x00000804}}, DIGIT_ERR_FORMAT, "4 dimensions; images have 3"},
    {true, {{MAGIC, 0x000008ff}}, DIGIT_ERR_FORMAT, "255 dimensions; images have 3"},
    {true, {{MAGIC, 0x00000800}}, DIGIT_ERR_FORMAT, "0 dimensions; images have 3"},
    {false, {{MAGIC, 0x00000803}}, DIGIT_ERR_FORMAT, "3 dimensions; labels have 1"},
    {true, {{HEIGHT, 27}}, DIGIT_ERR_UNSUPPORTED, "images of 28x27 pixels; only 28x28"},
    {true, {{WIDTH, 32}}, DIGIT_ERR_UNSUPPORTED, "images of 32x28 pixels"},
    {true, {{HEIGHT, 0}}, DIGIT_ERR_UNSUPPORTED, "images of 28x0 pixels"},
    {true, {{WIDTH, 0xffffffff}}, DIGIT_ERR_UNSUPPORTED, "images of 4294967295x28 pixels"},
    /* Lying counts. */
    {true, {{ITEMS, 4}}, DIGIT_ERR_FORMAT, "promises 3152 bytes; the file has 2368"},
    {true, {{ITEMS, 2}}, DIGIT_ERR_FORMAT, "promises 1584 bytes; the file has 2368"},
    {true, {{ITEMS, 0xffffffff}}, DIGIT_ERR_LIMIT, "promises more than 2147483648 bytes"},
    {true, {{ITEMS, 0x80000000}}, DIGIT_ERR_LIMIT, "promises more than"},
    {true, {{ITEMS, 2739138}}, DIGIT_ERR_LIMIT, "promises more than"},
    {true, {{ITEMS, 2739137}}, DIGIT_ERR_FORMAT, "promises 2147483424 bytes"},
    {false, {{ITEMS, 0xffffffff}}, DIGIT_ERR_LIMIT, "promises more than"},
    {true, {{CUT, 1}}, DIGIT_ERR_FORMAT, "promises 2368 bytes; the file has 2367"},
    {true, {{MORE, 1}}, DIGIT_ERR_FORMAT, "promises 2368 bytes; the file has 2369"},
    {false, {{CUT, 1}}, DIGIT_ERR_FORMAT, "promises 11 bytes; the file has 10"},
    {false, {{MORE, 9}}, DIGIT_ERR_FORMAT, "promises 11 bytes; the file has 20"},
    {false, {{ITEMS, 4}, {BODY, 4}}, DIGIT_ERR_FORMAT, "labels.idx: 4 labels for 3 images"},
    {true, {{ITEMS, 0}, {BODY, 0}}, DIGIT_ERR_FORMAT, "labels.idx: 3 labels for 0 images"},
    /* Labels. */
    {false, {{VALUE, 10}}, DIGIT_ERR_FORMAT, "labels.idx: label 2 is 10; labels are 0..9"},
    {false, {{VALUE, 255}, {GZIP, 1}}, DIGIT_ERR_FORMAT, "label 2 is 255"},
    /* gzip. */
    {true, {{GZIP, 1}, {KEEP, 2}}, DIGIT_ERR_FORMAT, "the gzip data ends early"},
    {true, {{GZIP, 1}, {KEEP, 9}}, DIGIT_ERR_FORMAT, "the gzip data ends early"},
    {true, {{GZIP, 1}, {KEEP, 40}}, DIGIT_ERR_FORMAT, "the gzip data ends early"},
    {true, {{GZIP, 1}, {CUT, 1}}, DIGIT_ERR_FORMAT, "the gzip data ends early"},
    {true, {{GZIP, 1}, {CUT, 8}}, DIGIT_ERR_FORMAT, "the gzip data ends early"},
    {true, {{GZIP, 1}, {MORE, 1}}, DIGIT_ERR_FORMAT, "bytes after the end of the gzip data"},
    {true, {{GZIP, 1}, {MORE, 20000}}, DIGIT_ERR_FORMAT, "bytes after the end of the gzip data"},
    {true, {{GZIP, 1}, {TWICE, 1}}, DIGIT_ERR_FORMAT, "bytes after the end of the gzip data"},
    {false, {{GZIP, 1}, {TWICE, 1}}, DIGIT_ERR_FORMAT, "bytes after the end of the gzip data"},
    {true, {{GZIP, 1}, {FLIP, 16}}, DIGIT_ERR_FORMAT, "damaged gzip data: unknown compression"},
    {true, {{GZIP, 1}, {FLIP, 31}}, DIGIT_ERR_FORMAT, "damaged gzip data: unknown header flags"},
    {true, {{GZIP, 1}, {FLIP, 82}}, DIGIT_ERR_FORMAT, "damaged gzip data: invalid"},
    {true, {{GZIP, 2}}, DIGIT_ERR_FORMAT, "not an IDX file (begins with 1f 8b 08"},
    {true, {{GZIP, 1}, {BODY, 0}}, DIGIT_ERR_FORMAT, "the data ends after 0 of 2352 bytes"},
    {true, {{GZIP, 1}, {BODY, 2351}}, DIGIT_ERR_FORMAT, "the data ends after 2351 of 2352 bytes"},
    {true, {{GZIP, 1}, {BODY, 2353}}, DIGIT_ERR_FORMAT, "holds more than its header says"},
    {true, {{GZIP, 1}, {BODY, 50000}}, DIGIT_ERR_FORMAT, "holds more than its header says"},
    {true, {{GZIP, 1}, {ITEMS, 2000000}}, DIGIT_ERR_FORMAT, "bytes of gzip cannot hold them"},
    {false, {{GZIP, 1}, {ITEMS, 0x7ffffff0}}, DIGIT_ERR_FORMAT, "bytes of gzip cannot hold them"},
    {true, {{GZIP, 1}, {ITEMS, 0xffffffff}}, DIGIT_ERR_LIMIT, "promises more than"},
    {true, {{GZIP, 1}, {MAGIC, 0x00000d03}}, DIGIT_ERR_UNSUPPORTED, "type 0x0d"},
    {true, {{GZIP, 1}, {WIDTH, 29}}, DIGIT_ERR_UNSUPPORTED, "images of 29x28"},
};

#define BADS ((int)(sizeof bad / sizeof bad[0]))

START_TEST(refuses_bad_files)
{
    digit_dataset *dataset = (digit_dataset *)1;
    const char *images = make_file(true, bad[_i].images ? bad[_i].changes : NULL);
    const char *labels = make_file(false, bad[_i].images ? NULL : bad[_i].changes);
    const int before = dup(0);
    close(before);
    largest_allocation = 0;
    const digit_status status = dg_idx_load(images, labels, &dataset);
    ck_assert_msg(status == bad[_i].status, "row %d: %d, '%s'", _i, status, dg_error_text());
    assert_error(bad[_i].sentence);
    assert_error(temp_folder);
    ck_assert_ptr_null(dataset);
    ck_assert_uint_le(largest_allocation, 1 << 20); /* whatever the header says */
    const int after = dup(0);
    close(after);
    ck_assert_int_eq(before, after);
}
END_TEST

START_TEST(damaged_crc_and_size)
{
    uint8_t *bytes = malloc(FILE_MAX);
    static const change packed[CHANGES] = {{GZIP, 1}};
    const size_t size = build(true, packed, bytes);
    digit_dataset *dataset;
    /* The last eight bytes of gzip: CRC-32 and length of the content. */
    bytes[size - (_i == 0 ? 8 : 4)] ^= 1;
    temp_write("images.idx", bytes, size);
    ck_assert_int_eq(dg_idx_load(temp_path("images.idx"), make_file(false, NULL), &dataset),
                     DIGIT_ERR_FORMAT);
    assert_error(_i == 0 ? "incorrect data check" : "incorrect length check");
    free(bytes);
}
END_TEST

/* Every truncation is refused; a flipped bit is refused or, in a time stamp, harmless. */
START_TEST(every_damage_of_a_gzip_file)
{
    uint8_t *bytes = malloc(FILE_MAX);
    static const change packed[CHANGES] = {{GZIP, 1}};
    const size_t size = build(false, packed, bytes);
    const char *images = make_file(true, NULL), *labels = temp_path("labels.idx");
    digit_dataset *dataset;
    for (size_t length = 0; length < size; length++) {
        temp_write("labels.idx", bytes, length);
        ck_assert_int_eq(dg_idx_load(images, labels, &dataset), DIGIT_ERR_FORMAT);
    }
    for (size_t bit = 0; bit < 8 * size; bit++) {
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        temp_write("labels.idx", bytes, size);
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        const digit_status status = dg_idx_load(images, labels, &dataset);
        ck_assert_int_ne(status, DIGIT_ERR_IO);
        if (status == DIGIT_OK) {
            ck_assert_uint_ge(bit / 8, 3); /* flags, time, compression level, system */
            ck_assert_uint_le(bit / 8, 9);
            assert_good(status, dataset);
        }
    }
    free(bytes);
}
END_TEST

START_TEST(io_errors_are_for_files_that_cannot_be_read)
{
    const char *images = make_file(true, NULL), *labels = make_file(false, NULL);
    digit_dataset *dataset = (digit_dataset *)1;
    ck_assert_int_eq(dg_idx_load(temp_path("none"), labels, &dataset), DIGIT_ERR_IO);
    assert_error("none: cannot open: No such file or directory");
    ck_assert_ptr_null(dataset);
    ck_assert_int_eq(dg_idx_load(images, temp_path("none"), &dataset), DIGIT_ERR_IO);
    ck_assert_int_eq(dg_idx_load(images, temp_folder, &dataset), DIGIT_ERR_IO);
    assert_error("is a directory");
    ck_assert_int_eq(dg_idx_load("/dev/zero", labels, &dataset), DIGIT_ERR_IO);
    assert_error("is not a regular file");
}
END_TEST

/* A sparse file: larger than anything that is read, and nothing of it is. */
START_TEST(refuses_huge_files)
{
    const char *images = make_file(true, NULL), *labels = make_file(false, NULL);
    digit_dataset *dataset;
    ck_assert_int_eq(truncate(images, ((off_t)1 << 31) + 1), 0);
    ck_assert_int_eq(dg_idx_load(images, labels, &dataset), DIGIT_ERR_LIMIT);
    assert_error("2147483649 bytes; at most 2147483648 are accepted");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("idx");
    TCase *arrays = tcase_create("arrays"), *files = tcase_create("files");
    SRunner *runner = srunner_create(suite);
    tcase_add_test(arrays, copies_arrays);
    tcase_add_test(arrays, refuses_labels_over_nine);
    tcase_add_test(arrays, takes_no_samples);
    tcase_add_test(arrays, slices_share_storage);
    tcase_add_test(arrays, slices_stay_inside);
    tcase_add_test(arrays, digest_tells_data_apart);
    tcase_add_test(arrays, threads_slice_one_dataset);
    suite_add_tcase(suite, arrays);

    tcase_add_checked_fixture(files, temp_folder_make, temp_folder_remove);
    tcase_set_timeout(files, 60);
    tcase_add_loop_test(files, reads_plain_and_gzip, 0, 4);
    tcase_add_test(files, reads_no_images);
    tcase_add_loop_test(files, reads_many_images, 0, 2);
    tcase_add_loop_test(files, refuses_bad_files, 0, BADS);
    tcase_add_loop_test(files, damaged_crc_and_size, 0, 2);
    tcase_add_test(files, every_damage_of_a_gzip_file);
    tcase_add_test(files, io_errors_are_for_files_that_cannot_be_read);
    tcase_add_test(files, refuses_huge_files);
    suite_add_tcase(suite, files);

    srunner_run_all(runner, CK_NORMAL);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
