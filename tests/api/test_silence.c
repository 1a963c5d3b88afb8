/* The library never prints: a tour of every function, right and wrong, with stdout and
 * stderr leading to a file that must stay empty. */
#include "api.h"
#include "support/temp_folder.h"

#include <fcntl.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>

static int ask_to_stop(const digit_progress *progress, void *user_data)
{
    return 1;
}

static void tour_of_models(void)
{
    digit_model *model, *other;
    digit_model_options options;
    digit_model_info info = {.size = sizeof info};
    uint8_t sample[DIGIT_SAMPLE_BYTES] = {0};
    digit_prediction answer;
    size_t size = 0;
    digit_version();
    digit_build_info();
    digit_status_text((digit_status)99);
    digit_model_options_init(&options, sizeof options);
    options.architecture = "dense dense";
    digit_model_create(&options, &model);
    digit_model_create(NULL, NULL);
    options.architecture = API_SMALL;
    assert_ok(digit_model_create(&options, &model));
    digit_model_load_pretrained(NULL);
    if (digit_model_load_pretrained(&other) == DIGIT_OK)
        digit_model_free(other);
    digit_model_load("/nowhere/to/be/found", &other);
    digit_model_load_memory("rubbish", 7, &other);
    digit_model_save(model, "/nowhere/to/be/found");
    digit_model_save(model, temp_path("m"));
    digit_model_save_memory(model, &size, &size);
    digit_model_get_info(model, &info);
    digit_model_get_info(NULL, NULL);
    digit_model_set_threads(model, 1000);
    digit_model_set_threads(model, 3);
    digit_model_predict(model, sample, 1, &answer);
    digit_model_predict(NULL, NULL, 1, NULL);
    digit_last_error();
    digit_model_free(model);
}

static void tour_of_training(void)
{
    digit_model *model = api_model("dense 300 dense 300 dense 10", 1);
    digit_dataset *data = api_dataset(100, 1), *slice;
    digit_metrics metrics = {.size = sizeof metrics};
    digit_train_options options = api_train_options(50, 10);
    digit_dataset_slice(data, 99, 2, &slice);
    digit_dataset_load_idx("/nowhere", "/nowhere", &slice);
    digit_dataset_load_strokes("/nowhere", &slice);
    digit_dataset_join(NULL, 1, &slice);
    digit_dataset_create(NULL, NULL, 1, &slice);
    options.progress = ask_to_stop;
    digit_model_train(model, data, &options);
    options.progress = NULL;
    options.learning_rate = NAN;
    digit_model_train(model, data, &options);
    options.learning_rate = 10;
    options.weight_decay = 1;
    digit_model_train(model, data, &options); /* diverges */
    digit_model_evaluate(model, data, &metrics);
    digit_model_evaluate(model, data, NULL);
    digit_dataset_free(data);
    digit_model_free(model);
}

static void tour_of_pictures(void)
{
    static const uint8_t gray[20 * 20];
    uint8_t sample[DIGIT_SAMPLE_BYTES];
    digit_image image = {gray, 20, 20, 20, DIGIT_PIXEL_GRAY8, DIGIT_INK_AUTO};
    digit_model_normalize(NULL, &image, sample, NULL);
    image.width = 70000;
    digit_model_normalize(NULL, &image, sample, NULL);
    digit_model_normalize(NULL, NULL, NULL, NULL);
}

START_TEST(nothing_is_printed)
{
    const char *path = temp_path("output");
    struct stat facts;
    fflush(NULL);
    const int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    const int out = dup(STDOUT_FILENO), err = dup(STDERR_FILENO);
    ck_assert_int_ge(file, 0);
    dup2(file, STDOUT_FILENO);
    dup2(file, STDERR_FILENO);
    tour_of_models();
    tour_of_training();
    tour_of_pictures();
    fflush(NULL);
    dup2(out, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    close(out);
    close(err);
    ck_assert_int_eq(fstat(file, &facts), 0);
    ck_assert_int_eq(facts.st_size, 0);
    close(file);
}
END_TEST

/* Nor does it leave descriptors open, or threads of a model that is gone. */
static int count_entries(const char *path)
{
    int count = 0;
    DIR *folder = opendir(path);
    ck_assert_ptr_nonnull(folder);
    while (readdir(folder))
        count++;
    closedir(folder);
    return count;
}

START_TEST(nothing_stays_open)
{
    tour_of_models(); /* what is opened once for all is open by now */
    const int descriptors = count_entries("/proc/self/fd");
    const int threads = count_entries("/proc/self/task");
    for (int i = 0; i < 3; i++) {
        tour_of_models();
        tour_of_pictures();
    }
    tour_of_training();
    ck_assert_int_eq(count_entries("/proc/self/fd"), descriptors);
    ck_assert_int_eq(count_entries("/proc/self/task"), threads);
}
END_TEST

static const api_test tests[] = {
    API_TEST(nothing_is_printed),
    API_TEST(nothing_stays_open),
};

int main(void)
{
    return API_RUN("silence", tests, 60, temp_folder_make, temp_folder_remove);
}
