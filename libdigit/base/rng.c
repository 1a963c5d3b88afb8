#include "base/rng.h"

/* Constants of Philox4x32 and its ten rounds, from the paper. */
static void philox(const uint32_t key_in[2], const uint32_t counter[4], uint32_t out[4])
{
    uint32_t key[2] = {key_in[0], key_in[1]};
    uint32_t x[4] = {counter[0], counter[1], counter[2], counter[3]};
    for (int round = 0; round < 10; round++) {
        const uint64_t a = (uint64_t)0xD2511F53u * x[0];
        const uint64_t b = (uint64_t)0xCD9E8D57u * x[2];
        const uint32_t next[4] = {(uint32_t)(b >> 32) ^ x[1] ^ key[0], (uint32_t)b,
                                  (uint32_t)(a >> 32) ^ x[3] ^ key[1], (uint32_t)a};
        for (int i = 0; i < 4; i++)
            x[i] = next[i];
        key[0] += 0x9E3779B9u;
        key[1] += 0xBB67AE85u;
    }
    for (int i = 0; i < 4; i++)
        out[i] = x[i];
}

void dg_rng_init(dg_rng *rng, uint64_t seed, dg_rng_purpose purpose, uint64_t index)
{
    rng->key[0] = (uint32_t)seed;
    rng->key[1] = (uint32_t)(seed >> 32);
    rng->counter[0] = 0;
    rng->counter[1] = (uint32_t)purpose;
    rng->counter[2] = (uint32_t)index;
    rng->counter[3] = (uint32_t)(index >> 32);
    rng->used = 4;
}

uint32_t dg_rng_u32(dg_rng *rng)
{
    if (rng->used == 4) {
        philox(rng->key, rng->counter, rng->block);
        rng->counter[0]++;
        rng->used = 0;
    }
    return rng->block[rng->used++];
}

float dg_rng_unit(dg_rng *rng)
{
    return (float)(dg_rng_u32(rng) >> 8) * 0x1p-24f;
}

/* Lemire, "Fast random integer generation in an interval", ACM TOMACS 29, 2019. */
uint32_t dg_rng_below(dg_rng *rng, uint32_t bound)
{
    const uint32_t uneven = -bound % bound;
    uint64_t product;
    do
        product = (uint64_t)dg_rng_u32(rng) * bound;
    while ((uint32_t)product < uneven);
    return (uint32_t)(product >> 32);
}
