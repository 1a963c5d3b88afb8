/* Networks that read lines, through the interface. */
#include "api.h"
#include "canvas.h"
#include "support/temp_folder.h"

/* Small enough to train in a test. */
#define LINES "line 32 conv 4x5 stride 2 relu maxpool 2x1 conv 8 7x3 batchnorm relu conv 19x1"

static digit_train_options options_for(uint32_t epochs)
{
    digit_train_options options = api_train_options(epochs, 16);
    options.learning_rate = 0.01f;
    options.augment = 0.5f;
    return options;
}

/* Stops at the first report. */
static int stop(const digit_progress *progress, void *user_data)
{
    return 1;
}

START_TEST(describes_itself)
{
    digit_model *model = api_model("lines", 1);
    digit_model_info info = {.size = sizeof info};
    assert_ok(digit_model_get_info(model, &info));
    ck_assert_int_eq(strncmp(info.architecture, "line 32 conv ", 13), 0);
    ck_assert_uint_gt(info.parameters, 100000);
    ck_assert_uint_gt(info.sample_ops, 1000000);
    digit_model_free(model);
}
END_TEST

START_TEST(answers_no_question_about_digits)
{
    digit_model *lines = api_model(LINES, 1), *digits = api_model(API_SMALL, 1);
    uint8_t sample[DIGIT_SAMPLE_BYTES] = {0};
    digit_prediction answer;
    digit_reading *reading;
    digit_read_options options = defaults();
    canvas page = blank(60, 40);
    const digit_image image = image_of(&page);
    assert_fails(digit_model_predict(lines, sample, 1, &answer), DIGIT_ERR_ARGUMENT, "lines");
    assert_fails(digit_model_read(lines, &image, NULL, &reading), DIGIT_ERR_ARGUMENT, "lines");
    ck_assert_ptr_null(options.line_model);
    options.line_model = digits;
    assert_fails(digit_model_read(digits, &image, &options, &reading), DIGIT_ERR_ARGUMENT,
                 "line_model");
    options.line_model = lines;
    assert_ok(digit_model_read(digits, &image, &options, &reading));
    digit_reading_free(reading);
    free(page.pixels);
    digit_model_free(digits);
    digit_model_free(lines);
}
END_TEST

/* The same weights for any number of threads; saved and loaded they are the same model. */
START_TEST(trains_alike_on_any_threads)
{
    digit_dataset *data = api_dataset(60, 3);
    const digit_train_options options = options_for(2);
    digit_model *models[3], *again;
    size_t size;
    for (uint32_t i = 0; i < 3; i++) {
        models[i] = api_model(LINES, 7);
        assert_ok(digit_model_set_threads(models[i], 2 * i + 1));
        assert_ok(digit_model_train(models[i], data, &options));
        ck_assert(api_same_models(models[i], models[0]));
    }
    uint8_t *bytes = api_bytes(models[0], &size);
    assert_ok(digit_model_load_memory(bytes, size, &again));
    ck_assert(api_same_models(again, models[0]));
    free(bytes);
    digit_model_free(again);
    for (int i = 0; i < 3; i++)
        digit_model_free(models[i]);
    digit_dataset_free(data);
}
END_TEST

/* Its loss falls, it is measured on lines, and its confidence is calibrated. */
START_TEST(learns_lines)
{
    digit_dataset *data = api_dataset(400, 3), *other = api_dataset(40, 4);
    digit_model *model = api_model(LINES, 7);
    digit_train_options options = options_for(8);
    digit_metrics before = {.size = sizeof before}, after = {.size = sizeof after};
    options.validation = other;
    assert_ok(digit_model_evaluate(model, other, &before));
    assert_ok(digit_model_train(model, data, &options));
    assert_ok(digit_model_evaluate(model, other, &after));
    ck_assert_uint_eq(after.count, 40);
    ck_assert_uint_le(after.correct, 40);
    ck_assert_double_lt(after.loss, before.loss / 3);
    digit_model_free(model);
    digit_dataset_free(other);
    digit_dataset_free(data);
}
END_TEST

START_TEST(resumes_from_a_checkpoint)
{
    digit_dataset *data = api_dataset(60, 3);
    digit_train_options options = options_for(2);
    digit_model *whole = api_model(LINES, 7), *resumed = api_model(LINES, 7);
    assert_ok(digit_model_train(whole, data, &options));
    options.checkpoint = temp_path("checkpoint");
    options.progress = stop;
    assert_fails(digit_model_train(resumed, data, &options), DIGIT_ERR_CANCELLED, "stopped");
    digit_model_free(resumed);
    resumed = api_model(LINES, 7);
    options.progress = NULL;
    assert_ok(digit_model_train(resumed, data, &options));
    ck_assert(api_same_models(whole, resumed));
    digit_model_free(resumed);
    digit_model_free(whole);
    digit_dataset_free(data);
}
END_TEST

/* Samples without ink, as anybody's dataset may have. */
START_TEST(survives_blank_samples)
{
    static uint8_t samples[20 * DIGIT_SAMPLE_BYTES], labels[20];
    digit_dataset *data;
    digit_model *model = api_model(LINES, 7);
    const digit_train_options options = options_for(2);
    assert_ok(digit_dataset_create(samples, labels, 20, &data));
    assert_ok(digit_model_train(model, data, &options));
    digit_model_free(model);
    digit_dataset_free(data);
}
END_TEST

START_TEST(has_no_teachers)
{
    digit_dataset *data = api_dataset(20, 3);
    digit_model *model = api_model(LINES, 7), *other = api_model(LINES, 8);
    const digit_model *const teachers[] = {other};
    digit_train_options options = options_for(1);
    options.teachers = teachers;
    options.teacher_count = 1;
    assert_fails(digit_model_train(model, data, &options), DIGIT_ERR_ARGUMENT, "teachers");
    digit_model_free(other);
    digit_model_free(model);
    digit_dataset_free(data);
}
END_TEST

static const api_test tests[] = {
    API_TEST(describes_itself),
    API_TEST(answers_no_question_about_digits),
    API_TEST(trains_alike_on_any_threads),
    API_TEST(learns_lines),
    API_TEST(resumes_from_a_checkpoint),
    API_TEST(survives_blank_samples),
    API_TEST(has_no_teachers),
};

int main(void)
{
    return API_RUN("lines", tests, 120, temp_folder_make, temp_folder_remove);
}
