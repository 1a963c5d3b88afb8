/* temp_folder.h - a folder of a test's own, and files in it. */
#ifndef DIGIT_TEST_TEMP_FOLDER_H
#define DIGIT_TEST_TEMP_FOLDER_H

#include <check.h>
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char temp_folder[256];

/* Checked fixture: made before each test ... */
static inline void temp_folder_make(void)
{
    const char *base = getenv("TMPDIR");
    snprintf(temp_folder, sizeof temp_folder, "%s/libdigit-XXXXXX", base && *base ? base : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(temp_folder));
}

/* Number of entries, hidden ones included. */
static inline int temp_folder_count(void)
{
    int count = 0;
    DIR *folder = opendir(temp_folder);
    ck_assert_ptr_nonnull(folder);
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;)
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(folder);
    return count;
}

/* ... and removed with the files and empty folders in it afterwards. */
static inline void temp_folder_remove(void)
{
    char path[600];
    DIR *folder = opendir(temp_folder);
    ck_assert_ptr_nonnull(folder);
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        snprintf(path, sizeof path, "%s/%s", temp_folder, entry->d_name);
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            ck_assert_int_eq(remove(path), 0);
    }
    closedir(folder);
    ck_assert_int_eq(rmdir(temp_folder), 0);
}

/* "FOLDER/name", valid for 15 calls more by this thread. */
static inline const char *temp_path(const char *name)
{
    static _Thread_local char paths[16][600];
    static _Thread_local unsigned next;
    char *path = paths[next++ % 16];
    snprintf(path, sizeof paths[0], "%s/%s", temp_folder, name);
    return path;
}

static inline const char *temp_write(const char *name, const void *bytes, size_t size)
{
    const char *path = temp_path(name);
    FILE *file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(bytes, 1, size, file), size);
    ck_assert_int_eq(fclose(file), 0);
    return path;
}

#endif
