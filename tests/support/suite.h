/* suite.h - main() of a test program. */
#ifndef DIGIT_TEST_SUITE_H
#define DIGIT_TEST_SUITE_H

#include <check.h>
#include <locale.h>

/* Runs one test case as a suite, in the user's locale; returns the exit status. */
static inline int suite_run(const char *name, TCase *tcase)
{
    setlocale(LC_ALL, "");
    Suite *suite = suite_create(name);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}

#endif
