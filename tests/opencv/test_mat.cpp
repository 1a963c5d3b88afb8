/* digit::image() on OpenCV's own pictures. */
#include <cstring>

#include <opencv2/imgproc.hpp>

#include <check.h>
#include <digit/digit.hpp>

static cv::Mat seven(int type)
{
    cv::Mat paper(120, 100, CV_8UC1, cv::Scalar::all(255)), other;
    cv::line(paper, {25, 25}, {75, 25}, cv::Scalar::all(0), 7);
    cv::line(paper, {75, 25}, {45, 95}, cv::Scalar::all(0), 7);
    if (type == CV_8UC1)
        return paper;
    cv::cvtColor(paper, other, type == CV_8UC3 ? cv::COLOR_GRAY2BGR : cv::COLOR_GRAY2RGBA);
    return other;
}

START_TEST(kinds_of_mats)
{
    const digit::Model model = digit::Model::pretrained();
    ck_assert_int_eq(model.predict(digit::image(seven(CV_8UC1))).digit, 7);
    ck_assert_int_eq(model.predict(digit::image(seven(CV_8UC3))).digit, 7);
    ck_assert_int_eq(model.predict(digit::image(seven(CV_8UC4))).digit, 7);
    cv::Mat deep;
    seven(CV_8UC1).convertTo(deep, CV_16U, 257);
    ck_assert_int_eq(model.predict(digit::image(deep)).digit, 7);
    const cv::Mat_<unsigned char> typed = seven(CV_8UC1);
    ck_assert_int_eq(model.predict(digit::image(typed)).digit, 7);
}
END_TEST

START_TEST(regions_of_interest)
{
    const digit::Model model = digit::Model::pretrained();
    cv::Mat page(400, 600, CV_8UC3, cv::Scalar::all(255));
    cv::Mat place = page(cv::Rect(310, 90, 100, 120));
    seven(CV_8UC3).copyTo(place);
    const digit::Image image = digit::image(place);
    ck_assert_int_eq(image.stride, 1800);
    ck_assert_int_eq(model.predict(image).digit, 7);
    const digit::Reading reading = model.read(digit::image(page));
    ck_assert(reading.text() == "7");
    ck_assert_int_ge(reading.glyphs()[0].box.x, 310);
}
END_TEST

/* The channels are where they should be: what a red filter hides stays hidden. */
START_TEST(blue_green_red)
{
    cv::Mat red(100, 100, CV_8UC3, cv::Scalar(0, 0, 200)), turned;
    cv::line(red, {50, 20}, {50, 80}, cv::Scalar(255, 0, 0), 7); /* blue: much darker */
    digit::SampleInfo info;
    digit::normalize(digit::image(red), &info);
    ck_assert_uint_eq(info.ink, DIGIT_INK_DARK);
    cv::cvtColor(red, turned, cv::COLOR_BGR2RGB);
    ck_assert(digit::normalize(digit::image(turned, DIGIT_PIXEL_RGB8)) ==
              digit::normalize(digit::image(red)));
    digit::normalize(digit::image(turned), &info); /* blue paper, red ink */
    ck_assert_uint_eq(info.ink, DIGIT_INK_LIGHT);
}
END_TEST

static void refuses(const cv::Mat &mat, const char *part)
{
    try {
        digit::image(mat);
    } catch (const digit::Error &error) {
        ck_assert_int_eq(error.status(), DIGIT_ERR_ARGUMENT);
        ck_assert_ptr_nonnull(std::strstr(error.what(), part));
        return;
    }
    ck_abort_msg("nothing was thrown; expected '%s'", part);
}

START_TEST(what_is_no_picture)
{
    refuses(cv::Mat(), "empty");
    refuses(cv::Mat(9, 9, CV_32FC1), "convertTo");
    refuses(cv::Mat(9, 9, CV_16UC3), "convertTo");
    refuses(cv::Mat(9, 9, CV_8UC2), "channels");
    const int sizes[] = {3, 4, 5};
    refuses(cv::Mat(3, sizes, CV_8UC1), "empty");
}
END_TEST

int main()
{
    Suite *suite = suite_create("mat");
    for (const TTest *test :
         {kinds_of_mats, regions_of_interest, blue_green_red, what_is_no_picture}) {
        TCase *tcase = tcase_create(test->name);
        tcase_set_timeout(tcase, 60);
        tcase_add_test(tcase, test);
        suite_add_tcase(suite, tcase);
    }
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
