/* webcam_votes: what many pictures in a row agree on. */
#include <string>
#include <vector>

#include "webcam_votes.hpp"

#include <check.h>

static const cv::Rect LEFT(100, 100, 80, 40), RIGHT(300, 102, 80, 40), BELOW(90, 200, 80, 40);

/* `count` pictures that show the same. Returns the text after the last. */
static std::string show(Votes &votes, int count, const std::vector<Number> &numbers)
{
    for (int i = 0; i < count; i++)
        votes.add(numbers);
    std::string text;
    for (const Number &number : votes.settled())
        text += (text.empty() ? "" : " ") + number.text;
    return text;
}

#define assert_text(votes, count, expected, ...)                                               \
    ck_assert_str_eq(show(votes, count, std::vector<Number>{__VA_ARGS__}).c_str(), expected)

START_TEST(five_pictures_settle_an_answer)
{
    Votes votes;
    assert_text(votes, 4, "", {"42", LEFT});
    assert_text(votes, 1, "42", {"42", LEFT});
    ck_assert_double_gt(votes.settled()[0].agreement, 0.5);
    assert_text(votes, 40, "42", {"42", LEFT});
    ck_assert_double_gt(votes.settled()[0].agreement, 0.99);
}
END_TEST

START_TEST(a_slip_changes_nothing)
{
    Votes votes;
    show(votes, 20, {{"42", LEFT}});
    for (int i = 0; i < 30; i++) { /* every third picture is misread, the box jumps */
        assert_text(votes, 2, "42", {"42", LEFT});
        assert_text(votes, 1, "42", {"47", cv::Rect(104, 97, 88, 44)});
    }
}
END_TEST

START_TEST(an_answer_goes_after_a_while)
{
    Votes votes;
    show(votes, 50, {{"42", LEFT}});
    assert_text(votes, 8, "42");
    assert_text(votes, 1, "");
    assert_text(votes, 200, "");
    assert_text(votes, 4, "", {"7", LEFT});
}
END_TEST

START_TEST(another_number_in_its_place)
{
    Votes votes;
    show(votes, 50, {{"42", LEFT}});
    assert_text(votes, 4, "42", {"57", LEFT});
    assert_text(votes, 1, "57", {"57", LEFT});
    show(votes, 20, {{"57", LEFT}});
    /* Much wider: not the same place, but where the old one was. */
    assert_text(votes, 2, "57", {"1987", cv::Rect(60, 90, 400, 60)});
    assert_text(votes, 1, "", {"1987", cv::Rect(60, 90, 400, 60)});
    assert_text(votes, 2, "1987", {"1987", cv::Rect(60, 90, 400, 60)});
}
END_TEST

START_TEST(reading_order)
{
    Votes votes;
    const std::vector<Number> numbers = {{"3", BELOW}, {"2", RIGHT}, {"1", LEFT}};
    ck_assert_str_eq(show(votes, 10, numbers).c_str(), "1 2 3");
    ck_assert_int_eq(votes.settled()[2].box.y, BELOW.y);
}
END_TEST

START_TEST(numbers_that_move)
{
    Votes votes;
    for (int x = 0; x < 400; x += 10)
        votes.add({{"42", cv::Rect(x, 100, 80, 40)}, {"7", cv::Rect(x + 120, 100, 40, 40)}});
    assert_text(votes, 1, "42 7", {"42", cv::Rect(400, 100, 80, 40)},
                {"7", cv::Rect(520, 100, 40, 40)});
    ck_assert_int_eq(votes.settled()[0].box.x, 400);
    votes.clear();
    ck_assert(votes.settled().empty());
}
END_TEST

START_TEST(nothing_settles_in_noise)
{
    Votes votes;
    unsigned state = 1;
    for (int i = 0; i < 5000; i++) {
        std::vector<Number> numbers;
        for (int n = 0; n < 20; n++) {
            state = state * 1664525u + 1013904223u;
            numbers.push_back({std::to_string(state >> 22),
                               cv::Rect(static_cast<int>(state >> 8) % 600,
                                        static_cast<int>(state >> 16) % 400, 20, 30)});
        }
        votes.add(numbers);
        ck_assert(votes.settled().empty());
    }
}
END_TEST

int main()
{
    Suite *suite = suite_create("votes");
    for (const TTest *test :
         {five_pictures_settle_an_answer, a_slip_changes_nothing, an_answer_goes_after_a_while,
          another_number_in_its_place, reading_order, numbers_that_move,
          nothing_settles_in_noise}) {
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
