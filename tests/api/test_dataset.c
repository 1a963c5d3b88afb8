/* Datasets: arrays, slices, IDX files good and bad. */
#include "api.h"
#include "support/temp_folder.h"

#include <zlib.h>

/* ---- Arrays and slices ------------------------------------------------ */

START_TEST(a_dataset_is_a_copy)
{
    uint8_t *labels, *samples = api_samples(20, 1, &labels);
    uint8_t *kept = malloc(20 * DIGIT_SAMPLE_BYTES), kept_labels[20];
    digit_dataset *dataset;
    ck_assert_ptr_nonnull(kept);
    memcpy(kept, samples, 20 * DIGIT_SAMPLE_BYTES);
    memcpy(kept_labels, labels, 20);
    assert_ok(digit_dataset_create(samples, labels, 20, &dataset));
    memset(samples, 0xFF, 20 * DIGIT_SAMPLE_BYTES);
    memset(labels, 0xFF, 20);
    ck_assert_uint_eq(digit_dataset_count(dataset), 20);
    assert_same_bytes(digit_dataset_samples(dataset), kept, 20 * DIGIT_SAMPLE_BYTES);
    assert_same_bytes(digit_dataset_labels(dataset), kept_labels, 20);
    free(samples);
    free(labels);
    free(kept);
    digit_dataset_free(dataset);
}
END_TEST

START_TEST(an_empty_dataset_is_one)
{
    digit_dataset *dataset, *slice;
    assert_ok(digit_dataset_create(NULL, NULL, 0, &dataset));
    ck_assert_uint_eq(digit_dataset_count(dataset), 0);
    assert_ok(digit_dataset_slice(dataset, 0, 0, &slice));
    digit_dataset_free(slice);
    assert_fails(digit_dataset_slice(dataset, 0, 1, &slice), DIGIT_ERR_ARGUMENT, "1");
    ck_assert_ptr_null(slice);
    digit_dataset_free(dataset);
}
END_TEST

START_TEST(wrong_arguments_are_named)
{
    uint8_t *labels, *samples = api_samples(20, 1, &labels);
    digit_dataset *dataset = api_dataset(1, 1), *out = dataset;
    assert_fails(digit_dataset_create(samples, labels, 20, NULL), DIGIT_ERR_ARGUMENT, "out");
    assert_fails(digit_dataset_create(NULL, labels, 20, &out), DIGIT_ERR_ARGUMENT, "samples");
    ck_assert_ptr_null(out);
    out = dataset;
    assert_fails(digit_dataset_create(samples, NULL, 20, &out), DIGIT_ERR_ARGUMENT, "labels");
    ck_assert_ptr_null(out);
    assert_fails(digit_dataset_create(samples, labels, SIZE_MAX, &out), DIGIT_ERR_ARGUMENT,
                 "samples");
    for (unsigned bad = 10; bad < 256; bad += 49) {
        labels[17] = (uint8_t)bad;
        out = dataset;
        assert_fails(digit_dataset_create(samples, labels, 20, &out), DIGIT_ERR_ARGUMENT, "17");
        ck_assert_ptr_null(out);
    }
    assert_fails(digit_dataset_slice(NULL, 0, 0, &out), DIGIT_ERR_ARGUMENT, "dataset");
    assert_fails(digit_dataset_slice(dataset, 0, 1, NULL), DIGIT_ERR_ARGUMENT, "out");
    assert_fails(digit_dataset_load_idx("a", "b", NULL), DIGIT_ERR_ARGUMENT, "out");
    assert_fails(digit_dataset_load_idx(NULL, "b", &out), DIGIT_ERR_ARGUMENT, "images_path");
    assert_fails(digit_dataset_load_idx("a", NULL, &out), DIGIT_ERR_ARGUMENT, "labels_path");
    assert_fails(digit_dataset_load_strokes("a", NULL), DIGIT_ERR_ARGUMENT, "out");
    assert_fails(digit_dataset_load_strokes(NULL, &out), DIGIT_ERR_ARGUMENT, "path");
    const digit_dataset *parts[] = {dataset, NULL};
    assert_fails(digit_dataset_join(parts, 1, NULL), DIGIT_ERR_ARGUMENT, "out");
    assert_fails(digit_dataset_join(NULL, 1, &out), DIGIT_ERR_ARGUMENT, "datasets");
    out = dataset;
    assert_fails(digit_dataset_join(parts, 2, &out), DIGIT_ERR_ARGUMENT, "datasets[1]");
    ck_assert_ptr_null(out);
    ck_assert_uint_eq(digit_dataset_count(NULL), 0);
    ck_assert_ptr_null(digit_dataset_samples(NULL));
    ck_assert_ptr_null(digit_dataset_labels(NULL));
    digit_dataset_free(NULL);
    digit_dataset_free(dataset);
    free(samples);
    free(labels);
}
END_TEST

START_TEST(slices_share_and_may_go_in_any_order)
{
    static const int orders[][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
                                    {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    digit_dataset *all[3] = {api_dataset(30, 1)};
    uint8_t labels[30];
    memcpy(labels, digit_dataset_labels(all[0]), 30);
    assert_ok(digit_dataset_slice(all[0], 10, 20, &all[1]));
    assert_ok(digit_dataset_slice(all[1], 5, 3, &all[2])); /* a slice of a slice */
    ck_assert_ptr_eq(digit_dataset_samples(all[2]),
                     digit_dataset_samples(all[0]) + 15 * DIGIT_SAMPLE_BYTES);
    for (int i = 0; i < 3; i++) {
        const int at = orders[_i][i];
        static const size_t first[] = {0, 10, 15}, counts[] = {30, 20, 3};
        ck_assert_uint_eq(digit_dataset_count(all[at]), counts[at]);
        assert_same_bytes(digit_dataset_labels(all[at]), labels + first[at], counts[at]);
        digit_dataset_free(all[at]);
    }
}
END_TEST

START_TEST(slices_end_where_the_data_ends)
{
    digit_dataset *dataset = api_dataset(30, 1), *slice = dataset;
    const size_t bad[][2] = {{0, 31}, {30, 1}, {31, 0}, {1, SIZE_MAX}, {SIZE_MAX, 1},
                             {SIZE_MAX, SIZE_MAX}, {5, SIZE_MAX - 4}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        slice = dataset;
        assert_fails(digit_dataset_slice(dataset, bad[i][0], bad[i][1], &slice),
                     DIGIT_ERR_ARGUMENT, "30");
        ck_assert_ptr_null(slice);
    }
    assert_ok(digit_dataset_slice(dataset, 30, 0, &slice));
    digit_dataset_free(slice);
    digit_dataset_free(dataset);
}
END_TEST

START_TEST(joined_datasets_are_a_copy)
{
    digit_dataset *first = api_dataset(30, 1), *second = api_dataset(20, 2), *none, *all;
    uint8_t labels[50];
    memcpy(labels, digit_dataset_labels(first), 30);
    memcpy(labels + 30, digit_dataset_labels(second), 20);
    assert_ok(digit_dataset_join(NULL, 0, &none));
    ck_assert_uint_eq(digit_dataset_count(none), 0);
    const digit_dataset *parts[] = {none, first, second};
    assert_ok(digit_dataset_join(parts, 3, &all));
    assert_same_bytes(digit_dataset_samples(all) + 30 * DIGIT_SAMPLE_BYTES,
                      digit_dataset_samples(second), 20 * DIGIT_SAMPLE_BYTES);
    digit_dataset_free(first);
    digit_dataset_free(second);
    digit_dataset_free(none);
    ck_assert_uint_eq(digit_dataset_count(all), 50);
    assert_same_bytes(digit_dataset_labels(all), labels, 50);
    digit_dataset_free(all);
}
END_TEST

/* ---- Strokes ---------------------------------------------------------- */

static digit_dataset *make_strokes(void)
{
    static const char text[] = "libdigit strokes 1\n"
                               "7 40: 0,0 140,10 90,300; 30,150 120,150\n"
                               "1 40: 5,0 5,100\n";
    digit_dataset *dataset;
    const char *path = temp_write("strokes", text, sizeof text - 1);
    assert_ok(digit_dataset_load_strokes(path, &dataset));
    return dataset;
}

START_TEST(strokes_are_samples)
{
    digit_dataset *dataset = make_strokes();
    ck_assert_uint_eq(digit_dataset_count(dataset), 80);
    ck_assert_uint_eq(digit_dataset_labels(dataset)[0], 7);
    ck_assert_uint_eq(digit_dataset_labels(dataset)[79], 1);
    digit_dataset_free(dataset);
    digit_dataset *out = dataset;
    assert_fails(digit_dataset_load_strokes(temp_path("none"), &out), DIGIT_ERR_IO, "none");
    ck_assert_ptr_null(out);
    const char *bad = temp_write("bad", "libdigit strokes 1\n7 1: x\n", 26);
    assert_fails(digit_dataset_load_strokes(bad, &out), DIGIT_ERR_FORMAT, "line 2");
}
END_TEST

/* Of strokes, an epoch sees another drawing; without augmentation, the sample as it is. */
START_TEST(training_draws_strokes_anew)
{
    digit_dataset *strokes = make_strokes(), *still;
    assert_ok(digit_dataset_create(digit_dataset_samples(strokes), digit_dataset_labels(strokes),
                                   digit_dataset_count(strokes), &still));
    for (int augmented = 0; augmented < 2; augmented++) {
        digit_train_options options = api_train_options(1, 16);
        digit_model *moving = api_model(API_SMALL, 1), *fixed = api_model(API_SMALL, 1);
        options.trained_on = "a 7 and a 1";
        options.augment = augmented ? 0.001f : 0;
        assert_ok(digit_model_train(moving, strokes, &options));
        assert_ok(digit_model_train(fixed, still, &options));
        ck_assert_int_eq(api_same_models(moving, fixed), !augmented);
        digit_model_free(moving);
        digit_model_free(fixed);
    }
    digit_dataset_free(strokes);
    digit_dataset_free(still);
}
END_TEST

/* ---- IDX -------------------------------------------------------------- */

enum {
    IDX_COUNT = 12,
    IMAGES_SIZE = 16 + IDX_COUNT * DIGIT_SAMPLE_BYTES,
    LABELS_SIZE = 8 + IDX_COUNT
};

static void put_be32(uint8_t *at, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> (24 - 8 * i));
}

/* A good pair of files. */
static void make_idx(uint8_t images[IMAGES_SIZE], uint8_t labels[LABELS_SIZE])
{
    uint8_t *own_labels, *samples = api_samples(IDX_COUNT, 4, &own_labels);
    put_be32(images, 0x803);
    put_be32(images + 4, IDX_COUNT);
    put_be32(images + 8, 28);
    put_be32(images + 12, 28);
    memcpy(images + 16, samples, IMAGES_SIZE - 16);
    put_be32(labels, 0x801);
    put_be32(labels + 4, IDX_COUNT);
    memcpy(labels + 8, own_labels, IDX_COUNT);
    free(samples);
    free(own_labels);
}

static const char *write_gzip(const char *name, const void *bytes, unsigned size)
{
    const char *path = temp_path(name);
    gzFile file = gzopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(gzwrite(file, bytes, size), (int)size);
    ck_assert_int_eq(gzclose(file), Z_OK);
    return path;
}

START_TEST(idx_files_are_read_plain_and_packed)
{
    uint8_t images[IMAGES_SIZE], labels[LABELS_SIZE];
    digit_dataset *dataset;
    make_idx(images, labels);
    const char *const images_paths[] = {temp_write("i", images, sizeof images),
                                        write_gzip("i.gz", images, sizeof images)};
    const char *const labels_paths[] = {temp_write("l", labels, sizeof labels),
                                        write_gzip("l.gz", labels, sizeof labels)};
    for (int i = 0; i < 4; i++) {
        assert_ok(digit_dataset_load_idx(images_paths[i % 2], labels_paths[i / 2], &dataset));
        ck_assert_uint_eq(digit_dataset_count(dataset), IDX_COUNT);
        assert_same_bytes(digit_dataset_samples(dataset), images + 16, IMAGES_SIZE - 16);
        assert_same_bytes(digit_dataset_labels(dataset), labels + 8, IDX_COUNT);
        digit_dataset_free(dataset);
    }
}
END_TEST

/* A number of one of the headers, replaced by a lie. */
static const struct {
    bool in_labels;
    int at;
    uint32_t value;
} lies[] = {
    {false, 0, 0x801},      {false, 0, 0x903},      {false, 0, 0x01000803}, {false, 0, 0},
    {false, 4, 0},          {false, 4, 11},         {false, 4, 13},         {false, 4, UINT32_MAX},
    {false, 4, 0x80000000}, {false, 8, 27},         {false, 8, 0},          {false, 8, UINT32_MAX},
    {false, 12, 29},        {false, 12, 0},         {false, 12, 0x10000},   {true, 0, 0x803},
    {true, 0, 0x80000801},  {true, 4, 0},           {true, 4, 11},          {true, 4, 13},
    {true, 4, UINT32_MAX},  {true, 8, 0x0A000000},  {true, 16, 0x010203FF},
};

START_TEST(a_lying_header_is_refused)
{
    uint8_t images[IMAGES_SIZE], labels[LABELS_SIZE];
    digit_dataset *dataset = (digit_dataset *)(void *)images;
    make_idx(images, labels);
    put_be32((lies[_i].in_labels ? labels : images) + lies[_i].at, lies[_i].value);
    for (int packed = 0; packed < 2; packed++) {
        const char *i = packed ? write_gzip("i", images, sizeof images)
                               : temp_write("i", images, sizeof images);
        const char *l = packed ? write_gzip("l", labels, sizeof labels)
                               : temp_write("l", labels, sizeof labels);
        const digit_status status = digit_dataset_load_idx(i, l, &dataset);
        ck_assert_msg(status == DIGIT_ERR_FORMAT || status == DIGIT_ERR_LIMIT ||
                          status == DIGIT_ERR_UNSUPPORTED,
                      "status %d, %s", (int)status, digit_last_error());
        ck_assert_ptr_null(dataset);
        ck_assert_uint_gt(strlen(digit_last_error()), 8);
    }
}
END_TEST

START_TEST(cut_and_damaged_idx_is_refused)
{
    uint8_t images[IMAGES_SIZE + 1] = {0}, labels[LABELS_SIZE];
    digit_dataset *dataset;
    make_idx(images, labels);
    const char *good = temp_write("l", labels, sizeof labels);
    static const size_t lengths[] = {0, 1, 3, 4, 15, 16, 17, IMAGES_SIZE / 2, IMAGES_SIZE - 1,
                                     IMAGES_SIZE + 1};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        assert_fails(digit_dataset_load_idx(temp_write("i", images, lengths[i]), good, &dataset),
                     DIGIT_ERR_FORMAT, "i");
        assert_fails(digit_dataset_load_idx(write_gzip("i", images, (unsigned)lengths[i]), good,
                                            &dataset),
                     DIGIT_ERR_FORMAT, "i");
    }
    const char *packed = write_gzip("i", images, IMAGES_SIZE);
    struct stat facts;
    ck_assert_int_eq(stat(packed, &facts), 0);
    for (off_t length = facts.st_size - 1; length > 0; length -= 97) {
        ck_assert_int_eq(truncate(packed, length), 0);
        assert_fails(digit_dataset_load_idx(packed, good, &dataset), DIGIT_ERR_FORMAT, "i");
        ck_assert_ptr_null(dataset);
    }
}
END_TEST

START_TEST(missing_files_are_an_io_error)
{
    uint8_t images[IMAGES_SIZE], labels[LABELS_SIZE];
    digit_dataset *dataset;
    make_idx(images, labels);
    const char *i = temp_write("i", images, sizeof images);
    const char *l = temp_write("l", labels, sizeof labels), *fifo = temp_path("fifo");
    ck_assert_int_eq(mkfifo(fifo, 0600), 0);
    assert_fails(digit_dataset_load_idx(temp_path("none"), l, &dataset), DIGIT_ERR_IO, "none");
    assert_fails(digit_dataset_load_idx(i, temp_path("none"), &dataset), DIGIT_ERR_IO, "none");
    assert_fails(digit_dataset_load_idx(temp_folder, l, &dataset), DIGIT_ERR_IO, "directory");
    assert_fails(digit_dataset_load_idx(i, fifo, &dataset), DIGIT_ERR_IO, "fifo");
    assert_fails(digit_dataset_load_idx(l, i, &dataset), DIGIT_ERR_FORMAT, "l");
}
END_TEST

static const api_test tests[] = {
    API_TEST(a_dataset_is_a_copy),
    API_TEST(an_empty_dataset_is_one),
    API_TEST(wrong_arguments_are_named),
    API_LOOP(slices_share_and_may_go_in_any_order, 6),
    API_TEST(slices_end_where_the_data_ends),
    API_TEST(joined_datasets_are_a_copy),
    API_TEST(strokes_are_samples),
    API_TEST(training_draws_strokes_anew),
    API_TEST(idx_files_are_read_plain_and_packed),
    API_LOOP(a_lying_header_is_refused, (int)(sizeof lies / sizeof lies[0])),
    API_TEST(cut_and_damaged_idx_is_refused),
    API_TEST(missing_files_are_an_io_error),
};

int main(void)
{
    return API_RUN("dataset", tests, 30, temp_folder_make, temp_folder_remove);
}
