/* Architectures: refused with a sentence, or a network whose own text gives the same network. */
#include "net/network.h"

#include "fuzz.h"

enum { SAMPLES = 9, SMALL = 20000, CHEAP = 2000000 };

/* A network of few weights is made, and answers the same for one sample as for several. */
static void try_it(const char *text)
{
    static uint8_t samples[SAMPLES][DIGIT_SAMPLE_BYTES];
    digit_prediction answers[SAMPLES], one;
    digit_model_info info = {.size = sizeof info};
    digit_model *model = fuzz_model(text);
    FUZZ_REQUIRE(digit_model_get_info(model, &info) == DIGIT_OK);
    FUZZ_REQUIRE(strcmp(info.architecture, text) == 0);
    memset(samples[1], 255, sizeof samples[1]);
    if (info.sample_ops < CHEAP) {
        FUZZ_REQUIRE(digit_model_predict(model, samples[0], SAMPLES, answers) == DIGIT_OK);
        FUZZ_REQUIRE(digit_model_predict(model, samples[1], 1, &one) == DIGIT_OK);
        FUZZ_REQUIRE(memcmp(&one, &answers[1], sizeof one) == 0);
        fuzz_check_prediction(&one);
    }
    digit_model_free(model);
}

int fuzz_one(const uint8_t *data, size_t size)
{
    dg_network *network = NULL, *again;
    char *text = malloc(size + 1);
    FUZZ_REQUIRE(text != NULL);
    memcpy(text, data, size);
    text[size] = '\0';
    const digit_status status = dg_network_create(text, &network);
    free(text);
    if (status != DIGIT_OK) {
        FUZZ_REQUIRE(status == DIGIT_ERR_ARGUMENT || status == DIGIT_ERR_LIMIT);
        FUZZ_REQUIRE(strncmp(digit_last_error(), "architecture", 12) == 0);
        return 0;
    }
    const char *canonical = dg_network_architecture(network);
    FUZZ_REQUIRE(dg_network_create(canonical, &again) == DIGIT_OK);
    FUZZ_REQUIRE(strcmp(canonical, dg_network_architecture(again)) == 0);
    FUZZ_REQUIRE(dg_network_params(network) == dg_network_params(again));
    if (dg_network_params(network) < SMALL)
        try_it(canonical);
    dg_network_free(network);
    dg_network_free(again);
    return 0;
}
