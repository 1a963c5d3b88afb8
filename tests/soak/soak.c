/*
 * Everything at once for as long as asked, watching what may not grow:
 *
 *     soak SECONDS
 *
 * Rounds of ten seconds; after each all threads have ended, and what is left is counted. A fifth
 * of the rounds is for warming up. From then on descriptors and threads stay as they are, allocated
 * memory moves by 64 KiB at most, and resident memory, which goes up and down with what the C
 * library and OpenBLAS keep for later, by 2 MiB from the first rounds to the last.
 */
#define _DEFAULT_SOURCE
#include <digit/digit.h>
#include <dirent.h>
#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { THREADS = 6, SAMPLES = 200, SIDE = 400, ROUND_SECONDS = 10, ROUNDS_LEAST = 7 };
enum { RESIDENT_KIB = 2048, ALLOCATED_KIB = 64, MAPPINGS = 2, MEDIAN_OF = 5 };

static digit_model *shared;
static digit_dataset *data;
static uint8_t samples[SAMPLES][DIGIT_SAMPLE_BYTES], labels[SAMPLES], page[SIDE][SIDE];
static char path[] = "/tmp/libdigit-soak-XXXXXX";
static time_t round_end;
static atomic_ulong done[THREADS];

/* A soak that fails a call has found something. */
static void check(digit_status status, const char *what)
{
    if (status == DIGIT_OK)
        return;
    fprintf(stderr, "soak: %s: %s\n", what, digit_last_error());
    exit(EXIT_FAILURE);
}

/* ---- The load --------------------------------------------------------- */

static void predict(void)
{
    digit_prediction answers[SAMPLES];
    check(digit_model_predict(shared, samples[0], SAMPLES, answers), "predict");
}

static void read_page(void)
{
    const digit_image image = {page, SIDE, SIDE, SIDE, DIGIT_PIXEL_GRAY8, DIGIT_INK_AUTO};
    digit_reading *reading;
    check(digit_model_read(shared, &image, NULL, &reading), "read");
    digit_reading_free(reading);
}

static void train_and_save(void)
{
    digit_model *model, *loaded;
    digit_model_options options;
    digit_train_options training;
    digit_model_options_init(&options, sizeof options);
    digit_train_options_init(&training, sizeof training);
    options.architecture = "conv 8x3 batchnorm relu maxpool 2 dense 32 relu dense 10 other 1";
    training.epochs = 1;
    training.augment = 1;
    check(digit_model_create(&options, &model), "create");
    check(digit_model_set_threads(model, 2), "set_threads");
    check(digit_model_train(model, data, &training), "train");
    check(digit_model_save(model, path), "save");
    check(digit_model_load(path, &loaded), "load");
    digit_model_free(loaded);
    digit_model_free(model);
}

static void fail_on_purpose(void)
{
    digit_model *model;
    digit_dataset *none;
    if (digit_model_load("/dev/null", &model) == DIGIT_OK ||
        digit_model_load_memory(page, sizeof page, &model) == DIGIT_OK ||
        digit_dataset_load_idx("/dev/null", "/nowhere", &none) == DIGIT_OK)
        exit(EXIT_FAILURE);
}

static void *live(void *argument)
{
    static void (*const acts[])(void) = {predict, read_page, train_and_save, fail_on_purpose};
    const size_t number = (size_t)((atomic_ulong *)argument - done);
    while (time(NULL) < round_end) {
        acts[number % 4]();
        done[number]++;
    }
    return NULL;
}

/* ---- What may not grow ------------------------------------------------ */

typedef struct facts {
    long resident_kib, allocated_kib, descriptors, threads, mappings;
} facts;

static long count_entries(const char *folder_path)
{
    long count = 0;
    DIR *folder = opendir(folder_path);
    while (folder && readdir(folder))
        count++;
    if (folder)
        closedir(folder);
    return count;
}

static facts take_facts(void)
{
    const struct mallinfo2 heap = mallinfo2();
    facts f = {.allocated_kib = (long)((heap.uordblks + heap.hblkhd) / 1024),
               .descriptors = count_entries("/proc/self/fd"),
               .threads = count_entries("/proc/self/task")};
    long pages = 0;
    int c;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file && fscanf(file, "%*d %ld", &pages) == 1)
        f.resident_kib = pages * (sysconf(_SC_PAGESIZE) / 1024);
    if (file)
        fclose(file);
    file = fopen("/proc/self/maps", "r");
    while (file && (c = getc(file)) != EOF)
        f.mappings += c == '\n';
    if (file)
        fclose(file);
    return f;
}

static void print_facts(int number, facts f)
{
    unsigned long all = 0;
    for (int i = 0; i < THREADS; i++)
        all += done[i];
    printf("round %d: %ld KiB resident, %ld allocated, %ld descriptors, %ld threads, %ld mappings, "
           "%lu acts\n", number, f.resident_kib, f.allocated_kib, f.descriptors, f.threads,
           f.mappings, all);
    fflush(stdout);
}

/* ---- Rounds ----------------------------------------------------------- */

static facts run_round(int number)
{
    pthread_t threads[THREADS];
    round_end = time(NULL) + ROUND_SECONDS;
    for (int i = 0; i < THREADS; i++)
        if (pthread_create(&threads[i], NULL, live, &done[i]) != 0)
            exit(EXIT_FAILURE);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    const facts f = take_facts();
    print_facts(number, f);
    return f;
}

static void prepare(void)
{
    uint32_t noise = 1;
    for (int i = 0; i < SAMPLES; i++) {
        labels[i] = (uint8_t)(i % DIGIT_CLASSES);
        for (int k = 0; k < DIGIT_SAMPLE_BYTES; k++) {
            noise = noise * 1664525u + 1013904223u;
            samples[i][k] = (uint8_t)(k / 78 == labels[i] ? 255 : noise >> 27);
        }
    }
    memset(page, 240, sizeof page);
    for (int y = 40; y < SIDE - 60; y += 80)
        for (int x = 30; x < SIDE - 30; x += 30)
            for (int row = 0; row < 40; row++)
                memset(&page[y + row][x + row / 8], 20, 6);
    check(digit_dataset_create(samples[0], labels, SAMPLES, &data), "dataset");
    check(digit_model_load_pretrained(&shared), "load_pretrained");
    check(digit_model_set_threads(shared, 2), "set_threads");
    const int fd = mkstemp(path);
    if (fd < 0)
        exit(EXIT_FAILURE);
    close(fd);
}

static bool is_steady(facts warm, facts now)
{
    return labs(now.allocated_kib - warm.allocated_kib) <= ALLOCATED_KIB &&
           now.descriptors == warm.descriptors && now.threads == warm.threads &&
           now.mappings <= warm.mappings + MAPPINGS; /* the C library's heaps of threads */
}

static int compare(const void *a, const void *b)
{
    const long x = *(const long *)a, y = *(const long *)b;
    return (x > y) - (x < y);
}

static long median_resident(const facts rounds[MEDIAN_OF])
{
    long kib[MEDIAN_OF];
    for (int i = 0; i < MEDIAN_OF; i++)
        kib[i] = rounds[i].resident_kib;
    qsort(kib, MEDIAN_OF, sizeof kib[0], compare);
    return kib[MEDIAN_OF / 2];
}

static bool all_steady(const facts *rounds, int count)
{
    const int warm = count / 5;
    const long before = median_resident(rounds + warm);
    const long after = median_resident(rounds + count - MEDIAN_OF);
    bool steady = labs(after - before) <= RESIDENT_KIB;
    for (int i = warm; i < count; i++)
        steady = steady && is_steady(rounds[warm], rounds[i]);
    printf("resident memory: %+ld KiB from the first rounds to the last\n", after - before);
    return steady;
}

int main(int argc, char **argv)
{
    const int asked = (argc == 2 ? atoi(argv[1]) : 0) / ROUND_SECONDS;
    const int count = asked < ROUNDS_LEAST ? ROUNDS_LEAST : asked;
    facts *rounds = calloc((size_t)count, sizeof *rounds);
    if (!rounds)
        return EXIT_FAILURE;
    prepare();
    for (int i = 0; i < count; i++)
        rounds[i] = run_round(i);
    bool good = all_steady(rounds, count);
    for (int i = 0; i < THREADS; i++)
        good = good && done[i] > 0;
    unlink(path);
    digit_model_free(shared);
    digit_dataset_free(data);
    free(rounds);
    printf("%s\n", good ? "Ok: 1" : "Fail: 1");
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
