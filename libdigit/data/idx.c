#include "data/idx.h"

#include "base/bytes.h"
#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"

#include <limits.h>
#include <stdbool.h>
#include <zlib.h>

/* More than this is refused, as it lies in the file and unpacked. */
#define IDX_BYTES_MAX ((uint64_t)1 << 31)

/* Deflate's best: 258 bytes for two bits. */
#define DEFLATE_RATIO_MAX 1032

#define INPUT_BYTES 16384
#define GZIP_WINDOW (15 + 16) /* the largest window, gzip wrapper only */
#define UNSIGNED_BYTES 0x08

/* A file that gives out its content, unpacked if need be. */
typedef struct source {
    dg_file file;
    bool gzip;
    bool ended;     /* gzip: the member is complete, its checks passed */
    z_stream z;     /* next_in, avail_in: bytes read from the file, not yet used */
    uint8_t in[INPUT_BYTES];
} source;

/* What the header promises to follow. */
typedef struct promise {
    uint32_t count;
    uint64_t bytes; /* after the header */
} promise;

static void source_close(source *s)
{
    if (s->gzip)
        inflateEnd(&s->z);
    s->gzip = false;
    dg_file_close(&s->file);
}

static digit_status source_open(const char *path, source *s)
{
    size_t filled = 0;
    s->gzip = s->ended = false;
    s->z = (z_stream){.next_in = s->in};
    digit_status status = dg_file_open(path, &s->file);
    if (status == DIGIT_OK && s->file.size > IDX_BYTES_MAX)
        status = dg_fail(DIGIT_ERR_LIMIT, "%s: %llu bytes; at most %llu are accepted", path,
                         (unsigned long long)s->file.size, (unsigned long long)IDX_BYTES_MAX);
    if (status == DIGIT_OK)
        status = dg_file_fill(&s->file, s->in, 2, &filled);
    s->z.avail_in = (uInt)filled;
    if (status == DIGIT_OK && filled == 2 && s->in[0] == 0x1f && s->in[1] == 0x8b) {
        if (inflateInit2(&s->z, GZIP_WINDOW) == Z_OK)
            s->gzip = true;
        else
            status = dg_fail_memory("unpacking gzip", sizeof(z_stream));
    }
    if (status != DIGIT_OK)
        source_close(s);
    return status;
}

/* One step of unpacking into what z.next_out points to. */
static digit_status source_inflate(source *s)
{
    switch (inflate(&s->z, Z_NO_FLUSH)) {
    case Z_STREAM_END:
        s->ended = true;
        return DIGIT_OK;
    case Z_OK:
    case Z_BUF_ERROR: /* wants more input */
        return DIGIT_OK;
    case Z_MEM_ERROR:
        return dg_fail_memory("unpacking gzip", (size_t)1 << MAX_WBITS);
    default:
        return dg_fail(DIGIT_ERR_FORMAT, "%s: damaged gzip data: %s", s->file.path,
                       s->z.msg ? s->z.msg : "unknown method");
    }
}

/* The next bytes of the content into out[size]; *got < size where it ends. */
static digit_status source_read(source *s, uint8_t *out, size_t size, size_t *got)
{
    digit_status status = DIGIT_OK;
    size_t filled = 0;
    *got = 0;
    if (!s->gzip) {
        while (*got < size && s->z.avail_in > 0) {
            out[(*got)++] = *s->z.next_in++;
            s->z.avail_in--;
        }
        status = dg_file_fill(&s->file, out + *got, size - *got, &filled);
        *got += filled;
        return status;
    }
    while (*got < size && !s->ended) {
        if (s->z.avail_in == 0) {
            status = dg_file_fill(&s->file, s->in, sizeof s->in, &filled);
            if (status != DIGIT_OK || filled == 0)
                return status;
            s->z.next_in = s->in;
            s->z.avail_in = (uInt)filled;
        }
        const size_t room = size - *got < INT_MAX ? size - *got : INT_MAX;
        s->z.next_out = out + *got;
        s->z.avail_out = (uInt)room;
        status = source_inflate(s);
        *got += room - s->z.avail_out;
        if (status != DIGIT_OK)
            return status;
    }
    return DIGIT_OK;
}

/* Exactly `size` bytes, or the sentence for what is missing. */
static digit_status source_read_all(source *s, uint8_t *out, size_t size, const char *what)
{
    size_t got;
    const digit_status status = source_read(s, out, size, &got);
    if (status != DIGIT_OK || got == size)
        return status;
    if (s->gzip && !s->ended)
        return dg_fail(DIGIT_ERR_FORMAT, "%s: the gzip data ends early", s->file.path);
    return dg_fail(DIGIT_ERR_FORMAT, "%s: %s ends after %zu of %zu bytes", s->file.path, what,
                   got, size);
}

/* The content is used up: nothing may follow it, inside the gzip data or after. */
static digit_status source_check_end(source *s)
{
    uint8_t extra;
    size_t got;
    digit_status status = source_read(s, &extra, 1, &got);
    if (status != DIGIT_OK)
        return status;
    if (got > 0)
        return dg_fail(DIGIT_ERR_FORMAT, "%s: holds more than its header says", s->file.path);
    if (!s->gzip)
        return DIGIT_OK;
    if (!s->ended)
        return dg_fail(DIGIT_ERR_FORMAT, "%s: the gzip data ends early", s->file.path);
    if (s->z.avail_in == 0)
        status = dg_file_fill(&s->file, &extra, 1, &got);
    if (status == DIGIT_OK && (s->z.avail_in > 0 || got > 0))
        status = dg_fail(DIGIT_ERR_FORMAT, "%s: bytes after the end of the gzip data",
                         s->file.path);
    return status;
}

/* The four bytes every IDX file begins with. */
static digit_status check_magic(const source *s, const uint8_t magic[4], unsigned rank)
{
    const char *path = s->file.path;
    if (magic[0] != 0 || magic[1] != 0 || magic[2] < 0x08 || magic[2] > 0x0e || magic[2] == 0x0a)
        return dg_fail(DIGIT_ERR_FORMAT, "%s: not an IDX file (begins with %02x %02x %02x %02x)",
                       path, magic[0], magic[1], magic[2], magic[3]);
    if (magic[2] != UNSIGNED_BYTES)
        return dg_fail(DIGIT_ERR_UNSUPPORTED,
                       "%s: IDX data of type 0x%02x; only unsigned bytes (0x08) are read", path,
                       magic[2]);
    if (magic[3] != rank)
        return dg_fail(DIGIT_ERR_FORMAT, "%s: %u dimension%s; %s", path, magic[3],
                       magic[3] == 1 ? "" : "s",
                       rank == 1 ? "labels have 1" : "images have 3");
    return DIGIT_OK;
}

/* Is the promised size possible for this file? Asked before anything is allocated. */
static digit_status check_size(const source *s, uint64_t header, uint64_t bytes)
{
    const char *path = s->file.path;
    uint64_t known;
    if (__builtin_add_overflow(header, bytes, &known) || known > IDX_BYTES_MAX)
        return dg_fail(DIGIT_ERR_LIMIT, "%s: its header promises more than %llu bytes", path,
                       (unsigned long long)IDX_BYTES_MAX);
    if (s->gzip && known > s->file.size * DEFLATE_RATIO_MAX)
        return dg_fail(DIGIT_ERR_FORMAT, "%s: its header promises %llu bytes; %llu bytes of gzip "
                       "cannot hold them", path, (unsigned long long)known,
                       (unsigned long long)s->file.size);
    if (!s->gzip && known != s->file.size)
        return dg_fail(DIGIT_ERR_FORMAT, "%s: its header promises %llu bytes; the file has %llu",
                       path, (unsigned long long)known, (unsigned long long)s->file.size);
    return DIGIT_OK;
}

static digit_status read_header(source *s, unsigned rank, promise *out)
{
    uint8_t magic[4], sides[3][4];
    digit_status status = source_read_all(s, magic, sizeof magic, "the IDX header");
    if (status == DIGIT_OK)
        status = check_magic(s, magic, rank);
    if (status == DIGIT_OK)
        status = source_read_all(s, sides[0], 4 * (size_t)rank, "the list of dimensions");
    if (status != DIGIT_OK)
        return status;

    out->count = dg_load_be32(sides[0]);
    out->bytes = out->count;
    if (rank == 3) {
        const uint32_t height = dg_load_be32(sides[1]), width = dg_load_be32(sides[2]);
        if (height != DIGIT_SAMPLE_SIDE || width != DIGIT_SAMPLE_SIDE)
            return dg_fail(DIGIT_ERR_UNSUPPORTED, "%s: images of %ux%u pixels; only %dx%d is read",
                           s->file.path, width, height, DIGIT_SAMPLE_SIDE, DIGIT_SAMPLE_SIDE);
        out->bytes *= DIGIT_SAMPLE_BYTES; /* < 2^32 * 2^10 */
    }
    return check_size(s, 4 + 4 * (uint64_t)rank, out->bytes);
}

static digit_status read_body(source *s, uint64_t bytes, uint8_t **out)
{
    *out = dg_alloc((size_t)bytes, 1);
    if (!*out)
        return dg_fail_memory(s->file.path, (size_t)bytes);
    digit_status status = source_read_all(s, *out, (size_t)bytes, "the data");
    if (status == DIGIT_OK)
        status = source_check_end(s);
    return status;
}

static digit_status check_labels(const source *s, const uint8_t *labels, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (labels[i] >= DIGIT_CLASSES)
            return dg_fail(DIGIT_ERR_FORMAT, "%s: label %zu is %u; labels are 0..%d",
                           s->file.path, i, (unsigned)labels[i], DIGIT_CLASSES - 1);
    return DIGIT_OK;
}

/* Both files are open. */
static digit_status load_pair(source *images, source *labels, digit_dataset **out)
{
    promise samples, answers;
    dg_dataset_parts parts = {0};
    digit_status status = read_header(images, 3, &samples);
    if (status == DIGIT_OK)
        status = read_header(labels, 1, &answers);
    if (status == DIGIT_OK && samples.count != answers.count)
        status = dg_fail(DIGIT_ERR_FORMAT, "%s: %u labels for %u images", labels->file.path,
                         answers.count, samples.count);
    if (status == DIGIT_OK)
        status = read_body(images, samples.bytes, &parts.samples);
    if (status == DIGIT_OK)
        status = read_body(labels, answers.bytes, &parts.labels);
    if (status == DIGIT_OK)
        status = check_labels(labels, parts.labels, answers.count);
    if (status == DIGIT_OK)
        return dg_dataset_adopt(parts, samples.count, out);
    dg_dataset_parts_free(parts);
    return status;
}

digit_status dg_idx_load(const char *images_path, const char *labels_path, digit_dataset **out)
{
    source images, labels;
    *out = NULL;
    digit_status status = source_open(images_path, &images);
    if (status != DIGIT_OK)
        return status;
    status = source_open(labels_path, &labels);
    if (status == DIGIT_OK)
        status = load_pair(&images, &labels, out);
    source_close(&labels); /* closed already where it could not be opened */
    source_close(&images);
    return status;
}
