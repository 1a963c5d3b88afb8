/*
 * What the `private` back end changes in the OpenBLAS it links in, by the linker's
 * --wrap: the functions stand for openblas_num_threads_env(), blas_thread_shutdown_() and
 * getenv() of every object of this library, and libdigit's own code calls none of them.
 */
#include "math/slots.h"

#include <stdlib.h>
#include <string.h>

int __wrap_openblas_num_threads_env(void);
int __wrap_blas_thread_shutdown_(void);
int __real_blas_thread_shutdown_(void);
char *__wrap_getenv(const char *name);
char *__real_getenv(const char *name);

/* OpenBLAS starts as many threads as this says while it is being loaded. One: ours
 * are the only ones, and a host with no thread to spare can load the library. */
int __wrap_openblas_num_threads_env(void)
{
    return 1;
}

/* The first thing OpenBLAS's destructor calls. Without this a program that calls exit() while
 * its threads predict may die of SIGSEGV. */
int __wrap_blas_thread_shutdown_(void)
{
    dg_slots_close();
    return __real_blas_thread_shutdown_();
}

#if defined(__x86_64__)

#include <cpuid.h>

/*
 * OpenBLAS before 0.3.25 takes Intel processors of family 6 with a model number of
 * 0xB0 or more (Raptor Lake, Emerald Rapids) for a Prescott of 2004 and runs at a
 * tenth of their speed (OpenBLAS issue 4267). Name the kernels they want.
 */
static const char *core_type(void)
{
    unsigned a, b, c, d;
    if (!__get_cpuid(0, &a, &b, &c, &d) || b != signature_INTEL_ebx)
        return NULL;
    if (!__get_cpuid(1, &a, &b, &c, &d))
        return NULL;
    const unsigned family = a >> 8 & 0xF, extended_model = a >> 16 & 0xF;
    if (family != 6 || extended_model < 0xB)
        return NULL;
    if (__builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq"))
        return "SkylakeX";
    return __builtin_cpu_supports("avx2") ? "Haswell" : NULL;
}

#else

static const char *core_type(void)
{
    return NULL;
}

#endif

char *__wrap_getenv(const char *name)
{
    if (strcmp(name, "OPENBLAS_VERBOSE") == 0)
        return NULL; /* it prints */
    char *value = __real_getenv(name);
    if (!value && strcmp(name, "OPENBLAS_CORETYPE") == 0)
        value = (char *)(size_t)core_type();
    return value;
}
