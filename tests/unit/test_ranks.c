/* What ranks tell each other: numbers that survive being added to what the others say. */
#include "train/ranks.h"

#include "../support/suite.h"

/* x + -0 is x, bit for bit, for every x: also for -0, which + 0 would turn round. */
START_TEST(saying_nothing_changes_nothing)
{
    static const float values[] = {0, -0.0f, 1, -1, 3.4e38f, 1.2e-38f};
    enum { COUNT = sizeof values / sizeof values[0] };
    float sums[COUNT];
    dg_ranks_fill_neutral(sums, COUNT);
    for (int i = 0; i < COUNT; i++)
        sums[i] += values[i];
    ck_assert_mem_eq(sums, values, sizeof values);
}
END_TEST

START_TEST(numbers_come_back)
{
    static const uint64_t numbers[] = {0, 1, 0xFFFF, 0x10000, 0xFEDCBA9876543210, UINT64_MAX};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        float words[DG_RANKS_WORDS], others[DG_RANKS_WORDS];
        dg_ranks_put(numbers[i], words);
        dg_ranks_fill_neutral(others, DG_RANKS_WORDS);
        for (int w = 0; w < DG_RANKS_WORDS; w++)
            words[w] += others[w];
        ck_assert_uint_eq(dg_ranks_get(words), numbers[i]);
    }
}
END_TEST

/* Powers of two, as few as give every shard to a rank. */
START_TEST(parts_cover_all_shards)
{
    for (uint32_t count = 1; count <= DG_RANKS_MOST; count++)
        for (uint32_t shards = 1; shards <= 16; shards++) {
            const dg_ranks ranks = {.count = count};
            const uint32_t part = dg_ranks_part(&ranks, shards);
            ck_assert_uint_eq(part & (part - 1), 0);
            ck_assert_uint_ge(part * count, shards);
            ck_assert(part == 1 || part / 2 * count < shards);
        }
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("ranks");
    tcase_add_test(tcase, saying_nothing_changes_nothing);
    tcase_add_test(tcase, numbers_come_back);
    tcase_add_test(tcase, parts_cover_all_shards);
    return suite_run("ranks", tcase);
}
