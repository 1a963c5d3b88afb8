/* Memory: checked multiplication, alignment, zeros. */
#include "base/mem.h"

#include "../support/suite.h"

#include <stdint.h>
#include <string.h>

START_TEST(refuses_sizes_that_overflow)
{
    ck_assert_ptr_null(dg_alloc(SIZE_MAX, 2));
    ck_assert_ptr_null(dg_alloc(SIZE_MAX / 2 + 1, 2)); /* the product is 0 */
    ck_assert_ptr_null(dg_alloc(SIZE_MAX / 4 + 2, 4)); /* the product is 4 */
    ck_assert_ptr_null(dg_alloc(2, SIZE_MAX));
    ck_assert_ptr_null(dg_alloc(SIZE_MAX, 1)); /* rounding up to a cache line overflows */
    ck_assert_ptr_null(dg_alloc(SIZE_MAX - DG_ALIGNMENT + 2, 1));
    ck_assert_ptr_null(dg_alloc_zero(SIZE_MAX, 2));
    ck_assert_ptr_null(dg_alloc_zero(SIZE_MAX / 2 + 1, 2));
}
END_TEST

START_TEST(aligns_and_gives_all_bytes)
{
    for (size_t size = 0; size < 300; size++) {
        unsigned char *memory = dg_alloc(size, 1), *zero = dg_alloc_zero(1, size);
        ck_assert_ptr_nonnull(memory);
        ck_assert_ptr_nonnull(zero);
        ck_assert_uint_eq((uintptr_t)memory % DG_ALIGNMENT, 0);
        ck_assert_uint_eq((uintptr_t)zero % DG_ALIGNMENT, 0);
        memset(memory, 0xA5, size); /* a sanitizer looks on */
        for (size_t i = 0; i < size; i++)
            ck_assert_uint_eq(zero[i], 0);
        memset(zero, 0xA5, size);
        dg_free(zero);
        dg_free(memory);
    }
}
END_TEST

/* Freed memory comes back dirty: zeros must be written. */
START_TEST(zeros_memory_that_was_used)
{
    for (int i = 0; i < 20; i++) {
        unsigned char *dirty = dg_alloc(1000, 1);
        memset(dirty, 0xA5, 1000);
        dg_free(dirty);
        unsigned char *zero = dg_alloc_zero(100, 10);
        for (int b = 0; b < 1000; b++)
            ck_assert_uint_eq(zero[b], 0);
        dg_free(zero);
    }
}
END_TEST

START_TEST(copies_text)
{
    char text[] = "digits";
    char *copy = dg_copy_text(text), *empty = dg_copy_text("");
    text[0] = 'x';
    ck_assert_str_eq(copy, "digits");
    ck_assert_str_eq(empty, "");
    dg_free(empty);
    dg_free(copy);
    dg_free(NULL);
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("mem");
    tcase_add_test(tcase, refuses_sizes_that_overflow);
    tcase_add_test(tcase, aligns_and_gives_all_bytes);
    tcase_add_test(tcase, zeros_memory_that_was_used);
    tcase_add_test(tcase, copies_text);
    return suite_run("mem", tcase);
}
