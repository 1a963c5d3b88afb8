/*
 * Pictures that mean no good, of 4 and of 64 megapixels: processor time and memory of reading and
 * of preprocessing each, and how late a reading with a deadline comes. docs/reliability.md says
 * what is allowed; what is more is marked "over", and the program fails then.
 *
 *     bench-hostile [megapixels=4] [PICTURE]
 */
#define _DEFAULT_SOURCE
#include "bench.h"
#include "support/hostile.h"
#include "support/processor_clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define SECONDS_MOST     10.0
#define PIXEL_BYTES_MOST 8
#define MORE_MIB_MOST    32
#define LIMIT_MS         100
#define LATE_MS_MOST     50.0

/* What one call took. */
typedef struct cost {
    double seconds; /* of the processor */
    double mib;     /* more than before at the peak */
    digit_status status;
} cost;

static double peak_mib(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_maxrss / 1024;
}

static cost call(const digit_image *image, uint32_t layout, bool normalize, uint32_t limit_ms)
{
    digit_read_options options;
    digit_model *model;
    digit_reading *reading = NULL;
    uint8_t sample[DIGIT_SAMPLE_BYTES];
    digit_read_options_init(&options, sizeof options);
    options.layout = layout;
    options.time_limit_ms = limit_ms;
    bench_check(digit_model_load_pretrained(&model), "the model");
    bench_check(digit_model_set_threads(model, 1), "its threads");
    const double before = peak_mib(), begin = processor_seconds();
    const digit_status status = normalize ? digit_model_normalize(model, image, sample, NULL)
                                          : digit_model_read(model, image, &options, &reading);
    const cost took = {processor_seconds() - begin, peak_mib() - before, status};
    digit_reading_free(reading);
    digit_model_free(model);
    return took;
}

/* In a process of its own, whose peak is the call's. */
static cost call_apart(const digit_image *image, uint32_t layout, bool normalize,
                       uint32_t limit_ms)
{
    int ends[2];
    cost took = {0, 0, DIGIT_ERR_IO};
    if (pipe(ends) != 0)
        exit(EXIT_FAILURE);
    const pid_t child = fork();
    if (child == 0) {
        took = call(image, layout, normalize, limit_ms);
        _exit(write(ends[1], &took, sizeof took) == sizeof took ? EXIT_SUCCESS : EXIT_FAILURE);
    }
    close(ends[1]);
    if (child < 0 || read(ends[0], &took, sizeof took) != sizeof took)
        printf("the process that reads has ended\n");
    close(ends[0]);
    waitpid(child, NULL, 0);
    return took;
}

static bool expected(digit_status status)
{
    return status == DIGIT_OK || status == DIGIT_ERR_LIMIT;
}

/* Is a picture worse than allowed? */
static bool measure(const hostile_picture *picture, size_t pixels)
{
    const canvas c = hostile_draw(picture, pixels);
    if (!c.pixels)
        exit(EXIT_FAILURE);
    const digit_image image = {c.pixels, c.width, (uint32_t)c.width, (uint32_t)c.height,
                               DIGIT_PIXEL_GRAY8, DIGIT_INK_AUTO};
    const double most_mib =
        (double)c.width * c.height * PIXEL_BYTES_MOST / (1 << 20) + MORE_MIB_MOST;
    const cost all = call_apart(&image, picture->layout, false, 0);
    const cost limited = call_apart(&image, picture->layout, false, LIMIT_MS);
    const cost sample = call_apart(&image, picture->layout, true, 0);
    const double late = 1e3 * limited.seconds - LIMIT_MS;
    const bool over = all.seconds > SECONDS_MOST || sample.seconds > SECONDS_MOST ||
                      all.mib > most_mib || sample.mib > most_mib || late > LATE_MS_MOST ||
                      !expected(all.status) || !expected(sample.status) ||
                      !(expected(limited.status) || limited.status == DIGIT_ERR_TIMEOUT);
    printf("{\"picture\": \"%s\", \"width\": %d, \"height\": %d, \"read_seconds\": %.2f, "
           "\"read_mib\": %.0f, \"late_ms\": %.0f, \"normalize_seconds\": %.2f, "
           "\"normalize_mib\": %.0f, \"status\": \"%s\"%s}\n",
           picture->name, c.width, c.height, all.seconds, all.mib, late > 0 ? late : 0,
           sample.seconds, sample.mib, digit_status_text(all.status), over ? ", \"over\": 1" : "");
    fflush(stdout);
    free(c.pixels);
    return over;
}

int main(int argc, char **argv)
{
    const uint32_t wanted = bench_argument(argc, argv, "megapixels", 0);
    const uint32_t sizes[] = {wanted ? wanted : 4, wanted ? 0 : 64};
    const char *name = argc > 1 && !strchr(argv[argc - 1], '=') ? argv[argc - 1] : NULL;
    bool over = false;
    for (size_t s = 0; s < 2 && sizes[s] > 0; s++)
        for (size_t i = 0; i < hostile_count; i++)
            if (!name || strcmp(name, hostile_pictures[i].name) == 0)
                over |= measure(&hostile_pictures[i], (size_t)sizes[s] << 20);
    return over ? EXIT_FAILURE : EXIT_SUCCESS;
}
