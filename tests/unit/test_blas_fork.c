/* fork() while other threads open BLAS and multiply: the child can do both, too. */
#include "math/blas.h"

#include "../support/numbers.h"
#include "../support/suite.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

const char *__tsan_default_options(void);
const char *__tsan_default_options(void)
{
    return "die_after_fork=0";
}

#define SIDE 48
#define THREADS 3
#define FORKS 150

static dg_real a[SIDE * SIDE], b[SIDE * SIDE], product[SIDE * SIDE];
static atomic_bool enough;

static bool multiplies(void)
{
    dg_real c[SIDE * SIDE];
    dg_blas_enter();
    dg_gemm(false, false, SIDE, SIDE, SIDE, a, SIDE, b, SIDE, 0, c, SIDE);
    dg_blas_leave();
    return memcmp(c, product, sizeof c) == 0;
}

static void *keep_busy(void *argument)
{
    const bool opens = argument != NULL;
    size_t wrong = 0;
    while (!enough)
        wrong += opens ? dg_blas_open() != DIGIT_OK : !multiplies();
    return (void *)wrong;
}

static void set_up(void)
{
    ck_assert_int_eq(dg_blas_open(), DIGIT_OK);
    numbers_fill(1, SIDE * SIDE, 1, a);
    numbers_fill(2, SIDE * SIDE, 1, b);
    dg_blas_enter();
    dg_gemm(false, false, SIDE, SIDE, SIDE, a, SIDE, b, SIDE, 0, product, SIDE);
    dg_blas_leave();
    enough = false;
}

/* A child that hangs is ended by its alarm. */
static void fork_once(int number)
{
    int status = -1;
    const pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        signal(SIGALRM, SIG_DFL);
        alarm(5);
        bool right = true;
        for (int i = 0; i < 3; i++)
            right = right && dg_blas_open() == DIGIT_OK && multiplies();
        _exit(right ? 0 : 1);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_msg(WIFEXITED(status), "child %d hung", number);
    ck_assert_int_eq(WEXITSTATUS(status), 0);
}

static void fork_among(bool opens)
{
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, keep_busy, opens ? &enough : NULL);
    for (int i = 0; i < FORKS; i++)
        fork_once(i);
    enough = true;
    for (int i = 0; i < THREADS; i++) {
        void *wrong;
        pthread_join(threads[i], &wrong);
        ck_assert_ptr_null(wrong);
    }
}

START_TEST(while_others_multiply)
{
    set_up();
    fork_among(false);
}
END_TEST

/* As digit_model_create() and _load() do each time. */
START_TEST(while_others_open)
{
    set_up();
    fork_among(true);
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("blas_fork");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, while_others_multiply);
    tcase_add_test(tcase, while_others_open);
    return suite_run("blas_fork", tcase);
}
