#define _GNU_SOURCE /* the writer-preferring rwlock */
#include "math/slots.h"

#include "base/cpus.h"
#include "base/error.h"

#include <pthread.h>

#define SLOTS_MAX 64 /* OpenBLAS has room for more; each takes 128 MiB of address space */

/*
 * The gate is held for reading inside BLAS and for writing across fork(). It
 * prefers writers: with the default kind, busy threads hold up a fork for minutes.
 */
static pthread_rwlock_t gate = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;

static struct {
    pthread_mutex_t lock;
    pthread_cond_t freed;
    dg_slots_reserve_fn reserve;
    uint32_t limit;    /* slots worth having */
    uint32_t reserved; /* slots that exist */
    uint32_t busy;     /* slots in use */
    bool fork_handlers;
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

digit_status dg_slots_open(dg_slots_reserve_fn reserve)
{
    digit_status status = DIGIT_OK;
    pthread_mutex_lock(&slots.lock);
    if (!slots.fork_handlers) {
        slots.fork_handlers =
            pthread_atfork(before_fork, after_fork_parent, after_fork_child) == 0;
        if (!slots.fork_handlers)
            status = dg_fail(DIGIT_ERR_MEMORY, "out of memory: no room for a fork handler");
    }
    if (status == DIGIT_OK && slots.reserved == 0) {
        const uint32_t cpus = dg_cpus_count();
        slots.reserve = reserve;
        slots.limit = cpus < SLOTS_MAX ? cpus : SLOTS_MAX;
        if (!add_slot())
            status = dg_fail(DIGIT_ERR_MEMORY,
                             "out of memory: OpenBLAS needs 130 MiB of address space a thread");
    }
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
