/*
 * Twenty-four threads at once: most share one model and predict, read, evaluate and save with it,
 * the others make, train and load models of their own. Every result is the one that a thread
 * alone gets, bit for bit. DIGIT_CROWD_SECONDS makes it last.
 */
#include "canvas.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>

enum { THREADS = 24, SAMPLES = 20, USUAL_SECONDS = 2 };

static struct {
    digit_model *model;
    digit_dataset *data;
    uint8_t *samples, *bytes, *trained;
    size_t size, trained_size;
    canvas page;
    digit_prediction expected[SAMPLES];
    digit_metrics metrics;
    char *text;
    time_t end;
    atomic_ulong rounds[THREADS];
    atomic_ulong wrong; /* assertions would take Check's lock and order the threads */
} crowd;

/* ---- What one thread does, over and over: true if all is as it should be ---- */

static bool predict(void)
{
    digit_prediction answers[SAMPLES];
    return digit_model_predict(crowd.model, crowd.samples, SAMPLES, answers) == DIGIT_OK &&
           memcmp(answers, crowd.expected, sizeof answers) == 0;
}

static bool evaluate(void)
{
    digit_metrics metrics = {.size = sizeof metrics};
    return digit_model_evaluate(crowd.model, crowd.data, &metrics) == DIGIT_OK &&
           memcmp(&metrics, &crowd.metrics, sizeof metrics) == 0;
}

/* Four cells: what is in them has to be an answer, however the network was made. */
static digit_status read_cells(digit_reading **reading)
{
    const digit_image image = image_of(&crowd.page);
    digit_read_options options = defaults();
    options.layout = DIGIT_LAYOUT_GRID;
    options.rows = 1;
    options.columns = 4;
    return digit_model_read(crowd.model, &image, &options, reading);
}

static bool read_page(void)
{
    digit_reading *reading;
    if (read_cells(&reading) != DIGIT_OK)
        return false;
    const bool same = strcmp(digit_reading_text(reading), crowd.text) == 0;
    digit_reading_free(reading);
    return same;
}

static bool save_and_load(void)
{
    digit_model *copy;
    size_t size = crowd.size;
    uint8_t *bytes = malloc(size);
    bool same = bytes && digit_model_save_memory(crowd.model, bytes, &size) == DIGIT_OK &&
                size == crowd.size && memcmp(bytes, crowd.bytes, size) == 0;
    if (same && digit_model_load_memory(bytes, size, &copy) == DIGIT_OK)
        digit_model_free(copy);
    else
        same = false;
    free(bytes);
    return same;
}

/* A model of its own, trained: the same file every time. */
static bool train(uint32_t threads)
{
    digit_model *model = NULL;
    digit_model_options options;
    digit_train_options training = api_train_options(1, 16);
    size_t size = crowd.trained_size;
    uint8_t *bytes = malloc(size);
    digit_model_options_init(&options, sizeof options);
    options.architecture = API_NORM;
    bool same = bytes && digit_model_create(&options, &model) == DIGIT_OK &&
                digit_model_set_threads(model, threads) == DIGIT_OK &&
                digit_model_train(model, crowd.data, &training) == DIGIT_OK &&
                digit_model_save_memory(model, bytes, &size) == DIGIT_OK &&
                size == crowd.trained_size && memcmp(bytes, crowd.trained, size) == 0;
    digit_model_free(model);
    free(bytes);
    return same;
}

static void *live(void *argument)
{
    const size_t number = (size_t)((atomic_ulong *)argument - crowd.rounds);
    do {
        bool right;
        switch (number % 8) {
        case 0: right = read_page(); break;
        case 1: right = save_and_load(); break;
        case 2: right = evaluate(); break;
        case 3: right = train(1 + (uint32_t)number / 8); break;
        default: right = predict();
        }
        crowd.wrong += !right;
        crowd.rounds[number]++;
    } while (time(NULL) < crowd.end);
    return NULL;
}

/* ---- Alone, then all together ----------------------------------------- */

static void set_up(void)
{
    digit_reading *reading;
    digit_train_options training = api_train_options(1, 16);
    digit_model *trained = api_model(API_NORM, 1);
    crowd.model = api_model(API_NORM, 5);
    crowd.data = api_dataset(40, 1);
    crowd.samples = api_samples(SAMPLES, 2, NULL);
    crowd.page = blank(160, 60);
    for (int cell = 0; cell < 4; cell++)
        bar(&crowd.page, 40 * cell + 15, 15, 5, 30);
    assert_ok(digit_model_predict(crowd.model, crowd.samples, SAMPLES, crowd.expected));
    crowd.metrics.size = sizeof crowd.metrics;
    assert_ok(digit_model_evaluate(crowd.model, crowd.data, &crowd.metrics));
    assert_ok(read_cells(&reading));
    crowd.text = strdup(digit_reading_text(reading));
    ck_assert_uint_gt(strlen(crowd.text), 0);
    digit_reading_free(reading);
    crowd.bytes = api_bytes(crowd.model, &crowd.size);
    assert_ok(digit_model_train(trained, crowd.data, &training));
    crowd.trained = api_bytes(trained, &crowd.trained_size);
    digit_model_free(trained);
}

static void tear_down(void)
{
    digit_model_free(crowd.model);
    digit_dataset_free(crowd.data);
    free(crowd.samples);
    free(crowd.bytes);
    free(crowd.trained);
    free(crowd.text);
    free(crowd.page.pixels);
}

START_TEST(everyone_gets_what_one_alone_gets)
{
    const char *wanted = getenv("DIGIT_CROWD_SECONDS");
    pthread_t threads[THREADS];
    assert_ok(digit_model_set_threads(crowd.model, 3));
    crowd.wrong = 0;
    crowd.end = time(NULL) + (wanted ? atoi(wanted) : USUAL_SECONDS);
    for (int i = 0; i < THREADS; i++) {
        crowd.rounds[i] = 0;
        ck_assert_int_eq(pthread_create(&threads[i], NULL, live, &crowd.rounds[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        ck_assert_uint_gt(crowd.rounds[i], 0);
    }
    ck_assert_uint_eq(crowd.wrong, 0);
}
END_TEST

static const api_test tests[] = {
    API_TEST(everyone_gets_what_one_alone_gets),
};

int main(void)
{
    return API_RUN("crowd", tests, 1200, set_up, tear_down);
}
