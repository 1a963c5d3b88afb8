/* main() of a fuzz target without an engine: files and folders of them, one by one. */
#define _DEFAULT_SOURCE /* scandir() */
#include "fuzz.h"

#include <dirent.h>

static int inputs;

/* From a block of exactly its size, so that a sanitizer sees a read behind it. */
static void replay_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    const long end = file && fseek(file, 0, SEEK_END) == 0 ? ftell(file) : -1;
    const size_t size = end > 0 ? (size_t)end : 0;
    uint8_t *bytes = malloc(size ? size : 1);
    if (end < 0 || !bytes || fseek(file, 0, SEEK_SET) != 0 ||
        fread(bytes, 1, size, file) != size) {
        perror(path);
        exit(EXIT_FAILURE);
    }
    fclose(file);
    fprintf(stderr, "%s\n", path); /* the last one named is the one it stopped at */
    LLVMFuzzerTestOneInput(bytes, size);
    inputs++;
    free(bytes);
}

/* False if it is none. */
static bool replay_folder(const char *path)
{
    struct dirent **entries;
    const int count = scandir(path, &entries, NULL, alphasort);
    if (count < 0)
        return false;
    for (int i = 0; i < count; i++) {
        char inner[4096];
        if (entries[i]->d_name[0] != '.') {
            snprintf(inner, sizeof inner, "%s/%s", path, entries[i]->d_name);
            replay_file(inner);
        }
        free(entries[i]);
    }
    free(entries);
    return true;
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (!replay_folder(argv[i]))
            replay_file(argv[i]);
    printf("%d inputs\n", inputs);
    return inputs > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
