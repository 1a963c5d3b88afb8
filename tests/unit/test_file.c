/* Reading whole files, and replacing them so that nothing is ever half done. */
#define _GNU_SOURCE
#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "io/file.h"

#include "../support/counting.h"
#include "../support/temp_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

/*
 * The system calls below take the place of the C library's in this program. Each goes
 * through to the kernel unless the test asked for a failure of its `fault_at`-th call, or
 * of every one.
 */
#define EVERY 0

typedef enum fault {
    NO_FAULT,
    FAULT_OPEN,
    FAULT_READ,
    FAULT_READ_END, /* as where the file ends */
    FAULT_FSTAT,
    FAULT_FSTATAT,
    FAULT_UNLINKAT,
    FAULT_OPENAT,
    FAULT_FCHMOD,
    FAULT_WRITE,
    FAULT_WRITE_SHORT, /* every time, one byte */
    FAULT_FSYNC,
    FAULT_LINKAT,
    FAULT_RENAMEAT,
    FAULT_FLOCK,
} fault;

static fault fault_in;
static int fault_at, fault_errno, fault_seen;
static bool fault_kills;
static int no_tmpfile;    /* what a file system without O_TMPFILE says to it; 0: it has it */
static time_t clock_step; /* seconds that pass between two looks at the clock */

static bool strikes(fault call)
{
    if (fault_in != call || (++fault_seen != fault_at && fault_at != EVERY))
        return false;
    if (fault_kills)
        raise(SIGKILL);
    errno = fault_errno;
    return true;
}

static void inject(fault call, int at, int error, bool kills)
{
    fault_in = call;
    fault_at = at;
    fault_errno = error;
    fault_kills = kills;
    fault_seen = 0;
}

int openat(int folder, const char *name, int flags, ...)
{
    mode_t mode = 0;
    if (flags & (O_CREAT | O_TMPFILE)) {
        va_list arguments;
        va_start(arguments, flags);
        mode = va_arg(arguments, mode_t);
        va_end(arguments);
    }
    if ((flags & O_TMPFILE) == O_TMPFILE && no_tmpfile) {
        errno = no_tmpfile;
        return -1;
    }
    if (strikes(FAULT_OPENAT))
        return -1;
    return (int)syscall(SYS_openat, folder, name, flags, mode);
}

int open(const char *path, int flags, ...)
{
    mode_t mode = 0;
    if (flags & O_CREAT) {
        va_list arguments;
        va_start(arguments, flags);
        mode = va_arg(arguments, mode_t);
        va_end(arguments);
    }
    return strikes(FAULT_OPEN) ? -1 : (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

ssize_t read(int fd, void *bytes, size_t size)
{
    if (strikes(FAULT_READ_END))
        return 0;
    return strikes(FAULT_READ) ? -1 : syscall(SYS_read, fd, bytes, size);
}

int fstat(int fd, struct stat *facts)
{
    return strikes(FAULT_FSTAT) ? -1 : fstatat(fd, "", facts, AT_EMPTY_PATH);
}

int fstatat(int folder, const char *name, struct stat *facts, int flags)
{
    if (strikes(FAULT_FSTATAT))
        return -1;
    return (int)syscall(SYS_newfstatat, folder, name, facts, flags);
}

int unlinkat(int folder, const char *name, int flags)
{
    return strikes(FAULT_UNLINKAT) ? -1 : (int)syscall(SYS_unlinkat, folder, name, flags);
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
    static atomic_llong passed; /* savers on several threads look at it */
    const int result = (int)syscall(SYS_clock_gettime, clock, now);
    now->tv_sec += (time_t)(atomic_fetch_add(&passed, clock_step) + clock_step);
    return result;
}

int fchmod(int fd, mode_t mode)
{
    return strikes(FAULT_FCHMOD) ? -1 : (int)syscall(SYS_fchmod, fd, mode);
}

ssize_t write(int fd, const void *bytes, size_t size)
{
    if (strikes(FAULT_WRITE))
        return -1;
    if (fault_in == FAULT_WRITE_SHORT && size > 1)
        size = 1;
    return syscall(SYS_write, fd, bytes, size);
}

int fsync(int fd)
{
    return strikes(FAULT_FSYNC) ? -1 : (int)syscall(SYS_fsync, fd);
}

int linkat(int from_folder, const char *from, int folder, const char *name, int flags)
{
    if (strikes(FAULT_LINKAT))
        return -1;
    return (int)syscall(SYS_linkat, from_folder, from, folder, name, flags);
}

int renameat(int from_folder, const char *from, int folder, const char *name)
{
    if (strikes(FAULT_RENAMEAT)) {
        if (errno == ENOENT)
            unlinkat(from_folder, from, 0); /* somebody tidied it away */
        return -1;
    }
    return (int)syscall(SYS_renameat2, from_folder, from, folder, name, 0);
}

int flock(int fd, int operation)
{
    return strikes(FAULT_FLOCK) ? -1 : (int)syscall(SYS_flock, fd, operation);
}

static void setup(void)
{
    inject(NO_FAULT, 0, 0, false);
    no_tmpfile = 0;
    clock_step = 0;
    temp_folder_make();
}

static void assert_error(const char *part)
{
    ck_assert_msg(strstr(dg_error_text(), part) != NULL, "'%s' lacks '%s'", dg_error_text(), part);
}

static void assert_content(const char *path, const char *wanted)
{
    uint8_t *bytes;
    size_t size;
    ck_assert_int_eq(dg_file_read(path, 1 << 20, &bytes, &size), DIGIT_OK);
    ck_assert_uint_eq(size, strlen(wanted));
    ck_assert_int_eq(memcmp(bytes, wanted, size), 0);
    dg_free(bytes);
}

static digit_status replace(const char *path, const char *text)
{
    return dg_file_replace(path, text, strlen(text));
}

static mode_t mode_of(const char *path)
{
    struct stat facts;
    ck_assert_int_eq(lstat(path, &facts), 0);
    return facts.st_mode & 07777;
}

/* ---- Reading ---------------------------------------------------------- */

START_TEST(reads_all_and_keeps_errno)
{
    temp_write("a", "hello", 5);
    errno = EDOM;
    assert_content(temp_path("a"), "hello");
    ck_assert_int_eq(errno, EDOM);
    temp_write("empty", "", 0);
    assert_content(temp_path("empty"), "");
}
END_TEST

START_TEST(refuses_what_is_no_regular_file)
{
    uint8_t *bytes = (uint8_t *)1;
    size_t size = 1;
    ck_assert_int_eq(dg_file_read(temp_path("none"), 9, &bytes, &size), DIGIT_ERR_IO);
    assert_error("none: cannot open: No such file or directory");
    ck_assert_ptr_null(bytes);
    ck_assert_uint_eq(size, 0);

    ck_assert_int_eq(dg_file_read(temp_folder, 9, &bytes, &size), DIGIT_ERR_IO);
    assert_error("is a directory");

    ck_assert_int_eq(mkfifo(temp_path("fifo"), 0600), 0);
    ck_assert_int_eq(dg_file_read(temp_path("fifo"), 9, &bytes, &size), DIGIT_ERR_IO);
    assert_error("is not a regular file");

    ck_assert_int_eq(dg_file_read("/dev/zero", 9, &bytes, &size), DIGIT_ERR_IO);
    assert_error("is not a regular file");
    ck_assert_int_eq(dg_file_read("", 9, &bytes, &size), DIGIT_ERR_IO);
}
END_TEST

START_TEST(reads_no_more_than_the_limit)
{
    uint8_t *bytes;
    size_t size;
    temp_write("a", "hello", 5);
    ck_assert_int_eq(dg_file_read(temp_path("a"), 5, &bytes, &size), DIGIT_OK);
    dg_free(bytes);
    ck_assert_int_eq(dg_file_read(temp_path("a"), 4, &bytes, &size), DIGIT_ERR_LIMIT);
    assert_error("5 bytes; at most 4");
    ck_assert_ptr_null(bytes);
}
END_TEST

START_TEST(says_what_went_wrong_while_reading)
{
    static const struct {
        fault call;
        int error;
        const char *sentence;
    } rows[] = {
        {FAULT_OPEN, EMFILE, "cannot open: Too many open files"},
        {FAULT_FSTAT, EOVERFLOW, "cannot look at it"},
        {FAULT_READ, EIO, "cannot read: Input/output error"},
        {FAULT_READ, 9999, "cannot read: error 9999"},
        {FAULT_READ_END, 0, "became shorter while it was read"},
    };
    uint8_t *bytes;
    size_t size;

    temp_write("a", "hello", 5);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        inject(rows[i].call, 1, rows[i].error, false);
        ck_assert_int_eq(dg_file_read(temp_path("a"), 9, &bytes, &size), DIGIT_ERR_IO);
        assert_error(rows[i].sentence);
        ck_assert_ptr_null(bytes);
        ck_assert_uint_eq(size, 0);
    }
    inject(FAULT_OPEN, 1, EINTR, false);
    assert_content(temp_path("a"), "hello");
    inject(FAULT_READ, 1, EINTR, false);
    assert_content(temp_path("a"), "hello");
}
END_TEST

START_TEST(needs_memory_for_what_it_reads)
{
    uint8_t *bytes;
    size_t size;
    counting_begin();
    if (!counting_works())
        return;
    temp_write("a", "hello", 5);
    counted.calls = 0;
    counted.fail_at = 1;
    ck_assert_int_eq(dg_file_read(temp_path("a"), 9, &bytes, &size), DIGIT_ERR_MEMORY);
    assert_error("5 bytes");
    ck_assert_ptr_null(bytes);
}
END_TEST

START_TEST(closes_twice)
{
    dg_file file;
    size_t filled = 9;
    char rest[4];
    temp_write("a", "hello", 5);
    ck_assert_int_eq(dg_file_open(temp_path("a"), &file), DIGIT_OK);
    ck_assert_uint_eq(file.size, 5);
    ck_assert_int_eq(dg_file_fill(&file, rest, 4, &filled), DIGIT_OK);
    ck_assert_uint_eq(filled, 4);
    ck_assert_int_eq(dg_file_fill(&file, rest, 4, &filled), DIGIT_OK);
    ck_assert_uint_eq(filled, 1);
    dg_file_close(&file);
    ck_assert_int_eq(file.fd, -1);
    dg_file_close(&file);
}
END_TEST

/* ---- Replacing -------------------------------------------------------- */

/* `_i`: 0 with files that have no name, 1 without them. */
static void choose_way(int way)
{
    no_tmpfile = way == 1 ? EOPNOTSUPP : 0;
}

START_TEST(makes_and_replaces)
{
    const char *path = temp_path("model");
    const mode_t mask = umask(027);
    choose_way(_i);
    errno = EDOM;
    ck_assert_int_eq(replace(path, "one"), DIGIT_OK);
    ck_assert_int_eq(errno, EDOM);
    assert_content(path, "one");
    ck_assert_uint_eq(mode_of(path), 0640);

    ck_assert_int_eq(chmod(path, 0604), 0);
    ck_assert_int_eq(replace(path, "two and more"), DIGIT_OK);
    assert_content(path, "two and more");
    ck_assert_uint_eq(mode_of(path), 0604);
    ck_assert_int_eq(replace(path, ""), DIGIT_OK);
    assert_content(path, "");
    ck_assert_int_eq(temp_folder_count(), 1);
    umask(mask);
}
END_TEST

START_TEST(works_in_the_current_folder)
{
    char before[1024];
    choose_way(_i);
    ck_assert_ptr_nonnull(getcwd(before, sizeof before));
    ck_assert_int_eq(chdir(temp_folder), 0);
    ck_assert_int_eq(replace("model", "here"), DIGIT_OK);
    assert_content("model", "here");
    ck_assert_int_eq(chdir(before), 0);
}
END_TEST

START_TEST(survives_short_writes)
{
    inject(FAULT_WRITE_SHORT, EVERY, 0, false);
    ck_assert_int_eq(replace(temp_path("model"), "byte by byte"), DIGIT_OK);
    assert_content(temp_path("model"), "byte by byte");
}
END_TEST

START_TEST(repeats_interrupted_calls)
{
    static const fault calls[] = {FAULT_OPENAT, FAULT_WRITE, FAULT_FSYNC, FAULT_LINKAT};
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        inject(calls[i], 1, EINTR, false);
        ck_assert_int_eq(replace(temp_path("model"), "whole"), DIGIT_OK);
        ck_assert_int_ge(fault_seen, 2);
        assert_content(temp_path("model"), "whole");
    }
    ck_assert_int_eq(temp_folder_count(), 1);
}
END_TEST

START_TEST(follows_symbolic_links)
{
    const char *chain = temp_path("chain");
    choose_way(_i);
    ck_assert_int_eq(mkdir(temp_path("sub"), 0700), 0);
    ck_assert_int_eq(symlink("sub/link", chain), 0);
    ck_assert_int_eq(symlink("../real", temp_path("sub/link")), 0);
    ck_assert_int_eq(replace(chain, "new, behind dangling links"), DIGIT_OK);
    assert_content(temp_path("real"), "new, behind dangling links");
    ck_assert_int_eq(replace(chain, "old"), DIGIT_OK);
    assert_content(temp_path("real"), "old");

    struct stat facts;
    ck_assert_int_eq(lstat(chain, &facts), 0);
    ck_assert(S_ISLNK(facts.st_mode));
    ck_assert_int_eq(unlink(temp_path("sub/link")), 0);

    ck_assert_int_eq(symlink(temp_path("real"), temp_path("absolute")), 0);
    ck_assert_int_eq(replace(temp_path("absolute"), "new"), DIGIT_OK);
    assert_content(temp_path("real"), "new");
    ck_assert_int_eq(chdir(temp_folder), 0);
    ck_assert_int_eq(symlink("real", "beside"), 0);
    ck_assert_int_eq(replace("beside", "newer"), DIGIT_OK);
    assert_content("real", "newer");
    ck_assert_int_eq(chdir("/"), 0);
}
END_TEST

START_TEST(refuses_bad_targets)
{
    char long_name[300], *const long_path = malloc(6000);
    ck_assert_int_eq(replace(temp_folder, "x"), DIGIT_ERR_IO);
    assert_error("is a directory");
    ck_assert_int_eq(mkfifo(temp_path("fifo"), 0600), 0);
    ck_assert_int_eq(replace(temp_path("fifo"), "x"), DIGIT_ERR_IO);
    assert_error("is not a regular file");
    ck_assert_int_eq(replace("/dev/null", "x"), DIGIT_ERR_IO);
    assert_error("is not a regular file");
    ck_assert_int_eq(replace("", "x"), DIGIT_ERR_IO);
    ck_assert_int_eq(replace(temp_path("no/model"), "x"), DIGIT_ERR_IO);
    assert_error("cannot open its folder: No such file or directory");
    ck_assert_int_eq(replace(temp_path("fifo/model"), "x"), DIGIT_ERR_IO);
    assert_error("Not a directory");
    ck_assert_int_eq(replace(temp_path("model/"), "x"), DIGIT_ERR_IO);

    ck_assert_int_eq(symlink("round", temp_path("round")), 0);
    ck_assert_int_eq(replace(temp_path("round"), "x"), DIGIT_ERR_IO);
    assert_error("Too many levels of symbolic links");

    memset(long_name, 'n', sizeof long_name - 1);
    long_name[sizeof long_name - 1] = '\0';
    ck_assert_int_eq(replace(temp_path(long_name), "x"), DIGIT_ERR_IO);
    memset(long_path, 'n', 5999);
    long_path[5999] = '\0';
    ck_assert_int_eq(replace(long_path, "x"), DIGIT_ERR_IO);
    long_path[4090] = '\0';
    ck_assert_int_eq(symlink(long_path, temp_path("long")), 0);
    ck_assert_int_eq(replace(temp_path("long"), "x"), DIGIT_ERR_IO);
    assert_error("File name too long");
    free(long_path);
    ck_assert_int_eq(replace("/dev", "x"), DIGIT_ERR_IO);
    assert_error("is a directory");
    ck_assert_int_eq(temp_folder_count(), 3);
}
END_TEST

START_TEST(takes_the_longest_names)
{
    char name[256];
    choose_way(_i);
    memset(name, 'n', 255);
    memcpy(name + 199, "\xc3\xa9", 2); /* a character where the temporary name is cut */
    name[255] = '\0';
    ck_assert_int_eq(replace(temp_path(name), "x"), DIGIT_OK);
    assert_content(temp_path(name), "x");
}
END_TEST

/* Every call that may fail, with the old file there: it stays, and stays alone. */
START_TEST(keeps_the_old_file_on_failure)
{
    static const struct {
        fault call;
        int at, error;
        const char *sentence;
        int way;
    } rows[] = {
        {FAULT_OPEN, 1, EACCES, "cannot open its folder: Permission denied", 0},
        {FAULT_FSTATAT, 1, EIO, "cannot save: Input/output error", 0},
        {FAULT_OPENAT, 1, EMFILE, "Too many open files", 0},
        {FAULT_OPENAT, 2, EMFILE, "cannot make a new file", 0},
        {FAULT_OPENAT, 2, EACCES, "Permission denied", 0},
        {FAULT_OPENAT, 3, EMFILE, "cannot look for a leftover", 0},
        {FAULT_OPENAT, 2, EMFILE, "cannot look for a leftover", 1},
        {FAULT_OPENAT, 3, EACCES, "cannot make a new file", 1},
        {FAULT_FCHMOD, 1, EPERM, "cannot keep its mode", 0},
        {FAULT_WRITE, 1, ENOSPC, "cannot write: No space left on device", 0},
        {FAULT_WRITE, 1, ENOSPC, "cannot write: No space left on device", 1},
        {FAULT_FSYNC, 1, EIO, "cannot sync: Input/output error", 0},
        {FAULT_LINKAT, 1, ENOSPC, "cannot link the new file", 0},
        {FAULT_RENAMEAT, 1, EACCES, "cannot put the new file in place", 0},
        {FAULT_RENAMEAT, EVERY, ENOENT, "something keeps removing the new file", 0},
    };
    const char *path = temp_path("model");

    ck_assert_int_eq(replace(path, "old"), DIGIT_OK);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        choose_way(rows[i].way);
        inject(rows[i].call, rows[i].at, rows[i].error, false);
        ck_assert_int_eq(replace(path, "new"), DIGIT_ERR_IO);
        ck_assert_int_ge(fault_seen, rows[i].at);
        assert_error(rows[i].sentence);
        inject(NO_FAULT, 0, 0, false);
        assert_content(path, "old");
        ck_assert_int_eq(temp_folder_count(), 1);
    }
}
END_TEST

START_TEST(says_when_only_the_folder_was_not_synced)
{
    const char *path = temp_path("model");
    inject(FAULT_FSYNC, 2, EIO, false);
    ck_assert_int_eq(replace(path, "new"), DIGIT_ERR_IO);
    assert_error("saved, but cannot sync its folder");
    inject(FAULT_FSYNC, 2, EINVAL, false);
    ck_assert_int_eq(replace(path, "newer"), DIGIT_OK);
    assert_content(path, "newer");
    ck_assert_int_eq(temp_folder_count(), 1);
}
END_TEST

START_TEST(goes_on_without_proc)
{
    static const int errors[] = {ENOENT, EPERM, EXDEV, EOPNOTSUPP};
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        inject(FAULT_LINKAT, 1, errors[i], false);
        ck_assert_int_eq(replace(temp_path("model"), "x"), DIGIT_OK);
        ck_assert_int_eq(fault_seen, 1);
        assert_content(temp_path("model"), "x");
        ck_assert_int_eq(temp_folder_count(), 1);
    }
}
END_TEST

START_TEST(goes_on_without_files_without_names)
{
    static const int errors[] = {EOPNOTSUPP, EISDIR, EINVAL, ENOENT};
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        no_tmpfile = errors[i];
        ck_assert_int_eq(replace(temp_path("model"), "x"), DIGIT_OK);
        assert_content(temp_path("model"), "x");
        ck_assert_int_eq(temp_folder_count(), 1);
    }
}
END_TEST

/* Another saver took the new file for a leftover before it was locked. */
START_TEST(starts_over_when_the_lock_is_lost)
{
    static const fault calls[] = {FAULT_FLOCK, FAULT_FSTAT};
    choose_way(1);
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        inject(calls[i], 1, EWOULDBLOCK, false);
        ck_assert_int_eq(replace(temp_path("model"), "x"), DIGIT_OK);
        ck_assert_int_ge(fault_seen, 2);
        assert_content(temp_path("model"), "x");
        ck_assert_int_eq(temp_folder_count(), 1);
    }
}
END_TEST

START_TEST(goes_on_without_locks)
{
    inject(FAULT_FLOCK, EVERY, ENOLCK, false);
    ck_assert_int_eq(replace(temp_path("model"), "x"), DIGIT_OK);
    assert_content(temp_path("model"), "x");
}
END_TEST

START_TEST(starts_over_when_the_name_is_lost)
{
    inject(FAULT_RENAMEAT, 1, ENOENT, false);
    ck_assert_int_eq(replace(temp_path("model"), "x"), DIGIT_OK);
    assert_content(temp_path("model"), "x");
    ck_assert_int_eq(temp_folder_count(), 1);
}
END_TEST

/* Save in a child that is killed in the given call. */
static void save_and_die(const char *path, fault call, int at)
{
    int status;
    const pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        inject(call, at, 0, true);
        _exit(replace(path, "new") == DIGIT_OK ? 0 : 1);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

START_TEST(leaves_old_or_new_when_killed)
{
    static const struct {
        fault call;
        int at;
        int files; /* in the folder afterwards */
        const char *content;
    } rows[2][6] = {
        {{FAULT_OPENAT, 2, 1, "old"}, {FAULT_WRITE, 1, 1, "old"}, {FAULT_FSYNC, 1, 1, "old"},
         {FAULT_LINKAT, 1, 1, "old"}, {FAULT_RENAMEAT, 1, 2, "old"}, {FAULT_FSYNC, 2, 1, "new"}},
        {{FAULT_OPENAT, 3, 1, "old"}, {FAULT_FCHMOD, 1, 2, "old"}, {FAULT_WRITE, 1, 2, "old"},
         {FAULT_FSYNC, 1, 2, "old"}, {FAULT_RENAMEAT, 1, 2, "old"}, {FAULT_FSYNC, 2, 1, "new"}},
    };
    const char *path = temp_path("model");

    choose_way(_i);
    for (size_t i = 0; i < 6; i++) {
        ck_assert_int_eq(replace(path, "old"), DIGIT_OK);
        save_and_die(path, rows[_i][i].call, rows[_i][i].at);
        assert_content(path, rows[_i][i].content);
        ck_assert_int_eq(temp_folder_count(), rows[_i][i].files);
        /* What the kill left goes with the next save, even if that one fails. */
        inject(FAULT_WRITE, 1, ENOSPC, false);
        ck_assert_int_eq(replace(path, "next"), DIGIT_ERR_IO);
        inject(NO_FAULT, 0, 0, false);
        ck_assert_int_eq(temp_folder_count(), 1);
        assert_content(path, rows[_i][i].content);
    }
}
END_TEST

/* The name of the file a save of "model" was killed with. */
static const char *find_leftover(void)
{
    DIR *folder = opendir(temp_folder);
    const char *found = NULL;
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;)
        if (strncmp(entry->d_name, ".model.", 7) == 0)
            found = temp_path(entry->d_name);
    closedir(folder);
    ck_assert_ptr_nonnull(found);
    return found;
}

START_TEST(removes_leftovers_of_any_kind)
{
    const char *path = temp_path("model"), *leftover;
    save_and_die(path, FAULT_RENAMEAT, 1);
    leftover = find_leftover();
    ck_assert_int_eq(chmod(leftover, 0), 0);
    ck_assert_int_eq(replace(path, "a"), DIGIT_OK);
    ck_assert_int_eq(temp_folder_count(), 1);

    temp_write("other", "untouched", 9);
    ck_assert_int_eq(symlink("other", leftover), 0);
    ck_assert_int_eq(replace(path, "b"), DIGIT_OK);
    ck_assert_int_eq(temp_folder_count(), 2);
    assert_content(temp_path("other"), "untouched");

    ck_assert_int_eq(mkfifo(leftover, 0600), 0);
    choose_way(1);
    ck_assert_int_eq(replace(path, "c"), DIGIT_OK);
    ck_assert_int_eq(temp_folder_count(), 2);
    assert_content(path, "c");

    ck_assert_int_eq(mkdir(leftover, 0700), 0);
    ck_assert_int_eq(replace(path, "d"), DIGIT_ERR_IO);
    assert_error("cannot remove the leftover");
    assert_content(path, "c");
}
END_TEST

/* Holds the temporary name as another saver would, for a while. */
static void *hold_for_a_while(void *argument)
{
    const int fd = *(int *)argument;
    usleep(100000);
    ck_assert_int_eq(unlink(find_leftover()), 0);
    close(fd);
    return NULL;
}

START_TEST(waits_for_another_saver)
{
    const char *path = temp_path("model");
    pthread_t thread;
    int fd;
    save_and_die(path, FAULT_RENAMEAT, 1);
    fd = open(find_leftover(), O_RDONLY);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(flock(fd, LOCK_EX), 0);
    ck_assert_int_eq(pthread_create(&thread, NULL, hold_for_a_while, &fd), 0);
    choose_way(_i);
    ck_assert_int_eq(replace(path, "mine"), DIGIT_OK);
    pthread_join(thread, NULL);
    assert_content(path, "mine");
    ck_assert_int_eq(temp_folder_count(), 1);
}
END_TEST

/* The other saver never ends, or its file can't be looked at. */
START_TEST(does_not_wait_for_ever)
{
    const char *path = temp_path("model");
    save_and_die(path, FAULT_RENAMEAT, 1);
    const int fd = open(find_leftover(), O_RDONLY);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(flock(fd, LOCK_EX), 0);
    clock_step = 10;
    ck_assert_int_eq(replace(path, "mine"), DIGIT_ERR_IO);
    assert_error("another save to this file has not ended in 30 seconds");
    ck_assert_int_eq(temp_folder_count(), 1);
    close(fd);

    inject(FAULT_FSTAT, EVERY, EIO, false);
    ck_assert_int_eq(replace(path, "mine"), DIGIT_ERR_IO);
    assert_error("another save");
    inject(FAULT_UNLINKAT, 1, EACCES, false);
    ck_assert_int_eq(replace(path, "mine"), DIGIT_ERR_IO);
    assert_error("cannot remove the leftover of an earlier save: Permission denied");
    inject(NO_FAULT, 0, 0, false);
    ck_assert_int_eq(replace(path, "mine"), DIGIT_OK);
    ck_assert_int_eq(temp_folder_count(), 1);
}
END_TEST

#define SAVERS 8
#define SAVES 25
#define SHARED_SIZE 20000

static void *save_often(void *argument)
{
    char *content = malloc(SHARED_SIZE);
    intptr_t failures = 0;
    memset(content, *(const char *)argument, SHARED_SIZE);
    for (int i = 0; i < SAVES; i++)
        failures += dg_file_replace(temp_path("model"), content, SHARED_SIZE) != DIGIT_OK;
    free(content);
    return (void *)failures;
}

static void assert_one_letter(void)
{
    uint8_t *bytes;
    size_t size;
    ck_assert_int_eq(dg_file_read(temp_path("model"), 1 << 20, &bytes, &size), DIGIT_OK);
    ck_assert_uint_eq(size, SHARED_SIZE);
    for (size_t i = 0; i < size; i++)
        ck_assert_uint_eq(bytes[i], bytes[0]);
    dg_free(bytes);
}

START_TEST(threads_and_processes_save_one_file)
{
    static const char letters[] = "abcdefgh";
    pthread_t threads[SAVERS / 2];
    pid_t children[SAVERS / 2];
    void *failures;
    int status;
    choose_way(_i);
    for (int i = 0; i < SAVERS / 2; i++) {
        children[i] = fork();
        if (children[i] == 0)
            _exit(save_often((void *)&letters[i + SAVERS / 2]) ? 1 : 0);
    }
    for (int i = 0; i < SAVERS / 2; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, save_often, (void *)&letters[i]), 0);
    for (int i = 0; i < SAVERS / 2; i++) {
        ck_assert_int_eq(pthread_join(threads[i], &failures), 0);
        ck_assert_msg(!failures, "%s", dg_error_text());
        ck_assert_int_eq(waitpid(children[i], &status, 0), children[i]);
        ck_assert_int_eq(status, 0);
    }
    assert_one_letter();
    ck_assert_int_eq(temp_folder_count(), 1);
}
END_TEST

START_TEST(closes_what_it_opens)
{
    const char *path = temp_path("model");
    const int before = dup(0);
    close(before);
    ck_assert_int_eq(replace(path, "x"), DIGIT_OK);
    ck_assert_int_eq(replace(temp_folder, "x"), DIGIT_ERR_IO);
    inject(FAULT_RENAMEAT, 1, EIO, false);
    ck_assert_int_eq(replace(path, "x"), DIGIT_ERR_IO);
    choose_way(1);
    ck_assert_int_eq(replace(path, "x"), DIGIT_OK);
    assert_content(path, "x");
    const int after = dup(0);
    close(after);
    ck_assert_int_eq(before, after);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("file");
    TCase *reading = tcase_create("reading"), *replacing = tcase_create("replacing");
    SRunner *runner = srunner_create(suite);
    tcase_add_checked_fixture(reading, setup, temp_folder_remove);
    tcase_add_test(reading, reads_all_and_keeps_errno);
    tcase_add_test(reading, refuses_what_is_no_regular_file);
    tcase_add_test(reading, reads_no_more_than_the_limit);
    tcase_add_test(reading, says_what_went_wrong_while_reading);
    tcase_add_test(reading, needs_memory_for_what_it_reads);
    tcase_add_test(reading, closes_twice);
    suite_add_tcase(suite, reading);

    tcase_add_checked_fixture(replacing, setup, temp_folder_remove);
    tcase_set_timeout(replacing, 60);
    tcase_add_loop_test(replacing, makes_and_replaces, 0, 2);
    tcase_add_loop_test(replacing, works_in_the_current_folder, 0, 2);
    tcase_add_test(replacing, survives_short_writes);
    tcase_add_test(replacing, repeats_interrupted_calls);
    tcase_add_loop_test(replacing, follows_symbolic_links, 0, 2);
    tcase_add_test(replacing, refuses_bad_targets);
    tcase_add_loop_test(replacing, takes_the_longest_names, 0, 2);
    tcase_add_test(replacing, keeps_the_old_file_on_failure);
    tcase_add_test(replacing, says_when_only_the_folder_was_not_synced);
    tcase_add_test(replacing, goes_on_without_proc);
    tcase_add_test(replacing, goes_on_without_files_without_names);
    tcase_add_test(replacing, goes_on_without_locks);
    tcase_add_test(replacing, starts_over_when_the_lock_is_lost);
    tcase_add_test(replacing, starts_over_when_the_name_is_lost);
    tcase_add_loop_test(replacing, leaves_old_or_new_when_killed, 0, 2);
    tcase_add_test(replacing, removes_leftovers_of_any_kind);
    tcase_add_loop_test(replacing, waits_for_another_saver, 0, 2);
    tcase_add_test(replacing, does_not_wait_for_ever);
    tcase_add_loop_test(replacing, threads_and_processes_save_one_file, 0, 2);
    tcase_add_test(replacing, closes_what_it_opens);
    suite_add_tcase(suite, replacing);

    srunner_run_all(runner, CK_NORMAL);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
