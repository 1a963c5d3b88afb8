/* Making a model, its options, its facts, its threads. */
#include "api.h"

#include <stdio.h>

static digit_status create(const void *options)
{
    digit_model *model;
    const digit_status status = digit_model_create(options, &model);
    if (status == DIGIT_OK)
        digit_model_free(model);
    else
        ck_assert_ptr_null(model);
    return status;
}

START_TEST(defaults_make_the_default_network)
{
    digit_model *by_null, *by_options;
    digit_model_options options;
    digit_model_options_init(&options, sizeof options);
    ck_assert_uint_eq(options.size, sizeof options);
    ck_assert_str_eq(options.architecture, "default");
    ck_assert_uint_eq(options.seed, 1);
    assert_ok(digit_model_create(NULL, &by_null));
    assert_ok(digit_model_create(&options, &by_options));
    ck_assert(api_same_models(by_null, by_options));
    digit_model_free(by_null);
    digit_model_free(by_options);
}
END_TEST

START_TEST(seed_decides_the_weights)
{
    digit_model *one = api_model(API_SMALL, 1), *again = api_model(API_SMALL, 1);
    digit_model *two = api_model(API_SMALL, 2), *high = api_model(API_SMALL, 1 + (1ull << 32));
    ck_assert(api_same_models(one, again));
    ck_assert(!api_same_models(one, two));
    ck_assert(!api_same_models(one, high));
    digit_model_free(one);
    digit_model_free(again);
    digit_model_free(two);
    digit_model_free(high);
}
END_TEST

START_TEST(larger_options_may_only_add_zeros)
{
    unsigned char bytes[4097] = {0};
    digit_model_options options;
    digit_model_options_init(&options, sizeof options);
    options.architecture = API_SMALL;
    for (size_t size = sizeof options; size <= 4096; size = size * 2 - 1) {
        options.size = size;
        memset(bytes, 0, sizeof bytes);
        memcpy(bytes, &options, sizeof options);
        assert_ok(create(bytes));
        if (size == sizeof options)
            continue;
        bytes[size - 1] = 1;
        assert_fails(create(bytes), DIGIT_ERR_UNSUPPORTED, "digit_model_options");
        bytes[size - 1] = 0;
        bytes[sizeof options] = 1;
        assert_fails(create(bytes), DIGIT_ERR_UNSUPPORTED, "digit_model_options");
    }
}
END_TEST

START_TEST(options_of_a_wrong_size_are_refused)
{
    const size_t sizes[] = {0, 1, sizeof(size_t), sizeof(digit_model_options) - 1, 4097, SIZE_MAX};
    digit_model_options options;
    digit_model_options_init(&options, sizeof options);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        options.size = sizes[i];
        assert_fails(create(&options), DIGIT_ERR_ARGUMENT, "size");
    }
}
END_TEST

/* What is past the caller's struct is not the library's to write. */
START_TEST(init_keeps_to_the_size_it_is_told)
{
    unsigned char bytes[2 * sizeof(digit_model_options)];
    for (size_t size = 0; size <= sizeof bytes; size++) {
        memset(bytes, 0xA5, sizeof bytes);
        digit_model_options_init((digit_model_options *)(void *)bytes, size);
        for (size_t i = size; i < sizeof bytes; i++)
            ck_assert_uint_eq(bytes[i], 0xA5);
        if (size < sizeof(digit_model_options))
            continue;
        ck_assert_uint_eq(((digit_model_options *)(void *)bytes)->size, size);
        for (size_t i = sizeof(digit_model_options); i < size; i++)
            ck_assert_uint_eq(bytes[i], 0);
    }
    digit_model_options_init(NULL, sizeof(digit_model_options));
}
END_TEST

START_TEST(null_arguments_are_named)
{
    digit_model_options options;
    digit_model_info info = {.size = sizeof info};
    digit_model *model = api_model(API_SMALL, 1);
    digit_model_options_init(&options, sizeof options);
    options.architecture = NULL;
    assert_fails(digit_model_create(NULL, NULL), DIGIT_ERR_ARGUMENT, "out");
    assert_fails(create(&options), DIGIT_ERR_ARGUMENT, "architecture");
    assert_fails(digit_model_load_pretrained(NULL), DIGIT_ERR_ARGUMENT, "out");
    assert_fails(digit_model_get_info(NULL, &info), DIGIT_ERR_ARGUMENT, "model");
    assert_fails(digit_model_get_info(model, NULL), DIGIT_ERR_ARGUMENT, "info");
    assert_fails(digit_model_set_threads(NULL, 1), DIGIT_ERR_ARGUMENT, "model");
    digit_model_free(NULL);
    digit_model_free(model);
}
END_TEST

START_TEST(bad_architectures_are_refused_in_words)
{
    static const struct {
        const char *text;
        digit_status status;
        const char *part;
    } bad[] = {
        {"", DIGIT_ERR_ARGUMENT, "dense 10"},
        {"   ", DIGIT_ERR_ARGUMENT, "dense 10"},
        {"dense 11", DIGIT_ERR_ARGUMENT, "dense 10"},
        {"dense 10 relu", DIGIT_ERR_ARGUMENT, "dense 10"},
        {"Dense 10", DIGIT_ERR_ARGUMENT, "'Dense'"},
        {"dense ten", DIGIT_ERR_ARGUMENT, "'ten'"},
        {"dense", DIGIT_ERR_ARGUMENT, "dense"},
        {"dense 010", DIGIT_ERR_ARGUMENT, "'010'"},
        {"dense +10", DIGIT_ERR_ARGUMENT, "'+10'"},
        {"dense -1 dense 10", DIGIT_ERR_ARGUMENT, "'-1'"},
        {"dense 0 dense 10", DIGIT_ERR_ARGUMENT, "'0'"},
        {"dense 99999999999 dense 10", DIGIT_ERR_ARGUMENT, "99999999999"},
        {"dense 65537 dense 10", DIGIT_ERR_ARGUMENT, "65537"},
        {"conv 32 dense 10", DIGIT_ERR_ARGUMENT, "ROWSxCOLUMNS, not 'dense'"},
        {"conv 32x dense 10", DIGIT_ERR_ARGUMENT, "'32x'"},
        {"conv 32x3x3 dense 10", DIGIT_ERR_ARGUMENT, "'32x3x3'"},
        {"conv 8x16 dense 10", DIGIT_ERR_ARGUMENT, "16"},
        {"conv 8x3 stride 9 dense 10", DIGIT_ERR_ARGUMENT, "stride"},
        {"conv 8x3 stride dense 10", DIGIT_ERR_ARGUMENT, "stride"},
        {"conv 8x3 stride 2 same dense 10", DIGIT_ERR_ARGUMENT, "'same'"},
        {"maxpool 16 dense 10", DIGIT_ERR_ARGUMENT, "maxpool"},
        {"maxpool 14 maxpool 3 dense 10", DIGIT_ERR_ARGUMENT, "2x2"},
        {"maxpool 15 conv 4x3 dense 10", DIGIT_ERR_ARGUMENT, "conv"},
        {"avgpool 29 dense 10", DIGIT_ERR_ARGUMENT, "avgpool"},
        {"dropout 100 dense 10", DIGIT_ERR_ARGUMENT, "dropout"},
        {"conv 4x3\trelu dense 10", DIGIT_ERR_ARGUMENT, "architecture"},
        {"no-such-preset", DIGIT_ERR_ARGUMENT, "no-such-preset"},
        {"dense 65536 dense 65536 dense 10", DIGIT_ERR_LIMIT, "weights"},
        {"conv 4096x3 same dense 10", DIGIT_ERR_LIMIT, "architecture"},
        {"conv 128x1 dense 10", DIGIT_ERR_LIMIT, "weight"},
    };
    digit_model_options options;
    digit_model_options_init(&options, sizeof options);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        options.architecture = bad[i].text;
        assert_fails(create(&options), bad[i].status, bad[i].part);
    }
}
END_TEST

START_TEST(too_many_layers_are_refused)
{
    char text[2048] = "";
    for (int i = 0; i < 64; i++)
        strcat(text, "relu ");
    strcat(text, "dense 10");
    digit_model_options options;
    digit_model_options_init(&options, sizeof options);
    options.architecture = text;
    assert_fails(create(&options), DIGIT_ERR_LIMIT, "64");
    options.architecture = text + strlen("relu ");
    assert_ok(create(&options));
}
END_TEST

/* Words may be as long as callers like; the sentence has to stay a text. */
START_TEST(a_huge_word_is_no_layer)
{
    char *text = malloc(1 << 20);
    ck_assert_ptr_nonnull(text);
    memset(text, 'd', (1 << 20) - 1);
    text[(1 << 20) - 1] = '\0';
    digit_model_options options;
    digit_model_options_init(&options, sizeof options);
    options.architecture = text;
    assert_fails(create(&options), DIGIT_ERR_ARGUMENT, "architecture");
    free(text);
}
END_TEST

START_TEST(info_tells_the_facts)
{
    digit_model *model = api_model("keras", 1);
    digit_model_info info;
    memset(&info, 0xA5, sizeof info);
    info.size = sizeof info;
    assert_ok(digit_model_get_info(model, &info));
    ck_assert_uint_eq(info.size, sizeof info);
    ck_assert_str_eq(info.architecture,
                     "conv 32x3 relu maxpool 2 conv 64x3 relu maxpool 2 dense 100 relu dense 10");
    ck_assert_uint_eq(info.parameters, 179926);
    /* 26x26 and 11x11 positions less the last row and column that the pool leaves out. */
    ck_assert_uint_ge(info.sample_ops, 2000000);
    ck_assert_uint_le(info.sample_ops, 676 * 288 + 121 * 288 * 64 + 1600 * 100 + 1000);
    ck_assert_str_eq(info.trained_on, "");
    ck_assert_str_eq(info.licence, "");
    ck_assert_uint_eq(info.preparation, 1);
    ck_assert_uint_eq(info.rejects, 0);
    digit_model_free(model);
}
END_TEST

START_TEST(info_fits_the_callers_size)
{
    digit_model *model = api_model(API_SMALL, 1);
    unsigned char bytes[4200];
    digit_model_info *info = (digit_model_info *)(void *)bytes;
    for (size_t size = sizeof *info; size <= 4096; size = size * 2 - 1) {
        memset(bytes, 0xA5, sizeof bytes);
        memcpy(bytes, &size, sizeof size);
        assert_ok(digit_model_get_info(model, info));
        ck_assert_uint_eq(info->size, size);
        for (size_t i = sizeof *info; i < size; i++)
            ck_assert_uint_eq(bytes[i], 0);
        for (size_t i = size; i < sizeof bytes; i++)
            ck_assert_uint_eq(bytes[i], 0xA5);
    }
    const size_t wrong[] = {0, 8, sizeof *info - 1, 4097, SIZE_MAX};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        info->size = wrong[i];
        assert_fails(digit_model_get_info(model, info), DIGIT_ERR_ARGUMENT, "size");
        ck_assert_uint_eq(info->size, wrong[i]);
    }
    digit_model_free(model);
}
END_TEST

/* Rule 1: a failed call clears a single out-parameter; `size` stays. */
START_TEST(info_is_cleared_on_failure)
{
    digit_model_info info, zero = {.size = sizeof info};
    memset(&info, 0xA5, sizeof info);
    info.size = sizeof info;
    assert_fails(digit_model_get_info(NULL, &info), DIGIT_ERR_ARGUMENT, "model");
    assert_same_bytes(&info, &zero, sizeof info);
}
END_TEST

START_TEST(threads_go_to_256)
{
    digit_model *model = api_model(API_SMALL, 1);
    const uint32_t good[] = {0, 1, 2, 3, 8, 64, 255, 256};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_ok(digit_model_set_threads(model, good[i]));
    assert_fails(digit_model_set_threads(model, 257), DIGIT_ERR_ARGUMENT, "257");
    assert_fails(digit_model_set_threads(model, UINT32_MAX), DIGIT_ERR_ARGUMENT, "256");
    digit_model_free(model);
}
END_TEST

START_TEST(every_status_has_a_phrase)
{
    for (int status = -10; status <= 0; status++) {
        const char *text = digit_status_text((digit_status)status);
        ck_assert_uint_gt(strlen(text), 3);
        ck_assert_str_ne(text, digit_status_text((digit_status)-11));
        for (int other = -10; other < status; other++)
            ck_assert_str_ne(text, digit_status_text((digit_status)other));
    }
    ck_assert_ptr_nonnull(digit_status_text((digit_status)12345));
    ck_assert_ptr_nonnull(digit_status_text((digit_status)-12345));
}
END_TEST

START_TEST(version_and_build_are_told)
{
    char version[32];
    snprintf(version, sizeof version, "%d.%d.%d", DIGIT_VERSION_MAJOR, DIGIT_VERSION_MINOR,
             DIGIT_VERSION_PATCH);
    ck_assert_str_eq(digit_version(), version);
    const char *info = digit_build_info();
    ck_assert_ptr_eq(info, digit_build_info());
    ck_assert_ptr_nonnull(strstr(info, version));
    ck_assert_ptr_nonnull(strstr(info, "BLAS"));
}
END_TEST

START_TEST(copies_are_alike_and_apart)
{
    digit_model *model = api_model(API_NORM, 5), *copied = NULL;
    uint8_t *samples = api_samples(20, 1, NULL);
    digit_prediction before[20], after[20];
    size_t size = 0, copied_size = 1;
    assert_ok(digit_model_copy(model, &copied));
    assert_ok(digit_model_save_memory(model, NULL, &size));
    assert_ok(digit_model_save_memory(copied, NULL, &copied_size));
    ck_assert_uint_eq(size, copied_size);
    assert_ok(digit_model_predict(model, samples, 20, before));
    digit_model_free(model);
    assert_ok(digit_model_predict(copied, samples, 20, after));
    assert_same_bytes(before, after, sizeof before);
    digit_model_free(copied);
    assert_fails(digit_model_copy(NULL, &copied), DIGIT_ERR_ARGUMENT, "model");
    ck_assert_ptr_null(copied);
    assert_fails(digit_model_copy(copied, NULL), DIGIT_ERR_ARGUMENT, "out");
    free(samples);
}
END_TEST

static const api_test tests[] = {
    API_TEST(defaults_make_the_default_network),
    API_TEST(seed_decides_the_weights),
    API_TEST(larger_options_may_only_add_zeros),
    API_TEST(options_of_a_wrong_size_are_refused),
    API_TEST(init_keeps_to_the_size_it_is_told),
    API_TEST(null_arguments_are_named),
    API_TEST(bad_architectures_are_refused_in_words),
    API_TEST(too_many_layers_are_refused),
    API_TEST(a_huge_word_is_no_layer),
    API_TEST(info_tells_the_facts),
    API_TEST(info_fits_the_callers_size),
    API_TEST(info_is_cleared_on_failure),
    API_TEST(copies_are_alike_and_apart),
    API_TEST(threads_go_to_256),
    API_TEST(every_status_has_a_phrase),
    API_TEST(version_and_build_are_told),
};

int main(void)
{
    return API_RUN("model", tests, 30, NULL, NULL);
}
