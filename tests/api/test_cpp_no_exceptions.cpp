/* digit.hpp under -fno-exceptions: its owners with the functions of digit.h. */
#include <check.h>
#include <digit/digit.hpp>

#include <cstdlib>
#include <cstring>

#include "mat.hpp"

START_TEST(owners)
{
    digit::Model model;
    ck_assert_int_eq(digit_model_load("/no/such/file", model.out()), DIGIT_ERR_IO);
    ck_assert(!model && std::strstr(digit_last_error(), "/no/such/file"));
    ck_assert_int_eq(digit_model_load_pretrained(model.out()), DIGIT_OK);

    Mat paper(100, 200, 1);
    paper.bar(60, 30, 6, 40);
    const digit::Image image = digit::image(paper.data, 200, 100, DIGIT_PIXEL_GRAY8, 205);
    const digit::ReadOptions options;
    digit::Reading reading;
    ck_assert_int_eq(digit_model_read(model.get(), &image, &options, reading.out()), DIGIT_OK);
    ck_assert(reading.text() == "1");
    ck_assert_uint_eq(reading.glyphs().size(), 1);
}
END_TEST

int main()
{
    Suite *suite = suite_create("cpp_no_exceptions");
    TCase *tcase = tcase_create("owners");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, owners);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
