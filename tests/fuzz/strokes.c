/* A file of strokes: behind the first line, which every such file has, comes the input. */
#include "memory_file.h"

#define FIRST_LINE "libdigit strokes 1\n"

/* Lines that ask for many samples are accepted, and only cost time here. */
#define SAMPLES_MOST 2000

static size_t count_samples(const char *text)
{
    size_t sum = 0;
    for (; text; text = strchr(text, '\n')) {
        unsigned label = 0, repeat = 0;
        text += *text == '\n';
        if (sscanf(text, "%9u %9u", &label, &repeat) == 2)
            sum += repeat;
    }
    return sum;
}

int fuzz_one(const uint8_t *data, size_t size)
{
    const size_t head = strlen(FIRST_LINE);
    char path[40], *text = malloc(head + size + 1);
    digit_dataset *dataset;
    FUZZ_REQUIRE(text != NULL);
    memcpy(text, FIRST_LINE, head);
    if (size > 0)
        memcpy(text + head, data, size);
    text[head + size] = '\0';
    if (count_samples(text) <= SAMPLES_MOST) {
        const int fd = memory_file_make((const uint8_t *)text, head + size, path);
        const digit_status status = digit_dataset_load_strokes(path, &dataset);
        FUZZ_REQUIRE((status == DIGIT_OK) == (dataset != NULL));
        if (status != DIGIT_OK)
            fuzz_check_refusal(status);
        for (size_t i = 0; i < digit_dataset_count(dataset); i++)
            FUZZ_REQUIRE(digit_dataset_labels(dataset)[i] < DIGIT_CLASSES);
        digit_dataset_free(dataset);
        close(fd);
    }
    free(text);
    return 0;
}
