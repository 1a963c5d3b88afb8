/*
 * A pair of IDX files. The first byte says what is packed with gzip here, so that changes reach
 * what lies inside; a file that is gzip already is left as it is. Two bytes for the size of the
 * labels' file follow, then both files.
 */
#include "memory_file.h"

#include <zlib.h>

enum { PACK_LABELS = 1, PACK_IMAGES = 2 };

static int make_gzip(const uint8_t *bytes, size_t size, char path[40])
{
    z_stream z = {0};
    FUZZ_REQUIRE(deflateInit2(&z, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    const size_t room = deflateBound(&z, size);
    uint8_t *packed = malloc(room);
    FUZZ_REQUIRE(packed != NULL);
    z.next_in = (Bytef *)bytes;
    z.avail_in = (uInt)size;
    z.next_out = packed;
    z.avail_out = (uInt)room;
    FUZZ_REQUIRE(deflate(&z, Z_FINISH) == Z_STREAM_END);
    const int fd = memory_file_make(packed, room - z.avail_out, path);
    deflateEnd(&z);
    free(packed);
    return fd;
}

static void check_dataset(digit_dataset *dataset)
{
    const uint8_t *labels = digit_dataset_labels(dataset);
    const uint8_t *samples = digit_dataset_samples(dataset);
    unsigned sum = 0;
    for (size_t i = 0; i < digit_dataset_count(dataset); i++) {
        FUZZ_REQUIRE(labels[i] < DIGIT_CLASSES);
        sum += samples[i * DIGIT_SAMPLE_BYTES] + samples[(i + 1) * DIGIT_SAMPLE_BYTES - 1];
    }
    FUZZ_REQUIRE(sum <= 510 * digit_dataset_count(dataset));
    digit_dataset_free(dataset);
}

int fuzz_one(const uint8_t *data, size_t size)
{
    fuzz_input in = {data, size};
    const uint8_t pack = fuzz_byte(&in);
    const size_t asked = fuzz_number(&in, 2), labels_size = asked < in.left ? asked : in.left;
    const uint8_t *images = in.at + labels_size;
    const size_t images_size = in.left - labels_size;
    char labels_path[40], images_path[40];
    digit_dataset *dataset;
    const int labels_fd =
        (pack & PACK_LABELS ? make_gzip : memory_file_make)(in.at, labels_size, labels_path);
    const int images_fd =
        (pack & PACK_IMAGES ? make_gzip : memory_file_make)(images, images_size, images_path);
    const digit_status status = digit_dataset_load_idx(images_path, labels_path, &dataset);
    FUZZ_REQUIRE((status == DIGIT_OK) == (dataset != NULL));
    if (status == DIGIT_OK)
        check_dataset(dataset);
    else
        fuzz_check_refusal(status);
    close(labels_fd);
    close(images_fd);
    return 0;
}
