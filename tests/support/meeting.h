/* meeting.h - a reduce function for ranks that are threads of one process. */
#ifndef DIGIT_TEST_MEETING_H
#define DIGIT_TEST_MEETING_H

#include <digit/digit.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

typedef struct meeting {
    pthread_barrier_t barrier; /* for all ranks */
    float *values;             /* [ranks][room] */
    size_t room;
    size_t calls;   /* of rank 0 */
    size_t fail_at; /* the call that fails on every rank; 0: none */
} meeting;

static inline void meeting_open(meeting *m, uint32_t ranks)
{
    memset(m, 0, sizeof *m);
    pthread_barrier_init(&m->barrier, NULL, ranks);
}

static inline void meeting_close(meeting *m)
{
    pthread_barrier_destroy(&m->barrier);
    free(m->values);
}

/* values[0] += values[1] + ..., as a binary tree over the rank. */
static inline void meeting_add(const meeting *m, uint32_t ranks, size_t count)
{
    for (uint32_t apart = 1; apart < ranks; apart *= 2)
        for (uint32_t r = 0; r + apart < ranks; r += 2 * apart)
            for (size_t i = 0; i < count; i++)
                m->values[r * m->room + i] += m->values[(r + apart) * m->room + i];
}

static inline int meeting_reduce(const digit_reduction *reduction, void *user_data)
{
    meeting *m = user_data;
    const size_t size = reduction->count * sizeof *reduction->values;
    if (reduction->rank == 0) {
        m->calls++;
        if (m->room < reduction->count) {
            m->room = reduction->count;
            free(m->values);
            m->values = malloc(reduction->ranks * size);
        }
    }
    pthread_barrier_wait(&m->barrier);
    if (!m->values || m->calls == m->fail_at)
        return 1;
    memcpy(m->values + reduction->rank * m->room, reduction->values, size);
    pthread_barrier_wait(&m->barrier);
    if (reduction->rank == 0)
        meeting_add(m, reduction->ranks, reduction->count);
    pthread_barrier_wait(&m->barrier);
    memcpy(reduction->values, m->values, size);
    pthread_barrier_wait(&m->barrier); /* nobody begins anew before all have read */
    return 0;
}

#endif
