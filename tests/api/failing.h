/*
 * failing.h - an allocator that fails when told to.
 *
 * Stands in front of malloc() and its kin for every object that is linked statically
 * (by the linker's --wrap), for jansson and zlib (by their own hooks), and in front of
 * pthread_create(): all that can run out is counted together.
 */
#ifndef DIGIT_TEST_FAILING_H
#define DIGIT_TEST_FAILING_H

#include <stdbool.h>

/* Put the allocator in front of jansson, too. Once, before the first call. */
void failing_open(void);

/* Fail the n-th request from now on (n from 1), and with `rest` all that follow. */
void failing_arm(long n, bool rest);

/* Fail nothing any more. True if something did fail. */
bool failing_disarm(void);

/* Blocks that were given out and not yet freed. */
long failing_live(void);

#endif
