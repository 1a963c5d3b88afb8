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
    dg_team *team;
    pthread_t thread;
    uint32_t number; /* from 1; 0 is the caller's */
} worker;

struct dg_team {
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
static uint32_t await_run(dg_team *team, uint32_t seen)
{
    for (int i = 0; i < SPINS; i++) {
        const uint32_t now = atomic_load_explicit(&team->generation, memory_order_acquire);
        if (now != seen)
            return now;
        relax();
    }
    pthread_mutex_lock(&team->lock);
    while (atomic_load(&team->generation) == seen)
        pthread_cond_wait(&team->wake, &team->lock);
    const uint32_t now = atomic_load(&team->generation);
    pthread_mutex_unlock(&team->lock);
    return now;
}

static void leave_run(dg_team *team)
{
    if (atomic_fetch_sub_explicit(&team->working, 1, memory_order_acq_rel) != 1)
        return;
    pthread_mutex_lock(&team->lock);
    pthread_cond_signal(&team->finished);
    pthread_mutex_unlock(&team->lock);
}

static void *worker_main(void *argument)
{
    const worker *self = argument;
    dg_team *team = self->team;
    uint32_t seen = 0;
    dg_fpenv_enter();
    for (;;) {
        seen = await_run(team, seen);
        if (team->stop)
            return NULL;
        if (self->number <= team->wanted)
            work(&team->state, self->number);
        leave_run(team);
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

static void team_free(dg_team *team)
{
    if (!team)
        return;
    pthread_mutex_lock(&team->lock);
    team->stop = true;
    atomic_fetch_add_explicit(&team->generation, 1, memory_order_release);
    pthread_cond_broadcast(&team->wake);
    pthread_mutex_unlock(&team->lock);
    for (uint32_t i = 0; i < team->started; i++)
        pthread_join(team->workers[i].thread, NULL);
    pthread_cond_destroy(&team->finished);
    pthread_cond_destroy(&team->wake);
    pthread_mutex_destroy(&team->lock);
    dg_free(team);
}

/* NULL when memory is short; fewer workers than asked for when threads are. */
static dg_team *team_create(uint32_t capacity)
{
    dg_team *team = dg_alloc_zero(1, sizeof *team + capacity * sizeof team->workers[0]);
    if (!team)
        return NULL;
    pthread_mutex_init(&team->lock, NULL);
    pthread_cond_init(&team->wake, NULL);
    pthread_cond_init(&team->finished, NULL);
    team->process = (int)getpid();
    team->capacity = capacity;
    for (uint32_t i = 0; i < capacity; i++) {
        team->workers[i] = (worker){.team = team, .number = i + 1};
        if (!start_worker(&team->workers[i]))
            break;
        team->started++;
    }
    return team;
}

static void team_run(dg_team *team, uint32_t helpers)
{
    pthread_mutex_lock(&team->lock);
    team->wanted = helpers;
    atomic_store(&team->working, team->started);
    atomic_fetch_add_explicit(&team->generation, 1, memory_order_release);
    pthread_cond_broadcast(&team->wake);
    pthread_mutex_unlock(&team->lock);

    work(&team->state, 0);

    for (int i = 0; i < SPINS; i++) {
        if (atomic_load_explicit(&team->working, memory_order_acquire) == 0)
            break;
        relax();
    }
    pthread_mutex_lock(&team->lock);
    while (atomic_load(&team->working) != 0)
        pthread_cond_wait(&team->finished, &team->lock);
    pthread_mutex_unlock(&team->lock);
}

/*
 * The team to use now, or NULL if another call has it. Taking it is one exchange,
 * no lock, so that a fork at any moment leaves the child able to go on: it sees
 * that the workers belong to another process and makes its own, forgetting the old.
 */
static dg_team *take_team(dg_pool *pool, uint32_t helpers)
{
    const int self = (int)getpid();
    dg_team *team = atomic_exchange(&pool->idle, NULL);
    if (!team || team->process != self) {
        int owner = atomic_load(&pool->owner);
        if (owner == self || !atomic_compare_exchange_strong(&pool->owner, &owner, self))
            return NULL;
        team = NULL;
    }
    if (team && team->capacity < helpers) {
        team_free(team);
        team = NULL;
    }
    if (!team)
        team = team_create(helpers);
    if (!team)
        atomic_store(&pool->owner, 0); /* the next call tries again */
    return team;
}

void dg_pool_run(dg_pool *pool, uint32_t threads, uint32_t count, dg_pool_fn run,
                 void *context)
{
    const uint32_t allowed = dg_min_u32(threads, DG_THREADS_MAX);
    const uint32_t useful = dg_min_u32(allowed, count);
    dg_team *team = useful > 1 ? take_team(pool, allowed - 1) : NULL;
    if (!team) {
        for (uint32_t index = 0; index < count; index++)
            run(context, index, 0);
        return;
    }
    team->state.run = run;
    team->state.context = context;
    team->state.count = count;
    atomic_store_explicit(&team->state.next, 0, memory_order_relaxed);
    team_run(team, useful - 1);
    atomic_store(&pool->idle, team);
}

/* Pieces of a run that ends at the deadline. */
typedef struct limited_run {
    dg_pool_fn run;
    void *context;
    const dg_deadline *deadline;
    atomic_bool late;
} limited_run;

static void run_in_time(void *context, uint32_t index, uint32_t number)
{
    limited_run *limited = context;
    if (atomic_load_explicit(&limited->late, memory_order_relaxed))
        return;
    if (dg_deadline_check(limited->deadline) == DIGIT_OK)
        limited->run(limited->context, index, number);
    else
        atomic_store_explicit(&limited->late, true, memory_order_relaxed);
}

digit_status dg_threads_run(dg_threads threads, uint32_t count, dg_pool_fn run, void *context)
{
    limited_run limited = {.run = run, .context = context, .deadline = threads.deadline};
    dg_pool_run(threads.pool, threads.count, count, run_in_time, &limited);
    /* The sentence of a failure is another thread's: it is said once more. */
    return atomic_load(&limited.late) ? dg_deadline_check(threads.deadline) : DIGIT_OK;
}

void dg_pool_close(dg_pool *pool)
{
    dg_team *team = atomic_exchange(&pool->idle, NULL);
    if (team && team->process == (int)getpid())
        team_free(team);
    atomic_store(&pool->owner, 0);
}
