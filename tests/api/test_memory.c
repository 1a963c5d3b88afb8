/*
 * Every public call with every one of its allocations failing, alone and with all that
 * follow, until a run is left in which none fails. Whatever happens: DIGIT_ERR_MEMORY and
 * a sentence, or success with the same results; nothing leaked; every object as it was; and the
 * same call succeeds right after.
 */
#include "api.h"
#include "failing.h"
#include "support/temp_folder.h"

#include <zlib.h>

/* Few layers and samples: there are thousands of rounds. */
#define NETWORK "conv 2x3 stride 2 batchnorm relu maxpool 4 dropout 25 dense 10"
enum { SAMPLES = 12, REQUESTS_MOST = 5000 };

/* What a scenario finds; everything but `model` stays the same all the time. */
typedef struct scene {
    digit_model *model; /* fresh in every round */
    digit_dataset *data;
    uint8_t *samples, *labels;
    uint8_t *bytes; /* of the model's file */
    size_t size;
    uint64_t expected; /* results of the call at hand when nothing fails */
} scene;

typedef struct scenario {
    const char *name;
    digit_status (*call)(scene *s); /* what it makes it frees */
    bool trains;                    /* success changes the model */
} scenario;

/* ---- The calls -------------------------------------------------------- */

/* FNV-1a of what the last call gave: success with less memory may not mean other results. */
static uint64_t results;

static void note(const void *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        results = (results ^ ((const uint8_t *)bytes)[i]) * 0x100000001b3u;
}

static void note_reading(const digit_reading *reading)
{
    size_t count;
    const char *text = digit_reading_text(reading);
    const digit_glyph *glyphs = digit_reading_glyphs(reading, &count);
    double probability;
    note(text, strlen(text));
    note(glyphs, count * sizeof *glyphs);
    for (uint32_t rank = 0;
         digit_reading_candidate(reading, 0, 0, rank, &text, &probability) == DIGIT_OK; rank++) {
        note(text, strlen(text));
        note(&probability, sizeof probability);
    }
}

static digit_status free_model(digit_status status, digit_model *model)
{
    if ((status == DIGIT_OK) != (model != NULL))
        return (digit_status)99; /* rule 1 */
    digit_model_free(model);
    return status;
}

static digit_status free_dataset(digit_status status, digit_dataset *dataset)
{
    if ((status == DIGIT_OK) != (dataset != NULL))
        return (digit_status)99;
    note(digit_dataset_samples(dataset), digit_dataset_count(dataset) * DIGIT_SAMPLE_BYTES);
    note(digit_dataset_labels(dataset), digit_dataset_count(dataset));
    digit_dataset_free(dataset);
    return status;
}

static digit_status create(scene *s)
{
    digit_model *model;
    digit_model_options options;
    digit_model_options_init(&options, sizeof options);
    options.architecture = NETWORK;
    const digit_status status = digit_model_create(&options, &model);
    return free_model(status, model);
}

static digit_status load(scene *s)
{
    digit_model *model;
    const digit_status status = digit_model_load(temp_path("m"), &model);
    return free_model(status, model);
}

static digit_status load_memory(scene *s)
{
    digit_model *model;
    const digit_status status = digit_model_load_memory(s->bytes, s->size, &model);
    return free_model(status, model);
}

static digit_status load_pretrained(scene *s)
{
    digit_model *model;
    const digit_status status = digit_model_load_pretrained(&model);
    return free_model(status, model);
}

static digit_status save(scene *s)
{
    return digit_model_save(s->model, temp_path("saved"));
}

static digit_status save_memory(scene *s)
{
    size_t size = s->size;
    return digit_model_save_memory(s->model, s->bytes, &size);
}

static digit_status create_dataset(scene *s)
{
    digit_dataset *dataset;
    const digit_status status = digit_dataset_create(s->samples, s->labels, SAMPLES, &dataset);
    return free_dataset(status, dataset);
}

static digit_status slice(scene *s)
{
    digit_dataset *dataset;
    const digit_status status = digit_dataset_slice(s->data, 3, 5, &dataset);
    return free_dataset(status, dataset);
}

static digit_status join(scene *s)
{
    const digit_dataset *parts[] = {s->data, s->data};
    digit_dataset *dataset;
    const digit_status status = digit_dataset_join(parts, 2, &dataset);
    return free_dataset(status, dataset);
}

static digit_status load_strokes(scene *s)
{
    digit_dataset *dataset, *twice = NULL;
    digit_status status = digit_dataset_load_strokes(temp_path("strokes"), &dataset);
    if (status == DIGIT_OK) {
        const digit_dataset *parts[] = {dataset, s->data};
        status = digit_dataset_join(parts, 2, &twice);
        digit_dataset_free(dataset);
    }
    return free_dataset(status, twice);
}

static digit_status load_idx(scene *s)
{
    digit_dataset *dataset;
    const digit_status status =
        digit_dataset_load_idx(temp_path("images"), temp_path("labels"), &dataset);
    return free_dataset(status, dataset);
}

static digit_status load_idx_gz(scene *s)
{
    digit_dataset *dataset;
    const digit_status status =
        digit_dataset_load_idx(temp_path("images.gz"), temp_path("labels.gz"), &dataset);
    return free_dataset(status, dataset);
}

/* Two updates, with all there is: averages, validation, calibration, a checkpoint. */
static digit_status train(scene *s)
{
    digit_train_options options = api_train_options(1, SAMPLES / 2);
    options.average = 0.9f;
    options.validation = s->data;
    options.checkpoint = temp_path("checkpoint");
    remove(options.checkpoint);
    return digit_model_train(s->model, s->data, &options);
}

static digit_status train_threads(scene *s)
{
    digit_train_options options = api_train_options(1, SAMPLES / 2);
    const digit_status status = digit_model_set_threads(s->model, 3);
    return status == DIGIT_OK ? digit_model_train(s->model, s->data, &options) : status;
}

static digit_status train_teachers(scene *s)
{
    digit_train_options options = api_train_options(1, SAMPLES / 2);
    const digit_model *teachers[] = {s->model, s->model};
    options.teachers = teachers;
    options.teacher_count = 2;
    return digit_model_train(s->model, s->data, &options);
}

/* The sum of one rank is what it has. */
static int add_nothing(const digit_reduction *reduction, void *user_data)
{
    return reduction->ranks != 1 || user_data != NULL;
}

static digit_status train_ranks(scene *s)
{
    digit_train_options options = api_train_options(1, SAMPLES / 2);
    options.checkpoint = temp_path("checkpoint");
    options.checkpoint_interval = 1;
    options.reduce = add_nothing;
    remove(options.checkpoint);
    return digit_model_train(s->model, s->data, &options);
}

static digit_status predict(scene *s, size_t count, uint32_t threads)
{
    digit_prediction answers[SAMPLES];
    digit_status status = digit_model_set_threads(s->model, threads);
    if (status == DIGIT_OK)
        status = digit_model_predict(s->model, s->samples, count, answers);
    if (status == DIGIT_OK)
        note(answers, count * sizeof answers[0]);
    return status;
}

static digit_status predict_one(scene *s)
{
    return predict(s, 1, 1);
}

static digit_status predict_batch(scene *s)
{
    return predict(s, SAMPLES, 4);
}

static digit_status evaluate(scene *s)
{
    digit_metrics metrics = {.size = sizeof metrics};
    digit_status status = digit_model_set_threads(s->model, 2);
    if (status == DIGIT_OK)
        status = digit_model_evaluate(s->model, s->data, &metrics);
    if (status == DIGIT_OK)
        note(&metrics, sizeof metrics);
    return status;
}

static digit_status normalize(scene *s)
{
    uint8_t gray[100 * 100], sample[DIGIT_SAMPLE_BYTES];
    digit_sample_info info = {.size = sizeof info};
    const digit_image image = {gray, 100, 100, 100, DIGIT_PIXEL_GRAY8, DIGIT_INK_AUTO};
    memset(gray, 240, sizeof gray);
    for (int y = 20; y < 80; y++)
        memset(gray + y * 100 + 40, 10 + y, 12);
    const digit_status status = digit_model_normalize(s->model, &image, sample, &info);
    if (status == DIGIT_OK)
        note(sample, sizeof sample);
    return status;
}

/* Digits that touch, a part and a dot, on a ruled line with a box: all the reader knows. */
enum { WIDTH = 200, HEIGHT = 90 };

/* Zeros that touch, a speck, a form line. */
static digit_image draw_page(void)
{
    static uint8_t gray[HEIGHT][WIDTH];
    memset(gray, 240, sizeof gray);
    for (int x = 5; x < 195; x++)
        gray[80][x] = gray[81][x] = 20;
    for (int digit = 0; digit < 4; digit++)
        for (int y = 20; y < 60; y++)
            memset(&gray[y][20 + 24 * digit], 20, y < 25 || y >= 55 ? 26 : 5);
    for (int y = 50; y < 58; y++)
        memset(&gray[y][130], 20, 8);
    return (digit_image){gray, WIDTH, WIDTH, HEIGHT, DIGIT_PIXEL_GRAY8, DIGIT_INK_AUTO};
}

static digit_status free_reading(digit_status status, digit_reading *reading)
{
    if ((status == DIGIT_OK) != (reading != NULL))
        return (digit_status)99;
    if (reading)
        note_reading(reading);
    digit_reading_free(reading);
    return status;
}

static digit_status read_layout(scene *s, uint32_t layout)
{
    const digit_image image = draw_page();
    digit_read_options options;
    digit_reading *reading = NULL;
    digit_read_options_init(&options, sizeof options);
    options.layout = layout;
    options.max_digits = 4;
    digit_status status = digit_model_set_threads(s->model, 2);
    if (status == DIGIT_OK)
        status = digit_model_read(s->model, &image, &options, &reading);
    return free_reading(status, reading);
}

/* One that fits, and one for which other texts are searched. */
static digit_status read_fields(scene *s)
{
    const digit_image image = draw_page();
    digit_field fields[2];
    digit_reading *reading = NULL;
    for (int i = 0; i < 2; i++)
        digit_field_init(&fields[i], sizeof fields[i]);
    fields[1].pattern = "dd-dd";
    digit_status status = digit_model_set_threads(s->model, 2);
    if (status == DIGIT_OK)
        status = digit_model_read_fields(s->model, &image, fields, 2, NULL, &reading);
    if (status == DIGIT_OK)
        note(digit_reading_fields(reading, NULL)[1].text,
             strlen(digit_reading_fields(reading, NULL)[1].text));
    return free_reading(status, reading);
}

static digit_status copy_model(scene *s)
{
    digit_model *copied = NULL;
    const digit_status status = digit_model_copy(s->model, &copied);
    return free_model(status, copied);
}

static digit_status predict_images(scene *s)
{
    const digit_image images[2] = {draw_page(), draw_page()};
    digit_prediction out[2] = {{0}};
    digit_status status = digit_model_set_threads(s->model, 2);
    if (status == DIGIT_OK)
        status = digit_model_predict_images(s->model, images, 2, out);
    if (status == DIGIT_OK)
        note(out, sizeof out);
    return status;
}

static digit_status read_page(scene *s)
{
    return read_layout(s, DIGIT_LAYOUT_PAGE);
}

static digit_status read_single(scene *s)
{
    return read_layout(s, DIGIT_LAYOUT_SINGLE);
}

static digit_status read_grid(scene *s)
{
    return read_layout(s, DIGIT_LAYOUT_GRID);
}

static const scenario scenarios[] = {
    {"create", create, false},
    {"load", load, false},
    {"load_memory", load_memory, false},
    {"load_pretrained", load_pretrained, false},
    {"save", save, false},
    {"save_memory", save_memory, false},
    {"dataset_create", create_dataset, false},
    {"dataset_slice", slice, false},
    {"dataset_join", join, false},
    {"dataset_load_strokes", load_strokes, false},
    {"dataset_load_idx", load_idx, false},
    {"dataset_load_idx, gzip", load_idx_gz, false},
    {"train", train, true},
    {"train with threads", train_threads, true},
    {"train with teachers", train_teachers, true},
    {"train as a rank", train_ranks, true},
    {"predict one", predict_one, false},
    {"predict many", predict_batch, false},
    {"evaluate", evaluate, false},
    {"normalize", normalize, false},
    {"read a page", read_page, false},
    {"read a digit", read_single, false},
    {"read a grid", read_grid, false},
    {"read fields", read_fields, false},
    {"copy a model", copy_model, false},
    {"predict pictures", predict_images, false},
};
#define SCENARIOS ((int)(sizeof scenarios / sizeof scenarios[0]))

/* ---- The scene -------------------------------------------------------- */

static void write_idx(const char *name, const void *head, size_t head_size, const void *body,
                      size_t size)
{
    char packed_name[32];
    uint8_t *all = malloc(head_size + size);
    ck_assert_ptr_nonnull(all);
    memcpy(all, head, head_size);
    memcpy(all + head_size, body, size);
    temp_write(name, all, head_size + size);
    snprintf(packed_name, sizeof packed_name, "%s.gz", name);
    gzFile file = gzopen(temp_path(packed_name), "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(gzwrite(file, all, (unsigned)(head_size + size)), (int)(head_size + size));
    ck_assert_int_eq(gzclose(file), Z_OK);
    free(all);
}

static void open_scene(scene *s)
{
    const uint8_t images_head[] = {0, 0, 8, 3, 0, 0, 0, SAMPLES, 0, 0, 0, 28, 0, 0, 0, 28};
    const uint8_t labels_head[] = {0, 0, 8, 1, 0, 0, 0, SAMPLES};
    static const char strokes[] = "libdigit strokes 1\n1 3: 0,0 0,9; 1,1\n";
    digit_model *model = api_model(NETWORK, 1);
    failing_open();
    s->model = NULL;
    s->samples = api_samples(SAMPLES, 1, &s->labels);
    s->data = api_dataset(SAMPLES, 1);
    s->bytes = api_bytes(model, &s->size);
    assert_ok(digit_model_save(model, temp_path("m")));
    digit_model_free(model);
    write_idx("images", images_head, sizeof images_head, s->samples,
              SAMPLES * DIGIT_SAMPLE_BYTES);
    write_idx("labels", labels_head, sizeof labels_head, s->labels, SAMPLES);
    temp_write("strokes", strokes, sizeof strokes - 1);
    temp_write("saved", "precious", 8);
}

static void close_scene(scene *s)
{
    digit_dataset_free(s->data);
    free(s->samples);
    free(s->labels);
    free(s->bytes);
}

static bool model_is_as_it_was(const scene *s)
{
    size_t size;
    uint8_t *bytes = api_bytes(s->model, &size);
    const bool same = size == s->size && memcmp(bytes, s->bytes, size) == 0;
    free(bytes);
    return same;
}

static bool file_starts_with(const char *path, const void *bytes, size_t size)
{
    char found[8] = "";
    FILE *file = fopen(path, "rb");
    const bool same = file && fread(found, 1, size, file) == size &&
                      memcmp(found, bytes, size) == 0;
    if (file)
        fclose(file);
    return same;
}

/* ---- One round -------------------------------------------------------- */

static digit_status call_and_note(scene *s, const scenario *what)
{
    results = 0xcbf29ce484222325u;
    return what->call(s);
}

static void note_model(const digit_model *model)
{
    size_t size;
    uint8_t *bytes = api_bytes(model, &size);
    note(bytes, size);
    free(bytes);
}

static void expect_results(scene *s, const scenario *what)
{
    assert_ok(digit_model_load_memory(s->bytes, s->size, &s->model));
    assert_ok(call_and_note(s, what));
    if (what->trains)
        note_model(s->model);
    s->expected = results;
    digit_model_free(s->model);
    if (what->call == save)
        temp_write("saved", "precious", 8);
}

static void check_results(const scene *s, const scenario *what, long n)
{
    if (what->trains)
        note_model(s->model);
    ck_assert_msg(results == s->expected, "%s, %ld: success, but other results", what->name, n);
}

/* Request `n` fails. Returns true when nothing had to fail any more. */
static bool try_round(scene *s, const scenario *what, long n, bool rest)
{
    const long live = failing_live();
    assert_ok(digit_model_load_memory(s->bytes, s->size, &s->model));
    failing_arm(n, rest);
    const digit_status status = call_and_note(s, what);
    const bool failed = failing_disarm();
    const char *context = rest ? "from the request on" : "one request";

    if (!failed)
        api_check_status(status, DIGIT_OK, what->name, __FILE__, __LINE__);
    ck_assert_msg(status == DIGIT_OK || status == DIGIT_ERR_MEMORY, "%s, %ld, %s: status %d (%s)",
                  what->name, n, context, (int)status, digit_last_error());
    if (status == DIGIT_ERR_MEMORY)
        ck_assert_msg(strstr(digit_last_error(), "memory") != NULL, "%s, %ld: '%s'", what->name, n,
                      digit_last_error());
    if (status == DIGIT_OK)
        check_results(s, what, n);
    if (status != DIGIT_OK || !what->trains)
        ck_assert_msg(model_is_as_it_was(s), "%s, %ld, %s: the model changed", what->name, n,
                      context);
    if (status != DIGIT_OK && what->call == save)
        ck_assert(file_starts_with(temp_path("saved"), "precious", 8));
    api_check_status(what->call(s), DIGIT_OK, what->name, __FILE__, __LINE__);
    if (what->call == save)
        temp_write("saved", "precious", 8);
    digit_model_free(s->model);
    ck_assert_msg(failing_live() == live, "%s, %ld, %s: %ld blocks leaked", what->name, n, context,
                  failing_live() - live);
    return !failed;
}

START_TEST(a_failing_allocation_is_only_a_status)
{
    const scenario *what = &scenarios[_i];
    scene s;
    open_scene(&s);
    if (what->call == load_pretrained && load_pretrained(&s) == DIGIT_ERR_UNSUPPORTED) {
        close_scene(&s); /* a library without a model in it */
        return;
    }
    expect_results(&s, what);
    for (int rest = 0; rest < 2; rest++) {
        long n = 1;
        while (!try_round(&s, what, n, rest))
            ck_assert_int_lt(++n, REQUESTS_MOST);
        if (what->call != normalize)
            ck_assert_int_gt(n, 1); /* the wrappers are in place */
    }
    close_scene(&s);
}
END_TEST

static const api_test tests[] = {
    API_LOOP(a_failing_allocation_is_only_a_status, SCENARIOS),
};

int main(void)
{
    return API_RUN("memory", tests, 300, temp_folder_make, temp_folder_remove);
}
