/* Probabilities of MNIST's test pictures as raw floats [10000][10], for peers.py to compare.
 *
 *     bench-answers FILE
 */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    FILE *file = argc == 2 ? fopen(argv[1], "wb") : NULL;
    if (!file) {
        fprintf(stderr, "usage: bench-answers FILE (which can be written)\n");
        return 2;
    }
    digit_model *model = bench_model(2);
    digit_dataset *test = bench_mnist("t10k");
    const size_t count = digit_dataset_count(test);
    digit_prediction *answers = bench_alloc(count * sizeof *answers);
    bench_check(digit_model_predict(model, digit_dataset_samples(test), count, answers), "predict");
    bool written = true;
    for (size_t i = 0; i < count && written; i++)
        written = fwrite(answers[i].probabilities, sizeof answers[i].probabilities, 1, file) == 1;
    if (fclose(file) != 0 || !written) {
        perror(argv[1]);
        return 1;
    }
    free(answers);
    digit_dataset_free(test);
    digit_model_free(model);
    return 0;
}
