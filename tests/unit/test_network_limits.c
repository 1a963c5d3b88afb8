/* Networks that do not fit a sample, or are larger than anyone may ask for. */
#include "base/error.h"
#include "net/network.h"
#include "net/workspace.h"

#include "../support/suite.h"

#include <string.h>

static const struct {
    const char *architecture;
    digit_status status;
    const char *sentence;
} wrong[] = {
    {"avgpool 20 conv 4x15 dense 10", DIGIT_ERR_ARGUMENT,
     "architecture: layer 1 (conv) does not fit its input of 1x1"},
    {"conv 4x15 conv 4x15 dense 10", DIGIT_ERR_ARGUMENT,
     "architecture: layer 1 (conv) does not fit its input of 14x14"},
    {"maxpool 15 maxpool 2 dense 10", DIGIT_ERR_ARGUMENT,
     "architecture: layer 1 (maxpool) does not fit its input of 1x1"},
    {"dense 100 avgpool 2 dense 10", DIGIT_ERR_ARGUMENT,
     "architecture: layer 1 (avgpool) does not fit its input of 1x1"},
    {"dense 100 conv 4x3 dense 10", DIGIT_ERR_ARGUMENT,
     "architecture: layer 1 (conv) does not fit its input of 1x1"},
    {"conv 4096x1 dense 10", DIGIT_ERR_LIMIT,
     "architecture: layer 0 (conv) gives more than 1048576 numbers"},
    {"conv 1337x1 same batchnorm relu conv 2x3 dense 10", DIGIT_OK, NULL},
    {"conv 1338x1 same dense 10", DIGIT_ERR_LIMIT,
     "architecture: layer 0 (conv) gives more than 1048576 numbers"},
    {"conv 1000x1 same dense 10", DIGIT_ERR_LIMIT,
     "architecture: 1.weight has a side of 784000, more than 65536"},
    {"conv 200x1 conv 2x15 same dense 10", DIGIT_ERR_LIMIT,
     "architecture: layer 1 (conv) needs 134 MiB of scratch"},
    {"conv 64x3 same dense 2000 dense 10", DIGIT_ERR_LIMIT,
     "architecture: more than 67000000 weights"},
    {"dense 65536 dense 10", DIGIT_OK, NULL}, /* 52 million */
    {"dense 65536 dense 300 dense 10", DIGIT_ERR_LIMIT,
     "architecture: more than 67000000 weights"},
    /* 67.05 million weights, and running statistics that no model file would have room for */
    {"dense 65536 batchnorm dense 236 dense 10", DIGIT_ERR_LIMIT,
     "architecture: more than 67000000 weights"},
    {"", DIGIT_ERR_ARGUMENT, "architecture: must end in 'dense 10'"},
};

#define WRONG (int)(sizeof wrong / sizeof wrong[0])

START_TEST(says_what_does_not_fit)
{
    dg_network *network = NULL;
    ck_assert_int_eq(dg_network_create(wrong[_i].architecture, &network), wrong[_i].status);
    if (wrong[_i].sentence) {
        ck_assert_str_eq(dg_error_text(), wrong[_i].sentence);
        ck_assert_ptr_null(network);
    }
    dg_network_free(network);
}
END_TEST

/* The longest and the largest plans find room in their arrays. */
START_TEST(plans_64_layers)
{
    static const char *const words[] = {"relu ", "batchnorm ", "dropout 1 ", "maxpool 1 ",
                                        "conv 2x1 ", "dense 9 "};
    dg_network *network;
    char text[2048] = "";
    for (int i = 0; i < 63; i++)
        strcat(text, words[_i]);
    strcat(text, "dense 10");
    ck_assert_int_eq(dg_network_create(text, &network), DIGIT_OK);
    ck_assert_uint_ge(dg_network_tensor_count(network), 2);
    for (int training = 0; training < 2; training++) {
        dg_workspace *workspace = dg_workspace_create(network, 2, training);
        ck_assert_ptr_nonnull(workspace);
        dg_workspace_free(workspace);
    }
    dg_network_free(network);
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("network_limits");
    tcase_add_loop_test(tcase, says_what_does_not_fit, 0, WRONG);
    tcase_add_loop_test(tcase, plans_64_layers, 0, 6);
    return suite_run("network_limits", tcase);
}
