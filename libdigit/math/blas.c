/* The OpenBLAS back ends: `private` (linked in) and `system` (shared). */
#define _GNU_SOURCE /* MAP_ANONYMOUS */
#include "math/blas.h"

#include "base/error.h"
#include "math/gemm_reference.h"
#include "math/slots.h"

#include <assert.h>
#include <cblas.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#define SCRATCH_SIZE ((size_t)130 << 20) /* of one caller: 128 MiB and what surrounds it */
#define SLOTS_AT_ONCE 64

/* OpenBLAS's own allocator of caller scratch; exported, but in no header. */
extern void *blas_memory_alloc(int where);
extern void blas_memory_free(void *buffer);

/* OpenMP's, if the shared OpenBLAS brought it. */
extern int omp_get_max_threads(void) __attribute__((weak));
extern void omp_set_num_threads(int count) __attribute__((weak));

/* What was found out at the first use; constant from then on. */
static struct {
    bool broken;
    bool serial;     /* the flavour that is not thread-safe */
    bool openmp;     /* the flavour that needs the caller's own thread */
    bool small_path; /* kernels for AVX-512, which have one for small products */
    char text[192];
} blas;

static pthread_mutex_t serial_lock = PTHREAD_MUTEX_INITIALIZER;

/* The probe comes first because blas_memory_alloc() never returns when memory is short. Only
 * the last buffer is new: the others were mapped before and are taken to make them busy. */
static bool reserve_scratch(uint32_t count)
{
    void *probe = mmap(NULL, SCRATCH_SIZE, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (probe == MAP_FAILED)
        return false;
    munmap(probe, SCRATCH_SIZE);
    void *buffers[SLOTS_AT_ONCE];
    for (uint32_t i = 0; i < count; i++)
        buffers[i] = blas_memory_alloc(0);
    for (uint32_t i = 0; i < count; i++)
        blas_memory_free(buffers[i]);
    return true;
}

static bool product_is_right(bool ta, bool tb, int m, int n, int k)
{
    enum { SIDE = 40 };
    static const dg_real beta[] = {0, 1};
    dg_real a[SIDE * SIDE], b[SIDE * SIDE], c[SIDE * SIDE], expected[SIDE * SIDE];
    uint32_t x = 12345;
    for (int i = 0; i < SIDE * SIDE; i++) {
        x = x * 1664525u + 1013904223u; /* any numbers will do */
        a[i] = (dg_real)(x >> 16) / 65536 - (dg_real)0.5;
        b[i] = (dg_real)(x & 0xFFFF) / 65536 - (dg_real)0.5;
        c[i] = expected[i] = 1;
    }
    for (int i = 0; i < 2; i++) {
        dg_gemm(ta, tb, m, n, k, a, SIDE, b, SIDE, beta[i], c, SIDE);
        dg_gemm_reference(ta, tb, m, n, k, a, SIDE, b, SIDE, beta[i], expected, SIDE);
    }
    for (int i = 0; i < SIDE * SIDE; i++)
        if (!(fabs((double)c[i] - (double)expected[i]) <= 1e-4)) /* false for NaN too */
            return false;
    return true;
}

/* By name, because OpenBLAS does not tell what its kernels can do. */
static bool has_small_path(const char *core)
{
    return strcmp(core, "SkylakeX") == 0 || strcmp(core, "Cooperlake") == 0 ||
           strcmp(core, "SapphireRapids") == 0;
}

static bool self_test(void)
{
    static const int shapes[][3] = {{1, 10, 37}, {7, 32, 9}, {33, 40, 40}, {40, 17, 5}};
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
        for (int transposed = 0; transposed < 3; transposed++)
            if (!product_is_right(transposed == 1, transposed == 2, shapes[i][0], shapes[i][1],
                                  shapes[i][2]))
                return false;
    return true;
}

static void first_use(void)
{
    const int parallel = openblas_get_parallel();
    blas.serial = parallel == OPENBLAS_SEQUENTIAL;
    blas.openmp = parallel == OPENBLAS_OPENMP;
    blas.small_path = has_small_path(openblas_get_corename());
#ifndef DG_BLAS_PRIVATE
    openblas_set_num_threads(1); /* the library's only process-wide effect of this mode */
#endif
    blas.broken = !self_test();
    snprintf(blas.text, sizeof blas.text, "BLAS: %s %s, kernels %s, flavour %s",
#ifdef DG_BLAS_PRIVATE
             "private",
#else
             "system",
#endif
             openblas_get_config(), openblas_get_corename(),
             blas.serial ? "serial" : blas.openmp ? "openmp" : "pthread");
}

digit_status dg_blas_open(void)
{
    const digit_status status = dg_slots_open(reserve_scratch, first_use);
    if (status == DIGIT_OK && blas.broken)
        return dg_fail(DIGIT_ERR_BLAS, "wrong numbers in the self test of %s", blas.text);
    return status;
}

#ifndef DG_BLAS_PRIVATE
/* Runs before the destructors of the libraries this one needs, and those of what needs this one
 * have run by then. In the private back end a destructor of ours would come too late. */
__attribute__((destructor)) static void close_slots(void)
{
    dg_slots_close();
}
#endif

/* How many threads OpenMP would start for the caller's. OpenBLAS before 0.3.22 asks for that at
 * every product, whatever openblas_set_num_threads() said in another thread. */
static _Thread_local int openmp_threads;

void dg_blas_enter(void)
{
    dg_slots_enter();
    if (blas.openmp && omp_get_max_threads) {
        openmp_threads = omp_get_max_threads();
        omp_set_num_threads(1);
    }
}

void dg_blas_leave(void)
{
    if (blas.openmp && omp_get_max_threads)
        omp_set_num_threads(openmp_threads);
    dg_slots_leave();
}

bool dg_blas_threads_allowed(void)
{
    return !blas.openmp;
}

const char *dg_blas_text(void)
{
    return blas.text;
}

/*
 * The AVX-512 kernels multiply without packing up to 1e6 multiply-adds, half again as
 * fast, if rows are wide. Rows a call, so that larger products take that path, too.
 */
#define SMALL_MOST 1000000
#define SMALL_WIDTH 64        /* of C; narrower ones gain nothing */
#define SMALL_TOTAL 32000000  /* beyond that packing pays */

static int rows_a_call(int m, int n, int k)
{
    const int64_t row = (int64_t)n * k, total = row * m;
    if (!blas.small_path || n < SMALL_WIDTH || total <= SMALL_MOST || total > SMALL_TOTAL)
        return m;
    const int rows = (int)(SMALL_MOST / row) & ~3; /* the kernels work on four rows at a time */
    return rows > 0 ? rows : m;
}

static void multiply(bool transpose_a, bool transpose_b, int m, int n, int k, const dg_real *a,
                     int lda, const dg_real *b, int ldb, dg_real beta, dg_real *c, int ldc)
{
    if (m == 1 && transpose_b && beta == 0 && !blas.small_path) {
        /* a dot product a unit: without the small path GEMM takes eight times as long */
        cblas_sgemv(CblasRowMajor, CblasNoTrans, n, k, 1, b, ldb, a, transpose_a ? lda : 1, 0, c,
                    1);
        return;
    }
    const int rows = rows_a_call(m, n, k);
    for (int i = 0; i < m; i += rows)
        cblas_sgemm(CblasRowMajor, transpose_a ? CblasTrans : CblasNoTrans,
                    transpose_b ? CblasTrans : CblasNoTrans, m - i < rows ? m - i : rows, n, k, 1,
                    a + (size_t)i * (transpose_a ? 1 : (size_t)lda), lda, b, ldb, beta,
                    c + (size_t)i * (size_t)ldc, ldc);
}

void dg_gemm(bool transpose_a, bool transpose_b, int m, int n, int k, const dg_real *a, int lda,
             const dg_real *b, int ldb, dg_real beta, dg_real *c, int ldc)
{
    assert(m > 0 && n > 0 && k > 0); /* else OpenBLAS prints to stdout */
    assert(lda >= (transpose_a ? m : k) && ldb >= (transpose_b ? k : n) && ldc >= n);
    if (blas.serial)
        pthread_mutex_lock(&serial_lock);
    multiply(transpose_a, transpose_b, m, n, k, a, lda, b, ldb, beta, c, ldc);
    if (blas.serial)
        pthread_mutex_unlock(&serial_lock);
}
