/*
 * pool.h - threads that pick numbered pieces of work.
 *
 * What a piece computes may depend only on its index, never on the thread: so
 * results are the same for any number of threads. A dg_pool is owned by one
 * model and may be used through it from many threads at once: one call gets the
 * workers, the others run their pieces on their own thread.
 */
#ifndef DG_BASE_POOL_H
#define DG_BASE_POOL_H

#include "base/deadline.h"

#include <stdatomic.h>
#include <stdint.h>

#define DG_THREADS_MAX 256

typedef struct dg_team dg_team;

typedef struct dg_pool {
    _Atomic(dg_team *) idle; /* the workers; NULL: not made yet, or at work */
    _Atomic(int) owner;      /* process that last made some; 0: none did */
} dg_pool;

/* One piece: `index` < count of the run; `worker` < threads of the run is this thread's number
 * while the run lasts (0: the caller's). */
typedef void (*dg_pool_fn)(void *context, uint32_t index, uint32_t worker);

/*
 * Run pieces 0 .. count-1 on up to `threads` threads, the caller's included, and
 * return when all are done. Workers are made at the first call that wants some
 * and kept; if fewer can be had, fewer work: this never fails.
 */
void dg_pool_run(dg_pool *pool, uint32_t threads, uint32_t count, dg_pool_fn run,
                 void *context);

/* Which threads a call may use, and until when. */
typedef struct dg_threads {
    dg_pool *pool;
    uint32_t count;
    const dg_deadline *deadline; /* NULL: none */
} dg_threads;

/* dg_pool_run() on these threads. When the deadline has passed no thread begins another piece:
 * DIGIT_ERR_TIMEOUT, and some of the work is not done. */
digit_status dg_threads_run(dg_threads threads, uint32_t count, dg_pool_fn run, void *context);

/* End the workers. No run may be under way. The pool may be used again. */
void dg_pool_close(dg_pool *pool);

#endif
