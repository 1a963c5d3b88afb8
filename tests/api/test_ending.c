/*
 * The library in use while things end: a thread, main() or the whole process. Each ending is a
 * child's, which must exit with what it asked for and not by a signal.
 */
#include "api.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/wait.h>
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

static void expect_exit(void (*live)(int round), int round)
{
    int status;
    fflush(NULL);
    const pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        signal(SIGALRM, SIG_DFL);
        alarm(CHILD_SECONDS);
        live(round);
        _exit(1);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_msg(WIFEXITED(status), "round %d ended by signal %d%s", round, WTERMSIG(status),
                  WTERMSIG(status) == SIGALRM ? ": it hung" : "");
    ck_assert_int_eq(WEXITSTATUS(status), ASKED_FOR);
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
static void exit_while_others_predict(int round)
{
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
        expect_exit(exit_while_others_predict, round);
}
END_TEST

static void predict_at_exit(void)
{
    if (!answers_are_right())
        _exit(2);
    digit_model_free(model);
}

static void exit_with_handler(int round)
{
    digit_model_set_threads(model, 1 + 2 * (uint32_t)round);
    if (atexit(predict_at_exit) != 0 || !answers_are_right())
        _exit(3);
    exit(ASKED_FOR);
}

START_TEST(a_handler_of_atexit_predicts)
{
    expect_exit(exit_with_handler, 0);
    expect_exit(exit_with_handler, 1);
}
END_TEST

/* main() returns to nobody: the process goes on until its last thread ends. */
static void *outlive_main(void *argument)
{
    const struct timespec pause = {0, 20000000};
    nanosleep(&pause, NULL);
    exit(answers_are_right() ? ASKED_FOR : 2);
}

static void end_main(int round)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, outlive_main, NULL) != 0)
        _exit(3);
    pthread_exit(NULL);
}

START_TEST(a_thread_outlives_main)
{
    expect_exit(end_main, 0);
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
