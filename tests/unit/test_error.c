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

#define LONG 8000

/* Bytes that a sentence may have. */
static size_t find_room(void)
{
    char text[LONG];
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    dg_fail(DIGIT_ERR_IO, "%s", text);
    return strlen(dg_error_text());
}

/* Characters of one to four bytes, cut at each of their bytes. */
START_TEST(cuts_between_characters)
{
    const size_t room = find_room();
    ck_assert_uint_gt(room, 200);
    ck_assert_uint_lt(room, LONG - 1);
    for (size_t before = 0; before < 4; before++) {
        char text[LONG + 8];
        size_t length = before;
        memset(text, 'a', before);
        for (; length < LONG; length += strlen(characters[_i]))
            strcpy(text + length, characters[_i]);
        dg_fail(DIGIT_ERR_IO, "%s", text);
        const char *kept = dg_error_text();
        ck_assert_msg(is_utf8(kept), "%s", kept);
        ck_assert_mem_eq(kept, text, strlen(kept));
        ck_assert_uint_le(strlen(kept), room);
        ck_assert_uint_gt(strlen(kept), room - 8);
    }
}
END_TEST

/* A text that just fits stays whole. */
START_TEST(keeps_all_that_fits)
{
    char text[LONG];
    const size_t room = find_room();
    for (size_t length = room - 9; length <= room; length++) {
        memset(text, 'a', length);
        text[length] = '\0';
        dg_fail(DIGIT_ERR_IO, "%s", text);
        ck_assert_str_eq(dg_error_text(), text);
    }
}
END_TEST

START_TEST(puts_a_name_in_front)
{
    dg_fail(DIGIT_ERR_FORMAT, "tensor 3 is %s", "missing");
    ck_assert_int_eq(dg_fail_about(DIGIT_ERR_FORMAT, "m.safetensors"), DIGIT_ERR_FORMAT);
    ck_assert_str_eq(dg_error_text(), "m.safetensors: tensor 3 is missing");
    dg_fail(DIGIT_ERR_FORMAT, "100%%s");
    dg_fail_about(DIGIT_ERR_FORMAT, "%d");
    ck_assert_str_eq(dg_error_text(), "%d: 100%s");
    find_room();
    dg_fail_about(DIGIT_ERR_FORMAT, "long");
    ck_assert_mem_eq(dg_error_text(), "long: aaa", 9);
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
    tcase_add_test(tcase, puts_a_name_in_front);
    tcase_add_test(tcase, belongs_to_the_thread);
    return suite_run("error", tcase);
}
