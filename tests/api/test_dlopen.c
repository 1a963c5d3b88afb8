/*
 * The library as a plug-in: opened and closed often, by a program that is not linked to it. Its
 * path is in DIGIT_LIBRARY.
 */
#include "api.h"

#include <dirent.h>
#include <dlfcn.h>
#include <stdio.h>

enum { TIMES = 1000 };

static void *open_library(void)
{
    const char *path = getenv("DIGIT_LIBRARY");
    ck_assert_ptr_nonnull(path);
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    ck_assert_msg(library != NULL, "%s", dlerror());
    return library;
}

/* A function of the library; ISO C has no cast from an object's pointer to it. */
#define FIND(library, name, function)                                                          \
    do {                                                                                       \
        void *found = dlsym(library, name);                                                    \
        ck_assert_ptr_nonnull(found);                                                          \
        memcpy(&(function), &found, sizeof found);                                             \
    } while (0)

static void predict_with(void *library)
{
    digit_status (*create)(const digit_model_options *, digit_model **);
    digit_status (*predict)(const digit_model *, const uint8_t *, size_t, digit_prediction *);
    digit_status (*set_threads)(digit_model *, uint32_t);
    void (*free_model)(digit_model *);
    static const uint8_t samples[20][DIGIT_SAMPLE_BYTES];
    digit_prediction answers[20];
    digit_model *model;
    FIND(library, "digit_model_create", create);
    FIND(library, "digit_model_predict", predict);
    FIND(library, "digit_model_set_threads", set_threads);
    FIND(library, "digit_model_free", free_model);
    ck_assert_int_eq(create(NULL, &model), DIGIT_OK);
    ck_assert_int_eq(set_threads(model, 2), DIGIT_OK);
    ck_assert_int_eq(predict(model, samples[0], 20, answers), DIGIT_OK);
    free_model(model);
}

static int count_maps(void)
{
    int count = 0, c;
    FILE *maps = fopen("/proc/self/maps", "r");
    ck_assert_ptr_nonnull(maps);
    while ((c = getc(maps)) != EOF)
        count += c == '\n';
    fclose(maps);
    return count;
}

START_TEST(opened_and_closed_often)
{
    predict_with(open_library()); /* stays: it must not be unloaded while threads run */
    const int maps = count_maps();
    for (int i = 0; i < TIMES; i++) {
        void *library = open_library();
        if (i % 100 == 0)
            predict_with(library);
        ck_assert_int_eq(dlclose(library), 0);
    }
    ck_assert_int_le(count_maps(), maps + 2); /* the C library's heaps of threads */
}
END_TEST

/* Nothing in it is needed again after dlclose(), nor gone. */
START_TEST(closed_right_after_use)
{
    void *library = open_library();
    predict_with(library);
    ck_assert_int_eq(dlclose(library), 0);
    library = open_library();
    predict_with(library);
    ck_assert_int_eq(dlclose(library), 0);
}
END_TEST

static const api_test tests[] = {
    API_TEST(closed_right_after_use),
    API_TEST(opened_and_closed_often),
};

int main(void)
{
    return API_RUN("dlopen", tests, 120, NULL, NULL);
}
