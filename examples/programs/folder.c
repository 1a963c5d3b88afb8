#include "folder.h"

#include "cli.h"
#include "picture.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *const endings[] = {".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp"};

/* The pictures of one digit. */
typedef struct shelf {
    struct dirent **names; /* [count], sorted */
    int count;
} shelf;

typedef struct collection {
    const char *path;
    const digit_model *model;
    shelf shelves[DIGIT_CLASSES];
    uint8_t *samples, *labels; /* [count], room for `room` */
    size_t count, room;
} collection;

static int is_picture(const struct dirent *entry)
{
    const size_t length = strlen(entry->d_name);
    if (entry->d_name[0] == '.')
        return 0;
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        const size_t ending = strlen(endings[i]);
        if (length > ending && strcasecmp(entry->d_name + length - ending, endings[i]) == 0)
            return 1;
    }
    return 0;
}

/* By bytes: the same order, and so the same model, in any locale. */
static int compare(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int find_pictures(collection *c)
{
    char path[PATH_MAX + 16]; /* what is cut off is still too long for the kernel, which says so */
    int all = 0;
    for (int digit = 0; digit < DIGIT_CLASSES; digit++) {
        shelf *s = &c->shelves[digit];
        snprintf(path, sizeof path, "%s/%d", c->path, digit);
        s->count = scandir(path, &s->names, is_picture, compare);
        if (s->count < 0 && errno != ENOENT) {
            cli_message("%s: %s", path, strerror(errno));
            return 1;
        }
        s->count = s->count < 0 ? 0 : s->count; /* not every digit has to be there */
        all += s->count;
    }
    if (all > 0)
        return 0;
    cli_message("%s: no pictures in sub-folders 0 to 9", c->path);
    return 1;
}

static bool make_room(collection *c)
{
    if (c->count < c->room)
        return true;
    const size_t room = c->room ? 2 * c->room : 256;
    uint8_t *samples = realloc(c->samples, room * DIGIT_SAMPLE_BYTES);
    if (samples)
        c->samples = samples;
    uint8_t *labels = realloc(c->labels, room);
    if (labels)
        c->labels = labels;
    if (samples && labels)
        c->room = room;
    return samples && labels;
}

static int add_page(collection *c, const char *path, int digit, const picture *shown)
{
    digit_sample_info info = {.size = sizeof info};
    if (!make_room(c)) {
        cli_message("out of memory");
        return 1;
    }
    uint8_t *sample = c->samples + c->count * DIGIT_SAMPLE_BYTES;
    if (digit_model_normalize(c->model, &shown->image, sample, &info) != DIGIT_OK)
        return cli_library_error(path);
    if (info.flags & DIGIT_FLAG_BLANK) {
        cli_message("%s: blank; left out", path);
        return 0;
    }
    c->labels[c->count++] = (uint8_t)digit;
    return 0;
}

static int add_picture(collection *c, const char *name, int digit)
{
    char path[PATH_MAX + 300], reason[PICTURE_REASON];
    picture shown;
    int status = 0;
    snprintf(path, sizeof path, "%s/%d/%s", c->path, digit, name);
    picture_file *file = picture_open(path, reason);
    if (!file) {
        cli_message("%s: %s", path, reason);
        return 1;
    }
    for (uint32_t page = 0; status == 0 && page < picture_pages(file); page++) {
        if (picture_decode(file, page, &shown, reason) != 0) {
            cli_message("%s: %s", path, reason);
            status = 1;
        } else {
            status = add_page(c, path, digit, &shown);
            picture_clear(&shown);
        }
    }
    picture_close(file);
    return status;
}

static int add_pictures(collection *c)
{
    bool more = true;
    for (int i = 0; more; i++) {
        more = false;
        for (int digit = 0; digit < DIGIT_CLASSES; digit++) {
            if (i >= c->shelves[digit].count)
                continue;
            more = true;
            if (add_picture(c, c->shelves[digit].names[i]->d_name, digit) != 0)
                return 1;
        }
    }
    if (c->count > 0)
        return 0;
    cli_message("%s: all pictures are blank", c->path);
    return 1;
}

static void clear(collection *c)
{
    for (int digit = 0; digit < DIGIT_CLASSES; digit++) {
        for (int i = 0; i < c->shelves[digit].count; i++)
            free(c->shelves[digit].names[i]);
        free((void *)c->shelves[digit].names);
    }
    free(c->samples);
    free(c->labels);
}

int folder_load(const char *path, const digit_model *model, digit_dataset **out)
{
    collection c = {.path = path, .model = model};
    int status = find_pictures(&c);
    if (status == 0)
        status = add_pictures(&c);
    if (status == 0 && digit_dataset_create(c.samples, c.labels, c.count, out) != DIGIT_OK)
        status = cli_library_error(path);
    clear(&c);
    return status;
}
