/* Model files and checkpoints: refused, or read to the last weight and written again the same. */
#include "io/codec.h"

#include "fuzz.h"

/* Everything a snapshot holds, as bytes for free(). */
static uint8_t *encode(const dg_snapshot *snapshot, size_t *size)
{
    *size = 0;
    FUZZ_REQUIRE(dg_codec_encode(snapshot, NULL, size) == DIGIT_OK);
    uint8_t *bytes = malloc(*size);
    FUZZ_REQUIRE(bytes != NULL);
    FUZZ_REQUIRE(dg_codec_encode(snapshot, bytes, size) == DIGIT_OK);
    return bytes;
}

int fuzz_one(const uint8_t *data, size_t size)
{
    dg_snapshot *snapshot = (dg_snapshot *)1, *again;
    const digit_status status = dg_codec_decode(data, size, &snapshot);
    if (status != DIGIT_OK) {
        FUZZ_REQUIRE(snapshot == NULL);
        fuzz_check_refusal(status);
        return 0;
    }
    size_t first_size, second_size;
    uint8_t *first = encode(snapshot, &first_size);
    FUZZ_REQUIRE(dg_codec_decode(first, first_size, &again) == DIGIT_OK);
    uint8_t *second = encode(again, &second_size);
    FUZZ_REQUIRE(first_size == second_size && memcmp(first, second, first_size) == 0);
    free(first);
    free(second);
    dg_snapshot_free(snapshot);
    dg_snapshot_free(again);
    return 0;
}
