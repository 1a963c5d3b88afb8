/* Evaluation agrees with prediction, and its report keeps to the rules. */
#include "api.h"

#include <math.h>

/* The same figures, counted from single answers. */
static digit_metrics count_by_hand(const digit_model *model, const digit_dataset *data)
{
    digit_metrics metrics = {.size = sizeof metrics, .count = digit_dataset_count(data)};
    for (size_t i = 0; i < metrics.count; i++) {
        digit_prediction p;
        const uint8_t label = digit_dataset_labels(data)[i];
        assert_ok(digit_model_predict(
            model, digit_dataset_samples(data) + i * DIGIT_SAMPLE_BYTES, 1, &p));
        metrics.confusion[label][p.digit]++;
        metrics.correct += p.digit == label;
        metrics.loss -= log((double)p.probabilities[label]) / (double)metrics.count;
    }
    return metrics;
}

START_TEST(figures_agree_with_predictions)
{
    digit_model *model = api_model(API_NORM, 1);
    digit_dataset *train = api_dataset(200, 1), *test = api_dataset(123, 2);
    digit_train_options options = api_train_options(2, 32);
    options.validation = _i ? train : NULL; /* with and without calibration */
    assert_ok(digit_model_train(model, train, &options));
    const digit_metrics expected = count_by_hand(model, test);
    digit_metrics first = {.size = sizeof first}, metrics = {.size = sizeof metrics};
    assert_ok(digit_model_evaluate(model, test, &first));
    ck_assert_uint_eq(first.size, sizeof first);
    ck_assert_uint_eq(first.count, 123);
    ck_assert_uint_eq(first.correct, expected.correct);
    assert_same_bytes(first.confusion, expected.confusion, sizeof first.confusion);
    ck_assert(fabs(first.loss - expected.loss) < 1e-5);
    for (uint32_t threads = 1; threads <= 8; threads++) {
        assert_ok(digit_model_set_threads(model, threads));
        assert_ok(digit_model_evaluate(model, test, &metrics));
        assert_same_bytes(&metrics, &first, sizeof metrics);
    }
    digit_dataset_free(train);
    digit_dataset_free(test);
    digit_model_free(model);
}
END_TEST

START_TEST(an_empty_dataset_gives_zeros)
{
    digit_model *model = api_model(API_SMALL, 1);
    digit_dataset *nothing = api_dataset(0, 1);
    digit_metrics metrics, zero = {.size = sizeof zero};
    memset(&metrics, 0xA5, sizeof metrics);
    metrics.size = sizeof metrics;
    assert_ok(digit_model_evaluate(model, nothing, &metrics));
    assert_same_bytes(&metrics, &zero, sizeof metrics);
    digit_dataset_free(nothing);
    digit_model_free(model);
}
END_TEST

START_TEST(wrong_arguments_are_named_and_clear_the_report)
{
    digit_model *model = api_model(API_SMALL, 1);
    digit_dataset *data = api_dataset(5, 1);
    digit_metrics metrics, zero = {.size = sizeof zero};
    assert_fails(digit_model_evaluate(model, data, NULL), DIGIT_ERR_ARGUMENT, "metrics");
    memset(&metrics, 0xA5, sizeof metrics);
    metrics.size = sizeof metrics;
    assert_fails(digit_model_evaluate(NULL, data, &metrics), DIGIT_ERR_ARGUMENT, "model");
    assert_same_bytes(&metrics, &zero, sizeof metrics);
    memset(&metrics, 0xA5, sizeof metrics);
    metrics.size = sizeof metrics;
    assert_fails(digit_model_evaluate(model, NULL, &metrics), DIGIT_ERR_ARGUMENT, "dataset");
    assert_same_bytes(&metrics, &zero, sizeof metrics);
    const size_t wrong[] = {0, sizeof(size_t), sizeof metrics - 1, 4097};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        metrics.size = wrong[i];
        assert_fails(digit_model_evaluate(model, data, &metrics), DIGIT_ERR_ARGUMENT, "size");
        ck_assert_uint_eq(metrics.size, wrong[i]);
    }
    digit_dataset_free(data);
    digit_model_free(model);
}
END_TEST

START_TEST(a_later_programs_report_is_filled_with_zeros)
{
    digit_model *model = api_model(API_SMALL, 1);
    digit_dataset *data = api_dataset(5, 1);
    union {
        digit_metrics metrics;
        unsigned char bytes[sizeof(digit_metrics) + 64];
    } later;
    memset(&later, 0xA5, sizeof later);
    later.metrics.size = sizeof(digit_metrics) + 32;
    assert_ok(digit_model_evaluate(model, data, &later.metrics));
    ck_assert_uint_eq(later.metrics.size, sizeof(digit_metrics) + 32);
    ck_assert_uint_eq(later.metrics.count, 5);
    for (size_t i = 0; i < 64; i++)
        ck_assert_uint_eq(later.bytes[sizeof(digit_metrics) + i], i < 32 ? 0 : 0xA5);
    digit_dataset_free(data);
    digit_model_free(model);
}
END_TEST

static const api_test tests[] = {
    API_LOOP(figures_agree_with_predictions, 2),
    API_TEST(an_empty_dataset_gives_zeros),
    API_TEST(wrong_arguments_are_named_and_clear_the_report),
    API_TEST(a_later_programs_report_is_filled_with_zeros),
};

int main(void)
{
    return API_RUN("evaluate", tests, 60, NULL, NULL);
}
