/* Threads that pick pieces: each piece once, whoever runs, whatever else goes on. */
#include "base/pool.h"

#include "../support/suite.h"

#include <fenv.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* TSan gives up after a fork of a process with threads unless told that we mean it. */
const char *__tsan_default_options(void);
const char *__tsan_default_options(void)
{
    return "die_after_fork=0";
}

#define COUNT_MOST 1000

typedef struct tally {
    uint32_t threads;
    atomic_uint done[COUNT_MOST];         /* times a piece was run */
    atomic_uint present[DG_THREADS_MAX]; /* threads that run as this worker now */
    atomic_uint faults;
} tally;

static void count_piece(void *context, uint32_t index, uint32_t worker)
{
    tally *t = context;
    if (worker >= t->threads || atomic_fetch_add(&t->present[worker], 1) != 0)
        atomic_fetch_add(&t->faults, 1);
    atomic_fetch_add(&t->done[index], 1);
    if (worker < t->threads)
        atomic_fetch_sub(&t->present[worker], 1);
}

/* Run `count` pieces; true if each was done once, no two of them by one worker at a time.
 * Allocates nothing: a fork may come at any time, and sanitizers' allocators don't stand that. */
static bool run_is_right(dg_pool *pool, uint32_t threads, uint32_t count)
{
    static _Thread_local tally mine;
    tally *t = &mine;
    memset(t, 0, sizeof *t);
    t->threads = threads;
    dg_pool_run(pool, threads, count, count_piece, t);
    bool right = t->faults == 0;
    for (uint32_t i = 0; i < COUNT_MOST; i++)
        right = right && t->done[i] == (i < count);
    return right;
}

START_TEST(runs_every_piece_once)
{
    dg_pool pool = {0};
    for (uint32_t count = 0; count <= COUNT_MOST; count += count < 100 ? 1 : 25)
        ck_assert_msg(run_is_right(&pool, (uint32_t)_i, count), "%d threads, %u pieces", _i,
                      count);
    dg_pool_close(&pool);
}
END_TEST

START_TEST(grows_closes_and_goes_on)
{
    dg_pool pool = {0};
    dg_pool_close(&pool);
    for (uint32_t threads = 1; threads < 20; threads++) {
        ck_assert(run_is_right(&pool, threads, 40));
        ck_assert(run_is_right(&pool, 2, 40));
        if (threads % 5 == 0)
            dg_pool_close(&pool);
    }
    ck_assert(run_is_right(&pool, 5000, 40)); /* more than DG_THREADS_MAX */
    dg_pool_close(&pool);
    dg_pool_close(&pool);
}
END_TEST

/* ---- Busy ------------------------------------------------------------- */

static void *run_often(void *argument)
{
    dg_pool *pool = argument;
    size_t wrong = 0;
    for (uint32_t i = 0; i < 300; i++)
        wrong += !run_is_right(pool, 1 + i % 4, i);
    return (void *)wrong;
}

START_TEST(serves_many_callers_at_once)
{
    enum { CALLERS = 6 };
    dg_pool pool = {0};
    pthread_t callers[CALLERS];
    for (int i = 0; i < CALLERS; i++)
        ck_assert_int_eq(pthread_create(&callers[i], NULL, run_often, &pool), 0);
    for (int i = 0; i < CALLERS; i++) {
        void *wrong;
        pthread_join(callers[i], &wrong);
        ck_assert_ptr_null(wrong);
    }
    dg_pool_close(&pool);
}
END_TEST

typedef struct nested {
    dg_pool *pool;
    atomic_uint right;
} nested;

static void run_inside(void *context, uint32_t index, uint32_t worker)
{
    nested *n = context;
    (void)worker;
    if (run_is_right(n->pool, 3, index + 1))
        atomic_fetch_add(&n->right, 1);
}

START_TEST(runs_within_a_run)
{
    dg_pool pool = {0};
    nested n = {.pool = &pool};
    dg_pool_run(&pool, 4, 50, run_inside, &n);
    ck_assert_uint_eq(n.right, 50);
    dg_pool_close(&pool);
}
END_TEST

/* ---- Workers' surroundings -------------------------------------------- */

typedef struct surroundings {
    pthread_t caller;
    atomic_uint workers, faults;
} surroundings;

static void look_around(void *context, uint32_t index, uint32_t worker)
{
    surroundings *s = context;
    volatile double least = 2.3e-308, one = 1, three = 3;
    sigset_t mask;
    (void)index;
    usleep(2000); /* so that others get pieces, too */
    if (pthread_equal(pthread_self(), s->caller)) {
        atomic_fetch_add(&s->faults, worker != 0);
        return;
    }
    pthread_sigmask(SIG_SETMASK, NULL, &mask);
    atomic_fetch_add(&s->workers, 1);
    atomic_fetch_add(&s->faults, one / three != 1.0 / 3.0); /* upwards it would be more */
    atomic_fetch_add(&s->faults, least / 16 != 0); /* denormals are flushed */
    atomic_fetch_add(&s->faults, !sigismember(&mask, SIGINT) || !sigismember(&mask, SIGPROF));
    atomic_fetch_add(&s->faults, sigismember(&mask, SIGSEGV) || sigismember(&mask, SIGFPE));
}

/* Whatever the caller's rounding and signals are when the workers are made. */
START_TEST(workers_have_their_own_surroundings)
{
    dg_pool pool = {0};
    surroundings s = {.caller = pthread_self()};
    sigset_t before, after;
    pthread_sigmask(SIG_SETMASK, NULL, &before);
    fesetround(FE_UPWARD);
    dg_pool_run(&pool, 4, 40, look_around, &s);
    fesetround(FE_TONEAREST);
    pthread_sigmask(SIG_SETMASK, NULL, &after);
    ck_assert_uint_gt(s.workers, 0);
    ck_assert_uint_eq(s.faults, 0);
    for (int number = 1; number < 32; number++)
        ck_assert_int_eq(sigismember(&before, number), sigismember(&after, number));
    dg_pool_close(&pool);
}
END_TEST

/* ---- fork ------------------------------------------------------------- */

/* TSan can't follow new threads in the child of a process that had some. */
#if defined(__SANITIZE_THREAD__)
#define CHILD_THREADS 1u
#else
#define CHILD_THREADS 4u
#endif

/* In a child: run, end the pool, say by the exit status how it went. */
static void run_in_child(dg_pool *pool)
{
    bool right = true;
    for (uint32_t i = 0; i < 50; i++)
        right = right && run_is_right(pool, 1 + i % CHILD_THREADS, 7 * i);
    dg_pool_close(pool);
    right = right && run_is_right(pool, CHILD_THREADS, 10);
    dg_pool_close(pool);
    _exit(right ? 0 : 1);
}

static void fork_and_wait(dg_pool *pool)
{
    int status = -1;
    const pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0)
        run_in_child(pool);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %d", status);
}

START_TEST(parent_and_child_go_on_after_fork)
{
    dg_pool pool = {0};
    fork_and_wait(&pool); /* before there are workers */
    for (int i = 0; i < 10; i++) {
        ck_assert(run_is_right(&pool, 4, 100));
        fork_and_wait(&pool);
    }
    ck_assert(run_is_right(&pool, 4, 100));
    dg_pool_close(&pool);
}
END_TEST

static atomic_bool enough;

static void *run_until_enough(void *argument)
{
    size_t wrong = 0;
    while (!enough)
        wrong += !run_is_right(argument, 3, 50);
    return (void *)wrong;
}

START_TEST(forks_while_busy)
{
    dg_pool pool = {0};
    pthread_t busy;
    void *wrong;
    enough = false;
    ck_assert_int_eq(pthread_create(&busy, NULL, run_until_enough, &pool), 0);
    for (int i = 0; i < 30; i++)
        fork_and_wait(&pool);
    enough = true;
    pthread_join(busy, &wrong);
    ck_assert_ptr_null(wrong);
    dg_pool_close(&pool);
}
END_TEST

static void count_done(void *context, uint32_t index, uint32_t worker)
{
    atomic_uint *done = context;
    (void)index, (void)worker;
    atomic_fetch_add(done, 1);
}

/* A thousand pieces of a millisecond: without a deadline all are done, with one of 20 ms not. */
static void wait_and_count(void *context, uint32_t index, uint32_t worker)
{
    const struct timespec wait = {0, 1000000};
    nanosleep(&wait, NULL);
    count_done(context, index, worker);
}

START_TEST(no_piece_begins_after_the_deadline)
{
    dg_pool pool = {0};
    atomic_uint all = 0, some = 0, none = 0;
    const dg_deadline soon = dg_deadline_begin(20);
    dg_threads threads = {&pool, (uint32_t)_i, NULL};
    ck_assert_int_eq(dg_threads_run(threads, COUNT_MOST, count_done, &all), DIGIT_OK);
    threads.deadline = &soon;
    ck_assert_int_eq(dg_threads_run(threads, COUNT_MOST, wait_and_count, &some),
                     DIGIT_ERR_TIMEOUT);
    ck_assert_int_eq(dg_threads_run(threads, COUNT_MOST, count_done, &none), DIGIT_ERR_TIMEOUT);
    ck_assert_uint_eq(all, COUNT_MOST);
    ck_assert_uint_lt(some, COUNT_MOST);
    ck_assert_uint_eq(none, 0);
    dg_pool_close(&pool);
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("pool");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, runs_every_piece_once, 1, 9);
    tcase_add_loop_test(tcase, no_piece_begins_after_the_deadline, 1, 4);
    tcase_add_test(tcase, grows_closes_and_goes_on);
    tcase_add_test(tcase, serves_many_callers_at_once);
    tcase_add_test(tcase, runs_within_a_run);
    tcase_add_test(tcase, workers_have_their_own_surroundings);
    tcase_add_test(tcase, parent_and_child_go_on_after_fork);
    tcase_add_test(tcase, forks_while_busy);
    return suite_run("pool", tcase);
}
