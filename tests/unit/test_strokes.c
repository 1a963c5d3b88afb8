/* Digits as strokes: the text format good and bad, drawing, joining with pictures. */
#include "base/error.h"
#include "data/strokes_file.h"

#include "../support/temp_folder.h"

#include <check.h>

#define SEVEN "0,0 140,10 90,300; 30,150 120,150"
#define ONE "5,0 5,100"

static const char *write_text(const char *name, const char *text)
{
    const char *path = temp_path(name);
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fputs(text, file), 0);
    ck_assert_int_eq(fclose(file), 0);
    return path;
}

static digit_dataset *load(const char *lines)
{
    char text[4000];
    digit_dataset *dataset;
    snprintf(text, sizeof text, "libdigit strokes 1\n%s", lines);
    ck_assert_int_eq(dg_strokes_load(write_text("digits", text), &dataset), DIGIT_OK);
    return dataset;
}

static unsigned mass(const uint8_t sample[DIGIT_SAMPLE_BYTES])
{
    unsigned sum = 0;
    for (size_t i = 0; i < DIGIT_SAMPLE_BYTES; i++)
        sum += sample[i];
    return sum;
}

/* Rows from the first with ink to the last. */
static int height(const uint8_t sample[DIGIT_SAMPLE_BYTES])
{
    int first = -1, last = -1;
    for (int i = 0; i < DIGIT_SAMPLE_BYTES; i++)
        if (sample[i] >= 64) {
            first = first < 0 ? i / DIGIT_SAMPLE_SIDE : first;
            last = i / DIGIT_SAMPLE_SIDE;
        }
    return last - first + 1;
}

START_TEST(a_line_becomes_samples)
{
    digit_dataset *dataset = load("7 3: " SEVEN "\n1 0: " ONE "\n1 2:" ONE);
    ck_assert_uint_eq(dataset->count, 5);
    ck_assert_mem_eq(dataset->labels, ((uint8_t[]){7, 7, 7, 1, 1}), 5);
    for (size_t i = 0; i < 5; i++) {
        const uint8_t *sample = dataset->samples + i * DIGIT_SAMPLE_BYTES;
        ck_assert_int_ge(height(sample), 18);
        ck_assert_int_le(height(sample), 21);
    }
    /* other pens */
    ck_assert_mem_ne(dataset->samples, dataset->samples + DIGIT_SAMPLE_BYTES, DIGIT_SAMPLE_BYTES);
    dg_dataset_free(dataset);
    dataset = load("");
    ck_assert_uint_eq(dataset->count, 0);
    dg_dataset_free(dataset);
}
END_TEST

START_TEST(shape_and_width_of_strokes)
{
    digit_dataset *dataset = load("1 1: " ONE "\n8 1: -32768,-32768 32767,32767\n0 1: 7,7");
    const uint8_t *slash = dataset->samples + DIGIT_SAMPLE_BYTES, *dot = slash + DIGIT_SAMPLE_BYTES;
    ck_assert_uint_gt(mass(dataset->samples), 20 * 255);
    ck_assert_uint_lt(slash[6 * DIGIT_SAMPLE_SIDE + 21], 64); /* from the upper left ... */
    ck_assert_uint_ge(slash[14 * DIGIT_SAMPLE_SIDE + 14], 64); /* ... through the middle */
    ck_assert_uint_gt(mass(dot), 0);
    dg_dataset_free(dataset);
}
END_TEST

START_TEST(the_name_chooses_the_pen)
{
    digit_dataset *dataset = load("7 1: " SEVEN "\n");
    uint8_t once[DIGIT_SAMPLE_BYTES], again[DIGIT_SAMPLE_BYTES];
    int alike = 0;
    for (uint64_t name = 0; name < 100; name++) {
        dg_dataset_draw(dataset, 0, 1, name, once);
        dg_dataset_draw(dataset, 0, 1, name, again);
        ck_assert_mem_eq(once, again, sizeof once);
        dg_dataset_draw(dataset, 0, 2, name, again);
        alike += memcmp(once, again, sizeof once) == 0;
    }
    ck_assert_int_lt(alike, 10); /* without pressure, of the thinnest or the thickest pens */
    dg_dataset_free(dataset);
}
END_TEST

/* A window, and strokes behind pictures: each sample keeps what it is drawn from. */
START_TEST(strokes_stay_with_their_samples)
{
    static const uint8_t pictures[2 * DIGIT_SAMPLE_BYTES] = {255}, labels[2] = {3, 4};
    digit_dataset *drawn = load("7 1: " SEVEN "\n1 1: " ONE), *still, *joined, *ones, *twice;
    uint8_t out[DIGIT_SAMPLE_BYTES], wanted[DIGIT_SAMPLE_BYTES];
    ck_assert_int_eq(dg_dataset_create(pictures, labels, 2, &still), DIGIT_OK);
    const digit_dataset *parts[] = {drawn, still, drawn};
    ck_assert_int_eq(dg_dataset_join(parts, 3, &joined), DIGIT_OK);
    ck_assert_mem_eq(joined->labels, ((uint8_t[]){7, 1, 3, 4, 7, 1}), 6);
    for (size_t i = 0; i < 6; i++) {
        dg_dataset_draw(joined, i, 5, 9, out);
        if (i == 2 || i == 3)
            memcpy(wanted, pictures + (i - 2) * DIGIT_SAMPLE_BYTES, sizeof wanted);
        else
            dg_dataset_draw(drawn, i % 2, 5, 9, wanted);
        ck_assert_mem_eq(out, wanted, sizeof out);
    }
    ck_assert_int_eq(dg_dataset_slice(joined, 5, 1, &ones), DIGIT_OK);
    parts[0] = ones;
    ck_assert_int_eq(dg_dataset_join(parts, 1, &twice), DIGIT_OK);
    dg_dataset_free(joined);
    dg_dataset_free(ones);
    dg_dataset_draw(twice, 0, 5, 9, out);
    ck_assert_mem_eq(out, wanted, sizeof out);
    dg_dataset_free(twice);
    dg_dataset_free(drawn);
    dg_dataset_free(still);
}
END_TEST

START_TEST(digest_tells_strokes_apart)
{
    digit_dataset *once = load("7 1: " SEVEN), *again = load("7 1: " SEVEN);
    digit_dataset *other = load("7 1: " SEVEN " 121,150");
    ck_assert_uint_eq(dg_dataset_digest(once), dg_dataset_digest(again));
    ck_assert_uint_ne(dg_dataset_digest(once), dg_dataset_digest(other));
    dg_dataset_free(once);
    dg_dataset_free(again);
    dg_dataset_free(other);
}
END_TEST

/* ---- What is refused -------------------------------------------------- */

static const struct bad {
    const char *text, *part;
    digit_status status;
} bads[] = {
    {"", "not a file of strokes", DIGIT_ERR_FORMAT},
    {"libdigit strokes 2\n7 1: 0,0\n", "not a file of strokes", DIGIT_ERR_FORMAT},
    {"libdigit strokes 1\n7 1: 0,0\n\n", "line 3: a line begins with a label", DIGIT_ERR_FORMAT},
    {"libdigit strokes 1\n10 1: 0,0\n", "line 2: a line begins with a label", DIGIT_ERR_FORMAT},
    {"libdigit strokes 1\n-1 1: 0,0\n", "line 2: a line begins with a label", DIGIT_ERR_FORMAT},
    {"libdigit strokes 1\n7 1001: 0,0\n", "line 2: behind the label", DIGIT_ERR_FORMAT},
    {"libdigit strokes 1\n7 1 0,0\n", "line 2: behind the label", DIGIT_ERR_FORMAT},
    {"libdigit strokes 1\n7: 0,0\n", "line 2: behind the label", DIGIT_ERR_FORMAT},
    {"libdigit strokes 1\n7 1:\n", "line 2: a stroke without points", DIGIT_ERR_FORMAT},
    {"libdigit strokes 1\n7 1: 0,0;\n", "line 2: a stroke without points", DIGIT_ERR_FORMAT},
    {"libdigit strokes 1\n7 1: 0 0\n", "line 2: a point is", DIGIT_ERR_FORMAT},
    {"libdigit strokes 1\n7 1: 0,\n", "line 2: a point is", DIGIT_ERR_FORMAT},
    {"libdigit strokes 1\n7 1: 0,-\n", "line 2: a point is", DIGIT_ERR_FORMAT},
    {"libdigit strokes 1\n7 1: 0,32768\n", "line 2: a point is", DIGIT_ERR_FORMAT},
    {"libdigit strokes 1\n7 1: 0,99999999999999999999\n", "a point is", DIGIT_ERR_FORMAT},
    {"libdigit strokes 1\n7 1: 1,1 2,2\r\n", "line 2: a point is", DIGIT_ERR_FORMAT},
    {"libdigit strokes 1\n7 1: 1,1\n7 1: 2.5,1\n", "line 3: a point is", DIGIT_ERR_FORMAT},
};

#define BADS ((int)(sizeof bads / sizeof bads[0]))

START_TEST(refuses_bad_lines)
{
    digit_dataset *dataset = (digit_dataset *)1;
    const struct bad *bad = &bads[_i];
    ck_assert_int_eq(dg_strokes_load(write_text("bad", bad->text), &dataset), bad->status);
    ck_assert_msg(strstr(dg_error_text(), bad->part) != NULL, "'%s' lacks '%s'", dg_error_text(),
                  bad->part);
    ck_assert_ptr_null(dataset);
}
END_TEST

/* `count` times `line` behind the first line. */
static const char *write_many(const char *line, int count)
{
    const char *path = temp_path("many");
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fputs("libdigit strokes 1\n", file);
    for (int i = 0; i < count; i++)
        fputs(line, file);
    ck_assert_int_eq(fclose(file), 0);
    return path;
}

START_TEST(refuses_too_much)
{
    digit_dataset *dataset;
    ck_assert_int_eq(dg_strokes_load(write_many("1 1000: 0,0 0,9\n", 1001), &dataset),
                     DIGIT_ERR_LIMIT);
    ck_assert_ptr_nonnull(strstr(dg_error_text(), "line 1002: more than 1000000 samples"));
    char line[9000] = "1 1:";
    for (int i = 0; i < DG_PEN_POINTS_MOST; i++)
        strcat(line, " 1,2");
    ck_assert_int_eq(dg_strokes_load(write_many(line, 1), &dataset), DIGIT_OK);
    dg_dataset_free(dataset);
    strcat(line, " 1,2");
    ck_assert_int_eq(dg_strokes_load(write_many(line, 1), &dataset), DIGIT_ERR_LIMIT);
    ck_assert_ptr_nonnull(strstr(dg_error_text(), "1001 points; a digit has at most 1000"));
    ck_assert_int_eq(truncate(temp_path("many"), ((off_t)1 << 28) + 1), 0);
    ck_assert_int_eq(dg_strokes_load(temp_path("many"), &dataset), DIGIT_ERR_LIMIT);
    ck_assert_int_eq(dg_strokes_load(temp_folder, &dataset), DIGIT_ERR_IO);
}
END_TEST

/* A 0 byte is the end of no line: what is behind it is not passed over in silence. */
START_TEST(refuses_bytes_behind_a_zero)
{
    static const char text[] = "libdigit strokes 1\n7 1: 0,0 1,1\0\n7 1: x\n";
    const char *path = temp_path("zero");
    FILE *file = fopen(path, "w");
    digit_dataset *dataset;
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(text, 1, sizeof text - 1, file), sizeof text - 1);
    ck_assert_int_eq(fclose(file), 0);
    ck_assert_int_eq(dg_strokes_load(path, &dataset), DIGIT_ERR_FORMAT);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("strokes");
    TCase *all = tcase_create("all");
    SRunner *runner = srunner_create(suite);
    tcase_add_checked_fixture(all, temp_folder_make, temp_folder_remove);
    tcase_set_timeout(all, 60);
    tcase_add_test(all, a_line_becomes_samples);
    tcase_add_test(all, shape_and_width_of_strokes);
    tcase_add_test(all, the_name_chooses_the_pen);
    tcase_add_test(all, strokes_stay_with_their_samples);
    tcase_add_test(all, digest_tells_strokes_apart);
    tcase_add_loop_test(all, refuses_bad_lines, 0, BADS);
    tcase_add_test(all, refuses_too_much);
    tcase_add_test(all, refuses_bytes_behind_a_zero);
    suite_add_tcase(suite, all);
    srunner_run_all(runner, CK_NORMAL);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
