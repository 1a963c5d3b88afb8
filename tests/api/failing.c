#include "failing.h"

#include <errno.h>
#include <jansson.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <zlib.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);
int __real_posix_memalign(void **out, size_t alignment, size_t size);
char *__real_strdup(const char *text);
void __real_free(void *block);
int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*start)(void *), void *argument);
int __real_inflateInit2_(z_streamp stream, int bits, const char *version, int size);

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);
int __wrap_posix_memalign(void **out, size_t alignment, size_t size);
char *__wrap_strdup(const char *text);
void __wrap_free(void *block);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*start)(void *), void *argument);
int __wrap_inflateInit2_(z_streamp stream, int bits, const char *version, int size);

static atomic_long live;
static atomic_long asked; /* requests since failing_arm() */
static atomic_long first; /* the request to fail; 0: none */
static atomic_bool rest, failed;

static bool must_fail(void)
{
    const long n = atomic_fetch_add(&asked, 1) + 1, at = first;
    if (at == 0 || (rest ? n < at : n != at))
        return false;
    failed = true;
    errno = ENOMEM;
    return true;
}

static void *count_block(void *block)
{
    if (block)
        live++;
    return block;
}

/* ---- In front of the C library ---------------------------------------- */

void *__wrap_malloc(size_t size)
{
    return must_fail() ? NULL : count_block(__real_malloc(size));
}

void *__wrap_calloc(size_t count, size_t size)
{
    return must_fail() ? NULL : count_block(__real_calloc(count, size));
}

void *__wrap_realloc(void *block, size_t size)
{
    if (must_fail())
        return NULL;
    void *moved = __real_realloc(block, size);
    return block ? moved : count_block(moved);
}

void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
    return must_fail() ? NULL : count_block(__real_aligned_alloc(alignment, size));
}

int __wrap_posix_memalign(void **out, size_t alignment, size_t size)
{
    if (must_fail())
        return ENOMEM;
    const int error = __real_posix_memalign(out, alignment, size);
    live += error == 0;
    return error;
}

/* Check's own, too, which is linked statically: what is freed has to have been counted. */
char *__wrap_strdup(const char *text)
{
    return must_fail() ? NULL : count_block(__real_strdup(text));
}

void __wrap_free(void *block)
{
    if (block)
        live--;
    __real_free(block);
}

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*start)(void *), void *argument)
{
    return must_fail() ? EAGAIN : __real_pthread_create(thread, attributes, start, argument);
}

/* ---- In front of shared libraries ------------------------------------- */

static void *zlib_alloc(void *nothing, unsigned count, unsigned size)
{
    return __wrap_calloc(count, size);
}

static void zlib_free(void *nothing, void *block)
{
    __wrap_free(block);
}

int __wrap_inflateInit2_(z_streamp stream, int bits, const char *version, int size)
{
    stream->zalloc = zlib_alloc;
    stream->zfree = zlib_free;
    return __real_inflateInit2_(stream, bits, version, size);
}

void failing_open(void)
{
    json_set_alloc_funcs(__wrap_malloc, __wrap_free);
}

/* ---- For the test ----------------------------------------------------- */

void failing_arm(long n, bool and_rest)
{
    asked = 0;
    failed = false;
    rest = and_rest;
    first = n;
}

bool failing_disarm(void)
{
    first = 0;
    return failed;
}

long failing_live(void)
{
    return live;
}
