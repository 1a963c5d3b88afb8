/*
 * counting.h - allocations of the library and of jansson, counted and made to fail.
 *
 * Stands in front of aligned_alloc(), which is all the library uses, and behind jansson's hooks.
 * For one thread. (tests/api/failing.h counts all that a whole call can run out of.)
 */
#ifndef DIGIT_TEST_COUNTING_H
#define DIGIT_TEST_COUNTING_H

#include <stdbool.h>
#include <stddef.h>

typedef struct counting {
    size_t asked; /* bytes, by either */
    size_t held;  /* bytes that jansson has not yet freed */
    int calls;
    int fail_at;  /* the call that fails; 0: none */
    bool fail_on; /* and all after it */
} counting;

extern counting counted;

/* Checked fixture: from here on allocations are counted, and none fails. */
void counting_begin(void);

/* Valgrind's allocator takes the place of ours: nothing is counted then, and nothing fails. */
bool counting_works(void);

#endif
