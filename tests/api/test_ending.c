/*
 * The library in use while things end: a thread, main() or the whole process. Each ending is a
 * child's, which must exit with what it asked for and not by a signal.
 */
#include "api.h"
#include "support/child.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { SAMPLES = 24, BUSY = 4, CHILD_SECONDS = 30, EXITS = 100, ASKED_FOR = 42 };

static digit_model *model;
static uint8_t *samples;
static digit_prediction expected[SAMPLES];

static void set_up(void)
{
    model = api_model("keras", 3);
    samples = api_samples(SAMPLES, 1, NULL);
    assert_ok(digit_model_predict(model, samples, SAMPLES, expected));
}

static void tear_down(void)
{
    digit_model_free(model);
    free(samples);
}

static bool answers_are_right(void)
{
    digit_prediction answers[SAMPLES];
    return digit_model_predict(model, samples, SAMPLES, answers) == DIGIT_OK &&
           memcmp(answers, expected, sizeof answers) == 0;
}

static void expect_exit(int (*live)(const void *), const void *how)
{
    ck_assert_int_eq(child_run(live, how, CHILD_SECONDS), ASKED_FOR);
}

/* ---- exit() ----------------------------------------------------------- */

static void *predict_for_ever(void *argument)
{
    for (;;)
        if (!answers_are_right())
            _exit(2);
    return NULL;
}

/* OpenBLAS gives its memory back when the process exits: nobody may be inside by then. */
static int exit_while_others_predict(const void *how)
{
    const int round = *(const int *)how;
    pthread_t thread;
    const struct timespec pause = {0, 1000000 + round * 37000};
    digit_model_set_threads(model, 1 + (uint32_t)round % 3);
    for (int i = 0; i < BUSY; i++)
        if (pthread_create(&thread, NULL, predict_for_ever, NULL) != 0)
            _exit(3);
    nanosleep(&pause, NULL);
    exit(ASKED_FOR);
}

START_TEST(exit_while_threads_predict)
{
    for (int round = 0; round < EXITS; round++)
        expect_exit(exit_while_others_predict, &round);
}
END_TEST

static void predict_at_exit(void)
{
    if (!answers_are_right())
        _exit(2);
    digit_model_free(model);
}

static int exit_with_handler(const void *threads)
{
    digit_model_set_threads(model, *(const uint32_t *)threads);
    if (atexit(predict_at_exit) != 0 || !answers_are_right())
        _exit(3);
    exit(ASKED_FOR);
}

START_TEST(a_handler_of_atexit_predicts)
{
    for (uint32_t threads = 1; threads <= 3; threads += 2)
        expect_exit(exit_with_handler, &threads);
}
END_TEST

/* main() returns to nobody: the process goes on until its last thread ends. */
static void *outlive_main(void *argument)
{
    const struct timespec pause = {0, 20000000};
    nanosleep(&pause, NULL);
    exit(answers_are_right() ? ASKED_FOR : 2);
}

static int end_main(const void *unused)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, outlive_main, NULL) != 0)
        _exit(3);
    pthread_exit(NULL);
}

START_TEST(a_thread_outlives_main)
{
    expect_exit(end_main, NULL);
}
END_TEST

/* ---- Threads ---------------------------------------------------------- */

static pthread_key_t key;
static atomic_uint right, wrong;

/* Runs when the thread's own variables are on their way out. */
static void predict_once_more(void *value)
{
    digit_model *none;
    if (answers_are_right() && digit_model_load("/nowhere", &none) == DIGIT_ERR_IO &&
        strstr(digit_last_error(), "/nowhere"))
        right++;
    else
        wrong++;
}

static void *leave_a_value(void *argument)
{
    pthread_setspecific(key, argument);
    return NULL;
}

START_TEST(a_thread_predicts_while_it_ends)
{
    enum { THREADS = 50 };
    pthread_t thread;
    right = wrong = 0;
    ck_assert_int_eq(pthread_key_create(&key, predict_once_more), 0);
    for (int i = 0; i < THREADS; i++) {
        ck_assert_int_eq(pthread_create(&thread, NULL, leave_a_value, &key), 0);
        pthread_join(thread, NULL);
    }
    pthread_key_delete(key);
    ck_assert_uint_eq(right, THREADS);
    ck_assert_uint_eq(wrong, 0);
}
END_TEST

static const api_test tests[] = {
    API_TEST(exit_while_threads_predict),
    API_TEST(a_handler_of_atexit_predicts),
    API_TEST(a_thread_outlives_main),
    API_TEST(a_thread_predicts_while_it_ends),
};

int main(void)
{
    return API_RUN("ending", tests, 600, set_up, tear_down);
}
