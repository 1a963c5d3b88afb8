#define _GNU_SOURCE /* pthread_setname_np */
#include "base/pool.h"

#include "base/fpenv.h"
#include "base/mem.h"
#include "base/number.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <unistd.h>

/* The deepest stack of ours is OpenBLAS's small-matrix code, far below this. */
#define WORKER_STACK ((size_t)1 << 20)

/*
 * How often a thread looks again before it sleeps. Training hands out work twice
 * per update, a few milliseconds apart; waking a sleeper costs about 50 us.
 */
#define SPINS 4000

typedef struct run_state {
    dg_pool_fn run;
    void *context;
    uint32_t count;
    atomic_uint next; /* first piece nobody has picked */
} run_state;

typedef struct worker {
    dg_crew *crew;
    pthread_t thread;
    uint32_t number; /* from 1; 0 is the caller's */
} worker;

struct dg_crew {
    pthread_mutex_t lock;
    pthread_cond_t wake;     /* a new run, or the end */
    pthread_cond_t finished; /* no worker is left in the run */
    atomic_uint generation;  /* counts runs; a worker takes part when it changes */
    atomic_uint working;     /* workers that have not yet left the present run */
    uint32_t wanted;         /* workers that take part in the present run */
    bool stop;
    run_state state;
    int process; /* whose threads these are */
    uint32_t started; /* workers that run */
    uint32_t capacity;
    worker workers[]; /* [capacity] */
};

static inline void relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static void work(run_state *state, uint32_t number)
{
    for (;;) {
        const uint32_t index = atomic_fetch_add_explicit(&state->next, 1, memory_order_relaxed);
        if (index >= state->count)
            return;
        state->run(state->context, index, number);
    }
}

/* Wait until the generation is no longer `seen`; returns the new one. */
static uint32_t await_run(dg_crew *crew, uint32_t seen)
{
    for (int i = 0; i < SPINS; i++) {
        const uint32_t now = atomic_load_explicit(&crew->generation, memory_order_acquire);
        if (now != seen)
            return now;
        relax();
    }
    pthread_mutex_lock(&crew->lock);
    while (atomic_load(&crew->generation) == seen)
        pthread_cond_wait(&crew->wake, &crew->lock);
    const uint32_t now = atomic_load(&crew->generation);
    pthread_mutex_unlock(&crew->lock);
    return now;
}

static void leave_run(dg_crew *crew)
{
    if (atomic_fetch_sub_explicit(&crew->working, 1, memory_order_acq_rel) != 1)
        return;
    pthread_mutex_lock(&crew->lock);
    pthread_cond_signal(&crew->finished);
    pthread_mutex_unlock(&crew->lock);
}

static void *worker_main(void *argument)
{
    const worker *self = argument;
    dg_crew *crew = self->crew;
    uint32_t seen = 0;
    dg_fpenv_enter();
    for (;;) {
        seen = await_run(crew, seen);
        if (crew->stop)
            return NULL;
        if (self->number <= crew->wanted)
            work(&crew->state, self->number);
        leave_run(crew);
    }
}

/* Signals are the host's business: its handlers must not run on our threads. */
static bool start_worker(worker *self)
{
    sigset_t all, before;
    pthread_attr_t attributes;
    if (pthread_attr_init(&attributes) != 0)
        return false;
    pthread_attr_setstacksize(&attributes, WORKER_STACK);
    sigfillset(&all);
    sigdelset(&all, SIGBUS);
    sigdelset(&all, SIGFPE);
    sigdelset(&all, SIGILL);
    sigdelset(&all, SIGSEGV);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    const int error = pthread_create(&self->thread, &attributes, worker_main, self);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    if (error != 0)
        return false;
    pthread_setname_np(self->thread, "libdigit");
    return true;
}

static void crew_free(dg_crew *crew)
{
    if (!crew)
        return;
    pthread_mutex_lock(&crew->lock);
    crew->stop = true;
    atomic_fetch_add_explicit(&crew->generation, 1, memory_order_release);
    pthread_cond_broadcast(&crew->wake);
    pthread_mutex_unlock(&crew->lock);
    for (uint32_t i = 0; i < crew->started; i++)
        pthread_join(crew->workers[i].thread, NULL);
    pthread_cond_destroy(&crew->finished);
    pthread_cond_destroy(&crew->wake);
    pthread_mutex_destroy(&crew->lock);
    dg_free(crew);
}

/* NULL when memory is short; fewer workers than asked for when threads are. */
static dg_crew *crew_create(uint32_t capacity)
{
    dg_crew *crew = dg_alloc_zero(1, sizeof *crew + capacity * sizeof crew->workers[0]);
    if (!crew)
        return NULL;
    pthread_mutex_init(&crew->lock, NULL);
    pthread_cond_init(&crew->wake, NULL);
    pthread_cond_init(&crew->finished, NULL);
    crew->process = (int)getpid();
    crew->capacity = capacity;
    for (uint32_t i = 0; i < capacity; i++) {
        crew->workers[i] = (worker){.crew = crew, .number = i + 1};
        if (!start_worker(&crew->workers[i]))
            break;
        crew->started++;
    }
    return crew;
}

static void crew_run(dg_crew *crew, uint32_t helpers)
{
    pthread_mutex_lock(&crew->lock);
    crew->wanted = helpers;
    atomic_store(&crew->working, crew->started);
    atomic_fetch_add_explicit(&crew->generation, 1, memory_order_release);
    pthread_cond_broadcast(&crew->wake);
    pthread_mutex_unlock(&crew->lock);

    work(&crew->state, 0);

    for (int i = 0; i < SPINS; i++) {
        if (atomic_load_explicit(&crew->working, memory_order_acquire) == 0)
            break;
        relax();
    }
    pthread_mutex_lock(&crew->lock);
    while (atomic_load(&crew->working) != 0)
        pthread_cond_wait(&crew->finished, &crew->lock);
    pthread_mutex_unlock(&crew->lock);
}

/*
 * The crew to use now, or NULL if another call has it. Taking it is one exchange,
 * no lock, so that a fork at any moment leaves the child able to go on: it sees
 * that the workers belong to another process and makes its own, forgetting the old.
 */
static dg_crew *take_crew(dg_pool *pool, uint32_t helpers)
{
    const int self = (int)getpid();
    dg_crew *crew = atomic_exchange(&pool->idle, NULL);
    if (!crew || crew->process != self) {
        int owner = atomic_load(&pool->owner);
        if (owner == self || !atomic_compare_exchange_strong(&pool->owner, &owner, self))
            return NULL;
        crew = NULL;
    }
    if (crew && crew->capacity < helpers) {
        crew_free(crew);
        crew = NULL;
    }
    if (!crew)
        crew = crew_create(helpers);
    if (!crew)
        atomic_store(&pool->owner, 0); /* the next call tries again */
    return crew;
}

void dg_pool_run(dg_pool *pool, uint32_t threads, uint32_t count, dg_pool_fn run,
                 void *context)
{
    const uint32_t allowed = dg_min_u32(threads, DG_THREADS_MAX);
    const uint32_t useful = dg_min_u32(allowed, count);
    dg_crew *crew = useful > 1 ? take_crew(pool, allowed - 1) : NULL;
    if (!crew) {
        for (uint32_t index = 0; index < count; index++)
            run(context, index, 0);
        return;
    }
    crew->state.run = run;
    crew->state.context = context;
    crew->state.count = count;
    atomic_store_explicit(&crew->state.next, 0, memory_order_relaxed);
    crew_run(crew, useful - 1);
    atomic_store(&pool->idle, crew);
}

void dg_pool_close(dg_pool *pool)
{
    dg_crew *crew = atomic_exchange(&pool->idle, NULL);
    if (crew && crew->process == (int)getpid())
        crew_free(crew);
    atomic_store(&pool->owner, 0);
}
