/* Trains the network that peers.py compares everybody with: `keras`, an epoch of MNIST.
 *
 *     bench-keras FILE
 */
#include "bench.h"

#include <stdio.h>

int main(int argc, char **argv)
{
    digit_train_options options;
    if (argc != 2) {
        fprintf(stderr, "usage: bench-keras FILE\n");
        return 2;
    }
    digit_model *model = bench_model(2);
    digit_dataset *data = bench_mnist("train");
    digit_train_options_init(&options, sizeof options);
    options.epochs = 1;
    bench_check(digit_model_train(model, data, &options), "train");
    bench_check(digit_model_save(model, argv[1]), argv[1]);
    digit_dataset_free(data);
    digit_model_free(model);
    return 0;
}
