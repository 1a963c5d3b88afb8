/* The architecture's text: there and back, and every way to get it wrong. */
#include "base/error.h"
#include "net/arch.h"

#include "../support/suite.h"

#include <string.h>

#define KERAS "conv 32x3 relu maxpool 2 conv 64x3 relu maxpool 2 dense 100 relu dense 10"

#define DEFAULT                                                                                    \
    "conv 32x5 same stride 2 batchnorm relu conv 64x3 batchnorm relu conv 64x3 batchnorm relu "    \
    "maxpool 2 conv 96x3 batchnorm relu dropout 20 dense 128 batchnorm relu dropout 20 "           \
    "dense 10 other 1"

#define LINES                                                                                      \
    "line 32 conv 24x5 stride 2 batchnorm relu conv 48x3 batchnorm relu conv 48x3 batchnorm relu " \
    "maxpool 2x1 conv 64x3 batchnorm relu conv 96x3 batchnorm relu "                               \
    "conv 96 1x7 batchnorm relu conv 96 1x7 batchnorm relu conv 19x1"

/* What is written, and how it is printed. */
static const struct {
    const char *text, *canonical;
} right[] = {
    {"keras", KERAS},
    {"default", DEFAULT},
    {KERAS, KERAS},
    {"dense 10", "dense 10"},
    {"  dense   10  ", "dense 10"},
    {"conv 1x1 dense 10", "conv 1x1 dense 10"},
    {"conv 4096x15 same stride 8 dense 10", "conv 4096x15 same stride 8 dense 10"},
    {"conv 8x3 stride 1 dense 10", "conv 8x3 dense 10"},
    {"conv 8x3 stride 2 batchnorm relu dense 10", "conv 8x3 stride 2 batchnorm relu dense 10"},
    {"conv 8x3 same relu avgpool 2 dropout 25 dense 10",
     "conv 8x3 same relu avgpool 2 dropout 25 dense 10"},
    {"dense 65536 dropout 99 dense 10", "dense 65536 dropout 99 dense 10"},
    {"dense 10 other 1", "dense 10 other 1"},
    {"conv 8x3 relu  dense 10  other  1 ", "conv 8x3 relu dense 10 other 1"},
    {"conv 8 1x7 same stride 2 dense 10", "conv 8 1x7 same stride 2 dense 10"},
    {"conv 8 3x3 maxpool 2x2 avgpool 1x3 dense 10", "conv 8x3 maxpool 2 avgpool 1x3 dense 10"},
    {"line  32 conv 8x5 maxpool 2x1 conv 19 14x1", "line 32 conv 8x5 maxpool 2x1 conv 19 14x1"},
    {"lines", LINES},
};

#define RIGHT (int)(sizeof right / sizeof right[0])

START_TEST(reads_and_prints)
{
    dg_arch arch, again;
    char text[DG_ARCH_TEXT_MAX], twice[DG_ARCH_TEXT_MAX];
    ck_assert_int_eq(dg_arch_parse(right[_i].text, &arch), DIGIT_OK);
    dg_arch_print(&arch, text);
    ck_assert_str_eq(text, right[_i].canonical);
    ck_assert_int_eq(dg_arch_parse(text, &again), DIGIT_OK);
    ck_assert_uint_eq(again.count, arch.count);
    dg_arch_print(&again, twice);
    ck_assert_str_eq(twice, text);
}
END_TEST

START_TEST(understands_every_word)
{
    dg_arch arch;
    ck_assert_int_eq(dg_arch_parse("conv 8x5 same stride 2 maxpool 3 dropout 30 dense 10", &arch),
                     DIGIT_OK);
    ck_assert_uint_eq(arch.count, 4);
    const dg_layer *conv = &arch.layers[0], *dense = &arch.layers[3];
    ck_assert_ptr_eq(conv->type, &dg_layer_conv);
    ck_assert_uint_eq(conv->number, 0);
    ck_assert_uint_eq(conv->size, 8);
    ck_assert_uint_eq(conv->window.rows, 5);
    ck_assert_uint_eq(conv->window.columns, 5);
    ck_assert_uint_eq(conv->stride, 2);
    ck_assert(conv->same);
    ck_assert_uint_eq(arch.layers[1].window.rows, 3);
    ck_assert_uint_eq(arch.layers[2].size, 30);
    ck_assert_ptr_eq(dense->type, &dg_layer_dense);
    ck_assert_uint_eq(dense->number, 3);
    ck_assert_uint_eq(dense->stride, 1);
    ck_assert(!dense->same);
}
END_TEST

#define KERNELS "FILTERSxSIDE or FILTERS ROWSxCOLUMNS"
#define LINE_END "a line must end in 'conv 19x1'"

static const struct {
    const char *text, *sentence;
} wrong[] = {
    {"", "must end in 'dense 10'"},
    {"   ", "must end in 'dense 10'"},
    {"dense 11", "must end in 'dense 10'"},
    {"dense 10 relu", "must end in 'dense 10'"},
    {"kera", "'kera' is no layer"},
    {"keras dense 10", "'keras' is no layer"},
    {"Dense 10", "'Dense' is no layer"},
    {"dense\t10", "'dense\t10' is no layer"},
    {"10 dense", "'10' is no layer"},
    {"dense", "dense wants a number, not ''"},
    {"dense ten", "dense wants a number, not 'ten'"},
    {"dense 010", "dense wants a number, not '010'"},
    {"dense +10", "dense wants a number, not '+10'"},
    {"dense -10", "dense wants a number, not '-10'"},
    {"dense 0", "dense wants a number, not '0'"},
    {"dense 10.0", "dense wants a number, not '10.0'"},
    {"dense 1e1", "dense wants a number, not '1e1'"},
    {"dense 10x", "dense wants a number, not '10x'"},
    {"dense 4294967306", "dense wants a number, not '4294967306'"},
    {"dense 18446744073709551626", "dense wants a number, not '18446744073709551626'"},
    {"dense 65537 dense 10", "size of dense is 65537, not 1 to 65536"},
    {"maxpool 16 dense 10", "side of maxpool is 16, not 1 to 15"},
    {"maxpool 2x16 dense 10", "side of maxpool is 16, not 1 to 15"},
    {"maxpool 2x dense 10", "maxpool wants SIDE or ROWSxCOLUMNS, not '2x'"},
    {"maxpool dense 10", "maxpool wants SIDE or ROWSxCOLUMNS, not 'dense'"},
    {"avgpool 29 dense 10", "side of avgpool is 29, not 1 to 28"},
    {"dropout 100 dense 10", "size of dropout is 100, not 1 to 99"},
    {"conv dense 10", "conv wants " KERNELS ", not 'dense'"},
    {"conv", "conv wants " KERNELS ", not ''"},
    {"conv 32 dense 10", "conv wants " KERNELS ", not 'dense'"},
    {"conv 32 3 dense 10", "conv wants " KERNELS ", not '3'"},
    {"conv 32 3x dense 10", "conv wants " KERNELS ", not '3x'"},
    {"conv 32 x3 dense 10", "conv wants " KERNELS ", not 'x3'"},
    {"conv 32 3x3x3 dense 10", "conv wants " KERNELS ", not '3x3x3'"},
    {"conv 32 1x16 dense 10", "side of conv is 16, not 1 to 15"},
    {"conv 32 16x1 dense 10", "side of conv is 16, not 1 to 15"},
    {"conv 32x dense 10", "conv wants " KERNELS ", not '32x'"},
    {"conv x3 dense 10", "conv wants " KERNELS ", not 'x3'"},
    {"conv 32X3 dense 10", "conv wants " KERNELS ", not '32X3'"},
    {"conv 32x3x3 dense 10", "conv wants " KERNELS ", not '32x3x3'"},
    {"conv 0x3 dense 10", "conv wants " KERNELS ", not '0x3'"},
    {"conv 4097x3 dense 10", "filters of conv is 4097, not 1 to 4096"},
    {"conv 32x16 dense 10", "side of conv is 16, not 1 to 15"},
    {"conv 32x3 stride dense 10", "stride wants a number, not 'dense'"},
    {"conv 32x3 stride 9 dense 10", "stride of conv is 9, not 1 to 8"},
    {"conv 32x3 stride 2 same dense 10", "'same' is no layer"},
    {"conv 32x3 same same dense 10", "'same' is no layer"},
    {"dense 10 same", "'same' is no layer"},
    {"relu 2 dense 10", "'2' is no layer"},
    {"batchnorm 2 dense 10", "'2' is no layer"},
    {"conv 32x3 \xff dense 10", "'\xff' is no layer"},
    {"other 1", "must end in 'dense 10'"},
    {"dense 11 other 1", "must end in 'dense 10'"},
    {"dense 10 relu other 1", "must end in 'dense 10'"},
    {"dense 10 other", "other wants 1, not ''"},
    {"dense 10 other 2", "other wants 1, not '2'"},
    {"dense 10 other 1x", "other wants 1, not '1x'"},
    {"dense 10 other 1 other 1", "'other' behind other 1, the end"},
    {"dense 10 other 1 dense 10", "'dense' behind other 1, the end"},
    {"line", "line wants 32, not ''"},
    {"line conv 19x1", "line wants 32, not 'conv'"},
    {"line 28 conv 19x1", "line wants 32, not '28'"},
    {"line 32", LINE_END},
    {"line 32 conv 18x1", LINE_END},
    {"line 32 conv 19x1 relu", LINE_END},
    {"line 32 dense 10", "a line can't have a dense layer"},
    {"line 32 dense 10 conv 19x1", "a line can't have a dense layer"},
    {"line 32 conv 19x1 other 1", "a line has no 'other'"},
    {"line 32 line 32 conv 19x1", "'line' is no layer"},
};

#define WRONG (int)(sizeof wrong / sizeof wrong[0])

START_TEST(refuses_with_a_sentence)
{
    dg_arch arch;
    char expected[256] = "architecture: ";
    strcat(expected, wrong[_i].sentence);
    ck_assert_int_eq(dg_arch_parse(wrong[_i].text, &arch), DIGIT_ERR_ARGUMENT);
    ck_assert_str_eq(dg_error_text(), expected);
}
END_TEST

/* 64 layers fit, the longest texts among them. */
START_TEST(takes_64_layers)
{
    dg_arch arch;
    char text[4096] = "", printed[DG_ARCH_TEXT_MAX];
    for (int i = 0; i < DG_ARCH_LAYERS_MAX - 1; i++)
        strcat(text, "conv 4096 15x14 same stride 8 ");
    strcat(text, "dense 10");
    ck_assert_int_eq(dg_arch_parse(text, &arch), DIGIT_OK);
    ck_assert_uint_eq(arch.count, DG_ARCH_LAYERS_MAX);
    dg_arch_print(&arch, printed);
    ck_assert_str_eq(printed, text);

    strcat(text, " dense 10");
    ck_assert_int_eq(dg_arch_parse(text, &arch), DIGIT_ERR_LIMIT);
    ck_assert_str_eq(dg_error_text(), "architecture: more than 64 layers");
}
END_TEST

START_TEST(refuses_endless_words)
{
    dg_arch arch;
    static char text[100000];
    memset(text, 'a', sizeof text - 1);
    ck_assert_int_eq(dg_arch_parse(text, &arch), DIGIT_ERR_ARGUMENT);
    memset(text, '1', sizeof text - 1);
    memcpy(text, "dense ", 6);
    ck_assert_int_eq(dg_arch_parse(text, &arch), DIGIT_ERR_ARGUMENT);
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("arch");
    tcase_add_loop_test(tcase, reads_and_prints, 0, RIGHT);
    tcase_add_test(tcase, understands_every_word);
    tcase_add_loop_test(tcase, refuses_with_a_sentence, 0, WRONG);
    tcase_add_test(tcase, takes_64_layers);
    tcase_add_test(tcase, refuses_endless_words);
    return suite_run("arch", tcase);
}
