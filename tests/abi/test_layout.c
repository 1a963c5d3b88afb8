/*
 * Sizes and places of everything that crosses the ABI. Values never change; structs that
 * begin with `size` may only grow at their end, so for them the old members count.
 */
#include <digit/digit.h>
#include <stdio.h>

#define AT(type, member, where)                                                                \
    _Static_assert(offsetof(type, member) == (where), #type "." #member " has moved")
#define SIZE(type, size) _Static_assert(sizeof(type) == (size), #type " has another size")
#define SIZE_LEAST(type, size) _Static_assert(sizeof(type) >= (size), #type " has shrunk")
#define VALUE(name, value) _Static_assert((name) == (value), #name " has another value")

/* ---- Frozen values ---------------------------------------------------- */

SIZE(digit_prediction, 56);
AT(digit_prediction, digit, 0);
AT(digit_prediction, flags, 4);
AT(digit_prediction, confidence, 8);
AT(digit_prediction, other, 12);
AT(digit_prediction, probabilities, 16);

SIZE(digit_box, 16);
AT(digit_box, x, 0);
AT(digit_box, y, 4);
AT(digit_box, width, 8);
AT(digit_box, height, 12);

SIZE(digit_mark, 32);
AT(digit_mark, box, 0);
AT(digit_mark, line, 16);
AT(digit_mark, glyph, 20);
AT(digit_mark, kind, 24);
AT(digit_mark, confidence, 28);

SIZE(digit_group, 44);
AT(digit_group, box, 0);
AT(digit_group, line, 16);
AT(digit_group, group, 20);
AT(digit_group, first, 24);
AT(digit_group, count, 28);
AT(digit_group, candidates, 32);
AT(digit_group, flags, 36);
AT(digit_group, confidence, 40);

SIZE(digit_line, 40);
AT(digit_line, box, 0);
AT(digit_line, first_group, 16);
AT(digit_line, group_count, 20);
AT(digit_line, first_glyph, 24);
AT(digit_line, glyph_count, 28);
AT(digit_line, baseline, 32);
AT(digit_line, skew, 36);

SIZE(digit_field_text, 24);
AT(digit_field_text, text, 0);
AT(digit_field_text, first, 8);
AT(digit_field_text, count, 12);
AT(digit_field_text, flags, 16);
AT(digit_field_text, confidence, 20);

SIZE(digit_glyph, 92);
AT(digit_glyph, box, 0);
AT(digit_glyph, line, 16);
AT(digit_glyph, group, 20);
AT(digit_glyph, flags, 24);
AT(digit_glyph, row, 28);
AT(digit_glyph, column, 32);
AT(digit_glyph, prediction, 36);

SIZE(digit_status, 4);

#if UINTPTR_MAX == 0xFFFFFFFFFFFFFFFFu
SIZE(digit_image, 32);
AT(digit_image, pixels, 0);
AT(digit_image, stride, 8);
AT(digit_image, width, 16);
AT(digit_image, height, 20);
AT(digit_image, format, 24);
AT(digit_image, ink, 28);

/* ---- Structs that grow ------------------------------------------------ */

SIZE_LEAST(digit_model_options, 24);
AT(digit_model_options, size, 0);
AT(digit_model_options, architecture, 8);
AT(digit_model_options, seed, 16);

SIZE_LEAST(digit_model_info, 56);
AT(digit_model_info, size, 0);
AT(digit_model_info, architecture, 8);
AT(digit_model_info, parameters, 16);
AT(digit_model_info, sample_ops, 24);
AT(digit_model_info, trained_on, 32);
AT(digit_model_info, licence, 40);
AT(digit_model_info, preparation, 48);
AT(digit_model_info, rejects, 52);

SIZE_LEAST(digit_metrics, 832);
AT(digit_metrics, size, 0);
AT(digit_metrics, count, 8);
AT(digit_metrics, correct, 16);
AT(digit_metrics, loss, 24);
AT(digit_metrics, confusion, 32);

SIZE_LEAST(digit_progress, 64);
AT(digit_progress, size, 0);
AT(digit_progress, epoch, 8);
AT(digit_progress, epochs, 12);
AT(digit_progress, samples_done, 16);
AT(digit_progress, samples_total, 24);
AT(digit_progress, loss, 32);
AT(digit_progress, accuracy, 40);
AT(digit_progress, validation_accuracy, 48);
AT(digit_progress, seconds, 56);

SIZE_LEAST(digit_train_options, 96);
AT(digit_train_options, size, 0);
AT(digit_train_options, epochs, 8);
AT(digit_train_options, batch, 12);
AT(digit_train_options, learning_rate, 16);
AT(digit_train_options, weight_decay, 20);
AT(digit_train_options, augment, 24);
AT(digit_train_options, label_smoothing, 28);
AT(digit_train_options, average, 32);
AT(digit_train_options, schedule, 36);
AT(digit_train_options, seed, 40);
AT(digit_train_options, validation, 48);
AT(digit_train_options, checkpoint, 56);
AT(digit_train_options, progress, 64);
AT(digit_train_options, user_data, 72);
AT(digit_train_options, trained_on, 80);
AT(digit_train_options, licence, 88);
AT(digit_train_options, pull, 96);
AT(digit_train_options, checkpoint_interval, 100);
AT(digit_train_options, reduce, 104);
AT(digit_train_options, reduce_data, 112);
AT(digit_train_options, rank, 120);
AT(digit_train_options, ranks, 124);
AT(digit_train_options, teachers, 128);
AT(digit_train_options, teacher_count, 136);
AT(digit_train_options, teacher_share, 140);

SIZE_LEAST(digit_reduction, 32);
AT(digit_reduction, size, 0);
AT(digit_reduction, values, 8);
AT(digit_reduction, count, 16);
AT(digit_reduction, rank, 24);
AT(digit_reduction, ranks, 28);

SIZE_LEAST(digit_sample_info, 32);
AT(digit_sample_info, size, 0);
AT(digit_sample_info, ink, 8);
AT(digit_sample_info, flags, 12);
AT(digit_sample_info, box, 16);

SIZE_LEAST(digit_read_options, 56);
AT(digit_read_options, size, 0);
AT(digit_read_options, layout, 8);
AT(digit_read_options, min_confidence, 12);
AT(digit_read_options, min_height, 16);
AT(digit_read_options, min_digits, 20);
AT(digit_read_options, max_digits, 24);
AT(digit_read_options, allowed, 28);
AT(digit_read_options, rows, 32);
AT(digit_read_options, columns, 36);
AT(digit_read_options, time_limit_ms, 40);
AT(digit_read_options, flags, 44);
AT(digit_read_options, line_model, 48);
#endif

/* ---- Constants -------------------------------------------------------- */

VALUE(DIGIT_OK, 0);
VALUE(DIGIT_ERR_ARGUMENT, -1);
VALUE(DIGIT_ERR_MEMORY, -2);
VALUE(DIGIT_ERR_IO, -3);
VALUE(DIGIT_ERR_FORMAT, -4);
VALUE(DIGIT_ERR_UNSUPPORTED, -5);
VALUE(DIGIT_ERR_CANCELLED, -6);
VALUE(DIGIT_ERR_DIVERGED, -7);
VALUE(DIGIT_ERR_LIMIT, -8);
VALUE(DIGIT_ERR_TIMEOUT, -9);
VALUE(DIGIT_ERR_BLAS, -10);
VALUE(DIGIT_SAMPLE_SIDE, 28);
VALUE(DIGIT_SAMPLE_BYTES, 784);
VALUE(DIGIT_CLASSES, 10);
VALUE(DIGIT_FLAG_BLANK, 1);
VALUE(DIGIT_SCHEDULE_CONSTANT, 0);
VALUE(DIGIT_SCHEDULE_COSINE, 1);
VALUE(DIGIT_PIXEL_GRAY8, 0);
VALUE(DIGIT_PIXEL_RGB8, 1);
VALUE(DIGIT_PIXEL_BGR8, 2);
VALUE(DIGIT_PIXEL_RGBA8, 3);
VALUE(DIGIT_PIXEL_BGRA8, 4);
VALUE(DIGIT_PIXEL_RGBX8, 5);
VALUE(DIGIT_PIXEL_BGRX8, 6);
VALUE(DIGIT_PIXEL_RGBA8_PREMULTIPLIED, 7);
VALUE(DIGIT_PIXEL_BGRA8_PREMULTIPLIED, 8);
VALUE(DIGIT_PIXEL_GRAY16, 9);
VALUE(DIGIT_PIXEL_GRAY1, 10);
VALUE(DIGIT_INK_AUTO, 0);
VALUE(DIGIT_INK_DARK, 1);
VALUE(DIGIT_INK_LIGHT, 2);
VALUE(DIGIT_LAYOUT_PAGE, 0);
VALUE(DIGIT_LAYOUT_LINE, 1);
VALUE(DIGIT_LAYOUT_SINGLE, 2);
VALUE(DIGIT_LAYOUT_GRID, 3);
VALUE(DIGIT_GLYPH_CUT, 1);
VALUE(DIGIT_GLYPH_JOINED, 2);
VALUE(DIGIT_GLYPH_REJECTED, 4);
VALUE(DIGIT_GLYPH_EMPTY, 8);
VALUE(DIGIT_GLYPH_MARK, 16);
VALUE(DIGIT_READ_SIGNS, 1);
VALUE(DIGIT_MARK_POINT, 0);
VALUE(DIGIT_MARK_COMMA, 1);
VALUE(DIGIT_MARK_DASH, 2);
VALUE(DIGIT_MARK_SLASH, 3);
VALUE(DIGIT_MARK_COLON, 4);
VALUE(DIGIT_MARK_PLUS, 5);
VALUE(DIGIT_MARK_PERCENT, 6);
VALUE(DIGIT_MARK_OTHER, 7);

/* All of the above is checked while this is compiled; here the library's own idea of the
 * sizes: it fills what it thinks is the whole struct. */
int main(void)
{
    digit_train_options train = {0}, adapt = {0};
    digit_model_options model = {0};
    digit_read_options read = {0};
    digit_train_options_init(&train, sizeof train);
    digit_adapt_options_init(&adapt, sizeof adapt);
    digit_model_options_init(&model, sizeof model);
    digit_read_options_init(&read, sizeof read);
    if (train.size != sizeof train || train.epochs != 10 || adapt.size != sizeof adapt ||
        adapt.epochs != 20 || model.size != sizeof model || !model.architecture ||
        model.seed != 1 || read.size != sizeof read || read.min_digits != 1) {
        fprintf(stderr, "layout: library and header disagree\n");
        return 1;
    }
    return 0;
}
