/* bytes.h - numbers in files: fixed width, fixed byte order, no alignment. */
#ifndef DG_BASE_BYTES_H
#define DG_BASE_BYTES_H

#include <endian.h>
#include <stdint.h>
#include <string.h>

static inline uint32_t dg_load_be32(const uint8_t b[4])
{
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static inline uint64_t dg_load_le64(const uint8_t b[8])
{
    uint64_t value = 0;
    for (int i = 7; i >= 0; i--)
        value = value << 8 | b[i];
    return value;
}

static inline void dg_store_le64(uint8_t b[8], uint64_t value)
{
    for (int i = 0; i < 8; i++, value >>= 8)
        b[i] = (uint8_t)value;
}

static inline uint32_t dg_load_le32(const uint8_t b[4])
{
    uint32_t value; /* not byte by byte: loops over this one become vector code */
    memcpy(&value, b, sizeof value);
    return le32toh(value);
}

static inline float dg_load_f32(const uint8_t b[4])
{
    const uint32_t bits = dg_load_le32(b);
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline void dg_store_f32(uint8_t b[4], float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    bits = htole32(bits);
    memcpy(b, &bits, sizeof bits);
}

#endif
