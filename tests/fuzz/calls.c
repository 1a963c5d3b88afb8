/*
 * Public calls in any order, on models, datasets and readings in any state, with arguments good
 * and bad: each answers with a status of its own, and what fails changes nothing.
 */
#include "fuzz.h"

#include <math.h>

enum { SLOTS = 3, SAMPLES = 40, CALLS_MOST = 60 };

static const char *const architectures[] = {
    "dense 10",
    "avgpool 4 dense 10 other 1",
    "avgpool 7 batchnorm dropout 25 dense 6 batchnorm relu dense 10",
    "conv 2x5 stride 4 relu maxpool 2 dense 10",
    "conv 2x5 dense",
    "",
};
#define ARCHITECTURES (sizeof architectures / sizeof architectures[0])

typedef struct state {
    fuzz_input in;
    digit_model *models[SLOTS];
    digit_dataset *datasets[SLOTS];
    uint8_t samples[SAMPLES][DIGIT_SAMPLE_BYTES], labels[SAMPLES];
    uint8_t *bytes; /* of the model saved last */
    size_t size;
} state;

static digit_model **model_slot(state *s)
{
    return &s->models[fuzz_byte(&s->in) % SLOTS];
}

static digit_dataset **dataset_slot(state *s)
{
    return &s->datasets[fuzz_byte(&s->in) % SLOTS];
}

static void put_model(digit_model **slot, digit_status status, digit_model *model)
{
    FUZZ_REQUIRE((status == DIGIT_OK) == (model != NULL));
    if (status != DIGIT_OK)
        return;
    digit_model_free(*slot);
    *slot = model;
}

static void put_dataset(digit_dataset **slot, digit_status status, digit_dataset *dataset)
{
    FUZZ_REQUIRE((status == DIGIT_OK) == (dataset != NULL));
    if (status != DIGIT_OK)
        return;
    digit_dataset_free(*slot);
    *slot = dataset;
}

/* ---- The calls -------------------------------------------------------- */

static void create(state *s)
{
    digit_model_options options;
    digit_model *model;
    digit_model_options_init(&options, sizeof options);
    options.architecture = architectures[fuzz_byte(&s->in) % ARCHITECTURES];
    options.seed = fuzz_byte(&s->in);
    const digit_status status = digit_model_create(&options, &model);
    put_model(model_slot(s), status, model);
}

static void create_dataset(state *s)
{
    digit_dataset *dataset;
    const size_t count = fuzz_byte(&s->in) % (SAMPLES + 1u);
    const digit_status status =
        digit_dataset_create(s->samples[0], s->labels, count, &dataset);
    put_dataset(dataset_slot(s), status, dataset);
}

static void slice(state *s)
{
    digit_dataset *dataset;
    const size_t first = fuzz_byte(&s->in) % 48u, count = fuzz_byte(&s->in) % 48u;
    digit_dataset **slot = dataset_slot(s);
    const digit_status status = digit_dataset_slice(*dataset_slot(s), first, count, &dataset);
    put_dataset(slot, status, dataset);
}

static void set_threads(state *s)
{
    digit_model_set_threads(*model_slot(s), fuzz_byte(&s->in) % 4u);
}

static void predict(state *s)
{
    digit_prediction answers[SAMPLES];
    const digit_model *model = *model_slot(s);
    const size_t count = fuzz_byte(&s->in) % (SAMPLES + 1u);
    const digit_status status = digit_model_predict(model, s->samples[0], count, answers);
    FUZZ_REQUIRE(status == (model ? DIGIT_OK : DIGIT_ERR_ARGUMENT));
    for (size_t i = 0; status == DIGIT_OK && i < count; i++)
        fuzz_check_prediction(&answers[i]);
}

static void evaluate(state *s)
{
    digit_metrics metrics = {.size = sizeof metrics};
    const digit_model *model = *model_slot(s);
    const digit_dataset *dataset = *dataset_slot(s);
    if (digit_model_evaluate(model, dataset, &metrics) == DIGIT_OK)
        FUZZ_REQUIRE(metrics.correct <= metrics.count && !isnan(metrics.loss));
}

/* All of a model's file; NULL if there is no model. */
static uint8_t *save_bytes(const digit_model *model, size_t *size)
{
    *size = 0;
    if (digit_model_save_memory(model, NULL, size) != DIGIT_OK)
        return NULL;
    uint8_t *bytes = malloc(*size);
    FUZZ_REQUIRE(bytes && digit_model_save_memory(model, bytes, size) == DIGIT_OK);
    return bytes;
}

static int stop_at(const digit_progress *progress, void *user_data)
{
    return progress->samples_done > *(const uint8_t *)user_data;
}

static void train(state *s)
{
    digit_train_options options;
    digit_model *model = *model_slot(s);
    uint8_t patience = fuzz_byte(&s->in);
    size_t size_before, size_after;
    uint8_t *before = save_bytes(model, &size_before);
    digit_train_options_init(&options, sizeof options);
    options.epochs = fuzz_byte(&s->in) % 3u;
    options.batch = fuzz_byte(&s->in);
    options.learning_rate = ldexpf(1, fuzz_byte(&s->in) % 64 - 40);
    options.augment = (float)(fuzz_byte(&s->in) % 3) / 2;
    options.average = (float)(fuzz_byte(&s->in) % 101) / 100;
    options.pull = (float)(fuzz_byte(&s->in) % 3);
    options.validation = *dataset_slot(s);
    options.progress = stop_at;
    options.user_data = &patience;
    const digit_status status = digit_model_train(model, *dataset_slot(s), &options);
    uint8_t *after = save_bytes(model, &size_after);
    if (before && status != DIGIT_OK && status != DIGIT_ERR_CANCELLED)
        FUZZ_REQUIRE(size_before == size_after && memcmp(before, after, size_before) == 0);
    free(before);
    free(after);
}

static void save(state *s)
{
    size_t size;
    uint8_t *bytes = save_bytes(*model_slot(s), &size);
    if (!bytes)
        return;
    free(s->bytes);
    s->bytes = bytes;
    s->size = size;
}

static void load(state *s)
{
    digit_model *model;
    const size_t cut = fuzz_byte(&s->in) % 4u;
    if (!s->bytes || s->size < cut)
        return;
    const digit_status status = digit_model_load_memory(s->bytes, s->size - cut, &model);
    FUZZ_REQUIRE(status == (cut ? DIGIT_ERR_FORMAT : DIGIT_OK));
    put_model(model_slot(s), status, model);
}

static void read_picture(state *s)
{
    const digit_image image = {
        .pixels = s->samples[0],
        .stride = DIGIT_SAMPLE_SIDE,
        .width = DIGIT_SAMPLE_SIDE,
        .height = fuzz_byte(&s->in) % 128u,
    };
    digit_reading *reading;
    uint8_t sample[DIGIT_SAMPLE_BYTES];
    const digit_model *model = *model_slot(s);
    const digit_status status = digit_model_read(model, &image, NULL, &reading);
    FUZZ_REQUIRE((status == DIGIT_OK) == (reading != NULL));
    FUZZ_REQUIRE((status == DIGIT_OK) == (model && image.height > 0));
    digit_reading_free(reading);
    digit_model_normalize(model, &image, sample, NULL);
}

static void free_one(state *s)
{
    digit_model **model = model_slot(s);
    digit_dataset **dataset = dataset_slot(s);
    digit_model_free(*model);
    digit_dataset_free(*dataset);
    *model = NULL;
    *dataset = NULL;
}

static void (*const calls[])(state *) = {
    create,   create_dataset, slice, set_threads, predict,  evaluate,
    train,    save,           load,  read_picture, free_one,
};

/* ---- A life ----------------------------------------------------------- */

static void open_state(state *s)
{
    uint32_t noise = 1;
    for (int i = 0; i < SAMPLES; i++) {
        s->labels[i] = (uint8_t)(i % DIGIT_CLASSES);
        for (int k = 0; k < DIGIT_SAMPLE_BYTES; k++) {
            noise = noise * 1664525u + 1013904223u;
            s->samples[i][k] = (uint8_t)(k / 78 == s->labels[i] ? 255 : noise >> 27);
        }
    }
}

static void close_state(state *s)
{
    for (int i = 0; i < SLOTS; i++) {
        digit_model_free(s->models[i]);
        digit_dataset_free(s->datasets[i]);
    }
    free(s->bytes);
}

int fuzz_one(const uint8_t *data, size_t size)
{
    static state s;
    s = (state){.in = {data, size}};
    open_state(&s);
    for (int i = 0; i < CALLS_MOST && s.in.left > 0; i++)
        calls[fuzz_byte(&s.in) % (sizeof calls / sizeof calls[0])](&s);
    close_state(&s);
    return 0;
}
