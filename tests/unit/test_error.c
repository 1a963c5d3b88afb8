/* The text of the last failure: a thread's own, never cut inside a character. */
#include "base/error.h"

#include "../support/suite.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

START_TEST(keeps_the_sentence_and_errno)
{
    ck_assert_str_eq(dg_error_text(), "");
    errno = EXDEV;
    ck_assert_int_eq(dg_fail(DIGIT_ERR_FORMAT, "%s: %d labels", "l.idx", 7), DIGIT_ERR_FORMAT);
    ck_assert_int_eq(errno, EXDEV);
    ck_assert_str_eq(dg_error_text(), "l.idx: 7 labels");
    ck_assert_str_eq(digit_last_error(), "l.idx: 7 labels");
    ck_assert_int_eq(dg_fail_memory("a thing", 12), DIGIT_ERR_MEMORY);
    ck_assert_str_eq(dg_error_text(), "out of memory: 12 bytes for a thing");
}
END_TEST

/* Bytes of the UTF-8 character that starts with `lead`; 0 if none does. */
static size_t character_size(unsigned char lead)
{
    if (lead < 0x80)
        return 1;
    if (lead >= 0xC2 && lead < 0xE0)
        return 2;
    if (lead >= 0xE0 && lead < 0xF0)
        return 3;
    return lead >= 0xF0 && lead < 0xF5 ? 4 : 0;
}

static bool is_utf8(const char *text)
{
    while (*text) {
        const size_t size = character_size((unsigned char)*text++);
        if (size == 0)
            return false;
        for (size_t i = 1; i < size; i++)
            if (((unsigned char)*text++ & 0xC0) != 0x80)
                return false;
    }
    return true;
}

static const char *const characters[] = {"x", "\u00e9", "\u20ac", "\U0001F58A"};

#define CHARACTERS (int)(sizeof characters / sizeof characters[0])

/* Characters of one to four bytes, cut at each of their bytes. */
START_TEST(cuts_between_characters)
{
    for (int before = 0; before < 4; before++) {
        char text[1300] = "";
        memset(text, 'a', (size_t)before);
        text[before] = '\0';
        while (strlen(text) < 1000)
            strcat(text, characters[_i]);
        dg_fail(DIGIT_ERR_IO, "%s", text);
        const char *kept = dg_error_text();
        const size_t length = strlen(kept);
        ck_assert_msg(is_utf8(kept), "%s", kept);
        ck_assert_mem_eq(kept, text, length);
        ck_assert_uint_gt(length, 240);
    }
}
END_TEST

/* A text that just fits stays whole. */
START_TEST(keeps_all_that_fits)
{
    char text[256];
    for (size_t length = 240; length < sizeof text; length++) {
        memset(text, 'a', length);
        text[length] = '\0';
        dg_fail(DIGIT_ERR_IO, "%s", text);
        ck_assert_str_eq(dg_error_text(), text);
    }
}
END_TEST

static void *fail_elsewhere(void *unused)
{
    (void)unused;
    ck_assert_str_eq(dg_error_text(), "");
    dg_fail(DIGIT_ERR_LIMIT, "theirs");
    ck_assert_str_eq(dg_error_text(), "theirs");
    return NULL;
}

START_TEST(belongs_to_the_thread)
{
    pthread_t thread;
    dg_fail(DIGIT_ERR_ARGUMENT, "mine");
    ck_assert_int_eq(pthread_create(&thread, NULL, fail_elsewhere, NULL), 0);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    ck_assert_str_eq(dg_error_text(), "mine");
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("error");
    tcase_add_test(tcase, keeps_the_sentence_and_errno);
    tcase_add_loop_test(tcase, cuts_between_characters, 0, CHARACTERS);
    tcase_add_test(tcase, keeps_all_that_fits);
    tcase_add_test(tcase, belongs_to_the_thread);
    return suite_run("error", tcase);
}
