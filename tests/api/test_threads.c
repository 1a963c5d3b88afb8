/* Errors belong to threads, models to whoever made them. */
#include "api.h"

#include <pthread.h>
#include <stdio.h>

/* ---- digit_last_error() ----------------------------------------------- */

typedef struct complainer {
    pthread_t thread;
    pthread_barrier_t *barrier;
    uint32_t threads; /* a number only this one gets wrong */
    bool clean, kept;
} complainer;

static void *complain(void *argument)
{
    complainer *me = argument;
    char number[16];
    digit_model *model = api_model(API_SMALL, 1);
    snprintf(number, sizeof number, "%u", me->threads);
    me->clean = digit_last_error()[0] == '\0';
    pthread_barrier_wait(me->barrier);
    me->kept = true;
    for (int i = 0; i < 200; i++) {
        const digit_status status = digit_model_set_threads(model, me->threads);
        me->kept &= status == DIGIT_ERR_ARGUMENT && strstr(digit_last_error(), number) != NULL;
        me->kept &= digit_model_set_threads(model, 1) == DIGIT_OK;
        me->kept &= strstr(digit_last_error(), number) != NULL; /* success does not clear it */
    }
    pthread_barrier_wait(me->barrier);
    me->kept &= strstr(digit_last_error(), number) != NULL;
    digit_model_free(model);
    return NULL;
}

START_TEST(the_last_error_is_the_threads_own)
{
    complainer all[6];
    pthread_barrier_t barrier;
    digit_model_options wrong = {0};
    digit_model *model;
    ck_assert_str_eq(digit_last_error(), "");
    assert_fails(digit_model_create(&wrong, &model), DIGIT_ERR_ARGUMENT, "size");
    pthread_barrier_init(&barrier, NULL, 6);
    for (uint32_t i = 0; i < 6; i++) {
        all[i] = (complainer){.barrier = &barrier, .threads = 1000 + 111 * i};
        ck_assert_int_eq(pthread_create(&all[i].thread, NULL, complain, &all[i]), 0);
    }
    for (int i = 0; i < 6; i++) {
        pthread_join(all[i].thread, NULL);
        ck_assert(all[i].clean);
        ck_assert(all[i].kept);
    }
    pthread_barrier_destroy(&barrier);
    ck_assert_ptr_nonnull(strstr(digit_last_error(), "size"));
}
END_TEST

START_TEST(a_long_sentence_is_cut_between_characters)
{
    char path[2002];
    digit_model *model;
    for (int shift = 0; shift < 4; shift++) {
        memset(path, 'x', (size_t)shift);
        for (int i = shift; i + 4 <= 2000; i += 4)
            memcpy(path + i, "\xF0\x9F\x93\x96", 4);
        path[1996] = '\0';
        ck_assert_int_eq(digit_model_load(path, &model), DIGIT_ERR_IO);
        const char *text = digit_last_error();
        const size_t length = strlen(text);
        ck_assert_uint_gt(length, 100);
        ck_assert_uint_eq((length - (size_t)shift) % 4, 0); /* whole characters only */
    }
}
END_TEST

/* ---- Models side by side ---------------------------------------------- */

typedef struct worker {
    pthread_t thread;
    const digit_dataset *data;
    uint8_t *bytes;
    size_t size;
    uint64_t seed;
    uint32_t threads;
} worker;

/* A life of a model: made, trained, saved, loaded, asked, freed. */
static void *live(void *argument)
{
    worker *me = argument;
    digit_model *model = api_model(API_NORM, me->seed), *loaded;
    digit_train_options options = api_train_options(1, 64);
    digit_metrics metrics = {.size = sizeof metrics};
    options.seed = me->seed;
    assert_ok(digit_model_set_threads(model, me->threads));
    assert_ok(digit_model_train(model, me->data, &options));
    assert_ok(digit_model_evaluate(model, me->data, &metrics));
    me->bytes = api_bytes(model, &me->size);
    digit_model_free(model);
    assert_ok(digit_model_load_memory(me->bytes, me->size, &loaded));
    digit_model_free(loaded);
    return NULL;
}

START_TEST(models_do_not_disturb_one_another)
{
    enum { WORKERS = 6 };
    digit_dataset *data = api_dataset(200, 1);
    worker alone[2] = {{.data = data, .seed = 0, .threads = 1},
                       {.data = data, .seed = 1, .threads = 1}};
    worker all[WORKERS];
    live(&alone[0]);
    live(&alone[1]);
    for (uint32_t i = 0; i < WORKERS; i++) {
        all[i] = (worker){.data = data, .seed = i % 2, .threads = 1 + i / 2};
        ck_assert_int_eq(pthread_create(&all[i].thread, NULL, live, &all[i]), 0);
    }
    for (int i = 0; i < WORKERS; i++) {
        pthread_join(all[i].thread, NULL);
        ck_assert_uint_eq(all[i].size, alone[i % 2].size);
        assert_same_bytes(all[i].bytes, alone[i % 2].bytes, all[i].size);
        free(all[i].bytes);
    }
    free(alone[0].bytes);
    free(alone[1].bytes);
    digit_dataset_free(data);
}
END_TEST

/* The first thing a process does, from many threads at once. */
static void *open_library(void *argument)
{
    pthread_barrier_t *barrier = argument;
    digit_model *model;
    pthread_barrier_wait(barrier);
    ck_assert_uint_gt(strlen(digit_build_info()), 10);
    assert_ok(digit_model_create(NULL, &model));
    digit_model_free(model);
    return NULL;
}

START_TEST(the_library_opens_from_many_threads_at_once)
{
    pthread_t threads[8];
    pthread_barrier_t barrier;
    pthread_barrier_init(&barrier, NULL, 8);
    for (int i = 0; i < 8; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, open_library, &barrier), 0);
    for (int i = 0; i < 8; i++)
        pthread_join(threads[i], NULL);
    pthread_barrier_destroy(&barrier);
}
END_TEST

static const api_test tests[] = {
    API_TEST(the_last_error_is_the_threads_own),
    API_TEST(a_long_sentence_is_cut_between_characters),
    API_TEST(models_do_not_disturb_one_another),
    API_LOOP(the_library_opens_from_many_threads_at_once, 5),
};

int main(void)
{
    return API_RUN("threads", tests, 60, NULL, NULL);
}
