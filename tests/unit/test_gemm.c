/* The seam to BLAS against the product spelled out. */
#include "base/fpenv.h"
#include "base/mem.h"
#include "math/blas.h"
#include "math/gemm_reference.h"

#include "../support/numbers.h"
#include "../support/suite.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* One product: op(A) is m x k, op(B) k x n; strides wider than needed by `wider`. */
typedef struct product {
    bool ta, tb;
    int m, n, k, lda, ldb, ldc;
    dg_real beta;
    dg_real *a, *b, *c;
    size_t c_count;
} product;

static product make_product(uint64_t seed, int m, int n, int k)
{
    uint64_t state = seed;
    static const dg_real betas[] = {0, 1, (dg_real)0.5};
    product p = {.m = m, .n = n, .k = k};
    p.ta = numbers_next(&state) % 2;
    p.tb = numbers_next(&state) % 2;
    p.beta = betas[numbers_next(&state) % 3];
    const int wider = numbers_next(&state) % 2 ? 0 : (int)(numbers_next(&state) % 5);
    p.lda = (p.ta ? m : k) + wider;
    p.ldb = (p.tb ? k : n) + wider;
    p.ldc = n + wider;
    const size_t a_count = (size_t)(p.ta ? k : m) * (size_t)p.lda;
    const size_t b_count = (size_t)(p.tb ? n : k) * (size_t)p.ldb;
    p.c_count = (size_t)m * (size_t)p.ldc;
    p.a = dg_alloc(a_count, sizeof *p.a);
    p.b = dg_alloc(b_count, sizeof *p.b);
    p.c = dg_alloc(p.c_count, sizeof *p.c);
    numbers_fill(seed + 1, a_count, 0.5, p.a);
    numbers_fill(seed + 2, b_count, 0.5, p.b);
    numbers_fill(seed + 3, p.c_count, 0.5, p.c);
    return p;
}

static void free_product(product *p)
{
    dg_free(p->a);
    dg_free(p->b);
    dg_free(p->c);
}

static void run_product(const product *p, dg_real *c)
{
    dg_blas_enter();
    dg_gemm(p->ta, p->tb, p->m, p->n, p->k, p->a, p->lda, p->b, p->ldb, p->beta, c, p->ldc);
    dg_blas_leave();
}

/* What was in C must not show through beta = 0; what lies between its rows stays. */
static void check_product(const product *p)
{
    dg_real *expected = dg_alloc(p->c_count, sizeof *expected);
    for (size_t i = 0; p->beta == 0 && i < p->c_count; i++)
        if (i % (size_t)p->ldc < (size_t)p->n)
            p->c[i] = NAN;
    memcpy(expected, p->c, p->c_count * sizeof *expected);
    run_product(p, p->c);
    dg_gemm_reference(p->ta, p->tb, p->m, p->n, p->k, p->a, p->lda, p->b, p->ldb, p->beta,
                      expected, p->ldc);
    for (size_t i = 0; i < p->c_count; i++) {
        const double off = fabs((double)p->c[i] - (double)expected[i]);
        const bool inside = i % (size_t)p->ldc < (size_t)p->n;
        if (!(inside ? off <= 1e-6 + 2e-7 * p->k : off == 0))
            ck_abort_msg("%d x %d x %d, transposed %d %d, beta %g, at %zu: %g, not %g", p->m, p->n,
                         p->k, p->ta, p->tb, (double)p->beta, i, (double)p->c[i],
                         (double)expected[i]);
    }
    dg_free(expected);
}

START_TEST(agrees_for_many_shapes)
{
    uint64_t state = 1;
    ck_assert_int_eq(dg_blas_open(), DIGIT_OK);
    for (uint64_t seed = 0; seed < 600; seed++) {
        const int most = seed % 10 == 0 ? 200 : 40;
        const int m = 1 + (int)(numbers_next(&state) % (uint32_t)most);
        const int n = 1 + (int)(numbers_next(&state) % (uint32_t)most);
        const int k = 1 + (int)(numbers_next(&state) % (uint32_t)most);
        product p = make_product(100 * seed, m, n, k);
        check_product(&p);
        free_product(&p);
    }
}
END_TEST

/* Those of the network `keras`, there and back, and vectors as matrices. */
static const int shapes[][3] = {
    {576, 32, 9},  {100, 64, 288}, {32, 100, 1600}, {1, 100, 1600}, {1, 10, 100}, {9, 32, 576},
    {288, 64, 100}, {100, 288, 64}, {1600, 100, 32}, {1, 1, 1},      {1, 1, 999},  {999, 1, 1},
    {1, 999, 1},   {1, 999, 7},     {999, 1, 7},
};

#define SHAPES (int)(sizeof shapes / sizeof shapes[0])

START_TEST(agrees_for_the_shapes_of_networks)
{
    ck_assert_int_eq(dg_blas_open(), DIGIT_OK);
    for (uint64_t seed = 0; seed < 8; seed++) {
        product p = make_product(seed, shapes[_i][0], shapes[_i][1], shapes[_i][2]);
        check_product(&p);
        free_product(&p);
    }
}
END_TEST

/* The same numbers elsewhere in memory give the same bits. */
START_TEST(bits_do_not_depend_on_places)
{
    ck_assert_int_eq(dg_blas_open(), DIGIT_OK);
    product p = make_product(77, shapes[_i][0], shapes[_i][1], shapes[_i][2]);
    const size_t a_count = (size_t)(p.ta ? p.k : p.m) * (size_t)p.lda;
    dg_real *elsewhere = dg_alloc(a_count + 8, sizeof *elsewhere);
    dg_real *c = dg_alloc(p.c_count, sizeof *c), *aligned = p.a;
    memcpy(c, p.c, p.c_count * sizeof *c);
    run_product(&p, p.c);
    for (size_t shift = 0; shift < 8; shift += 3) {
        dg_real *again = dg_alloc(p.c_count + 8, sizeof *again);
        memcpy(again + shift, c, p.c_count * sizeof *c);
        memcpy(elsewhere + shift, aligned, a_count * sizeof *aligned);
        p.a = elsewhere + shift;
        run_product(&p, again + shift);
        ck_assert_mem_eq(again + shift, p.c, p.c_count * sizeof *c);
        dg_free(again);
    }
    p.a = aligned;
    dg_free(c);
    dg_free(elsewhere);
    free_product(&p);
}
END_TEST

/* ---- Many at once ----------------------------------------------------- */

#define THREADS 8

static product shared[SHAPES];
static dg_real *results[SHAPES];

/* The starting C is shared, too: each run works on a copy. */
static void *multiply_often(void *unused)
{
    size_t wrong = 0;
    (void)unused;
    dg_fpenv_enter();
    for (int i = 0; i < 40 * SHAPES; i++) {
        const product *p = &shared[i % SHAPES];
        dg_real *c = dg_alloc(p->c_count, sizeof *c);
        memcpy(c, p->c, p->c_count * sizeof *c);
        run_product(p, c);
        wrong += memcmp(c, results[i % SHAPES], p->c_count * sizeof *c) != 0;
        dg_free(c);
    }
    return (void *)wrong;
}

START_TEST(eight_threads_get_the_bits_of_one)
{
    pthread_t threads[THREADS];
    ck_assert_int_eq(dg_blas_open(), DIGIT_OK);
    dg_fpenv_enter();
    for (int i = 0; i < SHAPES; i++) {
        shared[i] = make_product(1000 + (uint64_t)i, shapes[i][0], shapes[i][1], shapes[i][2]);
        results[i] = dg_alloc(shared[i].c_count, sizeof *results[i]);
        memcpy(results[i], shared[i].c, shared[i].c_count * sizeof *results[i]);
        run_product(&shared[i], results[i]);
    }
    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, multiply_often, NULL), 0);
    for (int i = 0; i < THREADS; i++) {
        void *wrong;
        pthread_join(threads[i], &wrong);
        ck_assert_ptr_null(wrong);
    }
    for (int i = 0; i < SHAPES; i++) {
        dg_free(results[i]);
        free_product(&shared[i]);
    }
}
END_TEST

START_TEST(says_what_it_is)
{
    ck_assert_int_eq(dg_blas_open(), DIGIT_OK);
    ck_assert_int_eq(dg_blas_open(), DIGIT_OK);
    ck_assert_ptr_nonnull(strstr(dg_blas_text(), "BLAS: "));
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("gemm");
    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, agrees_for_many_shapes);
    tcase_add_loop_test(tcase, agrees_for_the_shapes_of_networks, 0, SHAPES);
    tcase_add_loop_test(tcase, bits_do_not_depend_on_places, 0, SHAPES);
    tcase_add_test(tcase, eight_threads_get_the_bits_of_one);
    tcase_add_test(tcase, says_what_it_is);
    return suite_run("gemm", tcase);
}
