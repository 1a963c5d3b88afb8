/*
 * Makes model files out of model files for the fuzzing engine: header and data
 * are changed apart, the header's length is kept right and the checksum computed anew. Without
 * it hardly any input would get past the checksum.
 */
#include "base/bytes.h"
#include "io/safetensors.h"

#include "fuzz.h"

#define LENGTH_BYTES 8
#define FIXED_BYTES 42 /* length, first words of the header, checksum: docs/model-file.md */

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);

/* Change what lies in data[from .. to) and move what follows. Returns the new size of all. */
static size_t mutate_part(uint8_t *data, size_t size, size_t max_size, size_t from, size_t to)
{
    const size_t tail = size - to, room = max_size - from - tail;
    uint8_t *part = malloc(room + 1), *rest = malloc(tail + 1);
    FUZZ_REQUIRE(part && rest);
    memcpy(part, data + from, to - from);
    memcpy(rest, data + to, tail);
    const size_t changed = room > 0 ? LLVMFuzzerMutate(part, to - from, room) : 0;
    memcpy(data + from, part, changed);
    memcpy(data + from + changed, rest, tail);
    free(part);
    free(rest);
    return from + changed + tail;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
    if (size <= FIXED_BYTES || seed % 32 == 0)
        return LLVMFuzzerMutate(data, size, max_size);
    const uint64_t length = dg_load_le64(data);
    if (length > size - LENGTH_BYTES || length < FIXED_BYTES - LENGTH_BYTES)
        return LLVMFuzzerMutate(data, size, max_size);
    const size_t header_end = LENGTH_BYTES + (size_t)length;
    if (seed % 4 == 0) {
        size = mutate_part(data, size, max_size, header_end, size);
    } else {
        const size_t changed = mutate_part(data, size, max_size, FIXED_BYTES, header_end);
        dg_store_le64(data, length + changed - size); /* modulo 2^64: it may shrink */
        size = changed;
    }
    if (size >= FIXED_BYTES)
        dg_safetensors_seal(data, size);
    return size;
}
