#define _GNU_SOURCE /* the writer-preferring rwlock, pthread_rwlock_clockwrlock() */
#include "math/slots.h"

#include "base/cpus.h"
#include "base/error.h"
#include "base/number.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#define EXIT_SECONDS 2 /* most that exit() waits for those inside */
#define SLOTS_MAX 64 /* OpenBLAS has room for more; each takes 128 MiB of address space */

/*
 * The gate is held for reading inside BLAS, for writing across fork(), and for good once
 * the process exits. It prefers writers: with the default kind, busy threads hold up a fork
 * for minutes.
 */
static pthread_rwlock_t gate = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;

static struct {
    pthread_mutex_t lock;
    pthread_cond_t freed;
    dg_slots_reserve_fn reserve;
    uint32_t limit;    /* slots worth having */
    uint32_t reserved; /* slots that exist */
    uint32_t busy;     /* slots in use */
    atomic_bool fork_handlers;
    atomic_bool open;
} slots = {.lock = PTHREAD_MUTEX_INITIALIZER, .freed = PTHREAD_COND_INITIALIZER};

static void before_fork(void)
{
    pthread_mutex_lock(&slots.lock);
    pthread_rwlock_wrlock(&gate);
}

static void after_fork_parent(void)
{
    pthread_rwlock_unlock(&gate);
    pthread_mutex_unlock(&slots.lock);
}

/* In the child only the forking thread is left, and it was not inside. */
static void after_fork_child(void)
{
    gate = (pthread_rwlock_t)PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;
    slots.lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
    slots.freed = (pthread_cond_t)PTHREAD_COND_INITIALIZER;
    slots.busy = 0;
}

/* Called with the lock held. Waits until nobody is inside: only then does taking n
 * buffers at once mean that n exist. */
static bool add_slot(void)
{
    pthread_rwlock_wrlock(&gate);
    const bool added = slots.reserve(slots.reserved + 1);
    pthread_rwlock_unlock(&gate);
    if (added)
        slots.reserved++;
    return added;
}

static void install_fork_handlers(void)
{
    slots.fork_handlers = pthread_atfork(before_fork, after_fork_parent, after_fork_child) == 0;
}

/* Called with the lock held. */
static digit_status open_first(dg_slots_reserve_fn reserve, void (*first_use)(void))
{
    if (!slots.fork_handlers)
        install_fork_handlers(); /* there was no memory for it the first time */
    if (!slots.fork_handlers)
        return dg_fail(DIGIT_ERR_MEMORY, "out of memory: no room for a fork handler");
    slots.reserve = reserve;
    slots.limit = dg_min_u32(dg_cpus_count(), SLOTS_MAX);
    if (!add_slot())
        return dg_fail(DIGIT_ERR_MEMORY,
                       "out of memory: OpenBLAS needs 130 MiB of address space a thread");
    first_use();
    slots.open = true;
    return DIGIT_OK;
}

/* The handlers come before the lock is taken for the first time: a child never inherits it
 * held by a thread that is not there any more. */
digit_status dg_slots_open(dg_slots_reserve_fn reserve, void (*first_use)(void))
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    digit_status status = DIGIT_OK;
    if (slots.open)
        return DIGIT_OK;
    pthread_once(&once, install_fork_handlers);
    pthread_mutex_lock(&slots.lock);
    if (!slots.open)
        status = open_first(reserve, first_use);
    pthread_mutex_unlock(&slots.lock);
    return status;
}

void dg_slots_enter(void)
{
    pthread_mutex_lock(&slots.lock);
    while (slots.busy == slots.reserved) {
        if (slots.reserved < slots.limit && add_slot())
            break;
        pthread_cond_wait(&slots.freed, &slots.lock);
    }
    slots.busy++;
    pthread_mutex_unlock(&slots.lock);
    pthread_rwlock_rdlock(&gate);
}

void dg_slots_leave(void)
{
    pthread_rwlock_unlock(&gate);
    pthread_mutex_lock(&slots.lock);
    slots.busy--;
    pthread_cond_signal(&slots.freed);
    pthread_mutex_unlock(&slots.lock);
}

/* While fork() waits this thread has the lock already, and glibc says so at once. */
void dg_slots_close(void)
{
    struct timespec end;
    if (!slots.open)
        return;
    clock_gettime(CLOCK_MONOTONIC, &end);
    end.tv_sec += EXIT_SECONDS;
    pthread_rwlock_clockwrlock(&gate, CLOCK_MONOTONIC, &end);
}
