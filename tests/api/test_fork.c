/*
 * fork() while the library is busy: the child has its own locks and workers and must
 * neither hang nor answer otherwise. Every child has an alarm of its own.
 */
#include "api.h"
#include "support/child.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SAMPLES = 24, BUSY = 4, CHILD_SECONDS = 20 };

typedef struct scene {
    digit_model *model;
    uint8_t *samples;
    digit_prediction expected[SAMPLES];
    uint8_t *bytes;
    size_t size;
    atomic_bool stop;
    atomic_uint rounds; /* what the busy threads got done */
    atomic_uint wrong;  /* what went wrong there: assertions take a lock, which a child would
                           inherit as it stood */
} scene;

static void open_scene(scene *s, uint32_t threads)
{
    s->model = api_model("keras", 3);
    s->samples = api_samples(SAMPLES, 1, NULL);
    s->bytes = api_bytes(s->model, &s->size);
    s->stop = false;
    s->rounds = 0;
    s->wrong = 0;
    assert_ok(digit_model_set_threads(s->model, threads));
    assert_ok(digit_model_predict(s->model, s->samples, SAMPLES, s->expected));
}

static void close_scene(scene *s)
{
    free(s->bytes);
    free(s->samples);
    digit_model_free(s->model);
}

static bool answers_are_right(const scene *s, const digit_model *model)
{
    digit_prediction answers[SAMPLES];
    return digit_model_predict(model, s->samples, SAMPLES, answers) == DIGIT_OK &&
           memcmp(answers, s->expected, sizeof answers) == 0;
}

/* Uses the model it inherited, then one of its own. Returns an exit status. */
static int live_as_child(const void *opaque)
{
    const scene *s = opaque;
    digit_model *own;
    if (!answers_are_right(s, s->model))
        return 1;
    if (digit_model_load_memory(s->bytes, s->size, &own) != DIGIT_OK)
        return 2;
    if (digit_model_set_threads(own, 2) != DIGIT_OK || !answers_are_right(s, own))
        return 3;
    digit_model_free(own);
    return 0;
}

static void expect_good_child(const scene *s)
{
    ck_assert_int_eq(child_run(live_as_child, s, CHILD_SECONDS), 0);
}

/* How many forks: DIGIT_FORKS, for longer runs, or as many as the default lane has time for. */
static int fork_count(int usual)
{
    const char *wanted = getenv("DIGIT_FORKS");
    return wanted ? atoi(wanted) : usual;
}

static void *predict_busily(void *argument)
{
    scene *s = argument;
    while (!s->stop) {
        s->wrong += !answers_are_right(s, s->model);
        s->rounds++;
    }
    return NULL;
}

static void *load_busily(void *argument)
{
    scene *s = argument;
    while (!s->stop) {
        digit_model *model;
        s->wrong += digit_model_load_memory(s->bytes, s->size, &model) != DIGIT_OK;
        digit_model_free(model);
        s->rounds++;
    }
    return NULL;
}

static void fork_while(void *(*busily)(void *), uint32_t model_threads, int forks)
{
    scene s;
    pthread_t threads[BUSY];
    open_scene(&s, model_threads);
    for (int i = 0; i < BUSY; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, busily, &s), 0);
    for (int i = 0; i < forks; i++)
        expect_good_child(&s);
    s.stop = true;
    for (int i = 0; i < BUSY; i++)
        pthread_join(threads[i], NULL);
    ck_assert_uint_gt(s.rounds, 0);
    ck_assert_uint_eq(s.wrong, 0);
    close_scene(&s);
}

START_TEST(a_fork_while_others_predict)
{
    fork_while(predict_busily, _i == 0 ? 1 : 3, fork_count(100));
}
END_TEST

START_TEST(a_fork_while_others_load)
{
    fork_while(load_busily, 1, fork_count(100));
}
END_TEST

/* The model's workers stay with the parent; the child makes its own, and so does its child. */
START_TEST(a_child_of_a_child)
{
    scene s;
    open_scene(&s, 3);
    for (int i = 0; i < 10; i++) {
        int status;
        const pid_t child = fork();
        if (child == 0) {
            child_limit_time(2 * CHILD_SECONDS);
            if (live_as_child(&s) != 0)
                _exit(1);
            const pid_t grandchild = fork();
            if (grandchild == 0) {
                child_limit_time(CHILD_SECONDS);
                _exit(live_as_child(&s));
            }
            if (waitpid(grandchild, &status, 0) != grandchild || !WIFEXITED(status))
                _exit(2);
            _exit(WEXITSTATUS(status) == 0 ? live_as_child(&s) : 3);
        }
        ck_assert_int_eq(waitpid(child, &status, 0), child);
        ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    ck_assert(answers_are_right(&s, s.model));
    close_scene(&s);
}
END_TEST

/* Training has its workers, too, and a callback is a place from where people fork. */
static int fork_and_go_on(const digit_progress *progress, void *user_data)
{
    expect_good_child(user_data);
    return 0;
}

START_TEST(a_fork_from_a_progress_callback)
{
    scene s;
    open_scene(&s, 2);
    digit_model *model = api_model(API_SMALL, 1);
    digit_dataset *data = api_dataset(100, 1);
    digit_train_options options = api_train_options(3, 32);
    options.progress = fork_and_go_on;
    options.user_data = &s;
    assert_ok(digit_model_set_threads(model, 3));
    assert_ok(digit_model_train(model, data, &options));
    digit_dataset_free(data);
    digit_model_free(model);
    close_scene(&s);
}
END_TEST

static const api_test tests[] = {
    API_LOOP(a_fork_while_others_predict, 2),
    API_TEST(a_fork_while_others_load),
    API_TEST(a_child_of_a_child),
    API_TEST(a_fork_from_a_progress_callback),
};

int main(void)
{
    return API_RUN("fork", tests, 600, NULL, NULL);
}
