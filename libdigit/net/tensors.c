/* Tensors between the flat array and the order of model files. */
#include "base/bytes.h"
#include "net/plan.h"

size_t dg_network_tensor_count(const dg_network *network)
{
    return network->tensor_count;
}

dg_tensor dg_network_tensor(const dg_network *network, size_t index)
{
    return network->tensors[index].tensor;
}

/* Entries in file order; `at` is where each lies in memory. */
#define FOR_EACH_ENTRY(plan, at)                                                             \
    for (size_t i = 0; i < (plan)->dims[0]; i++)                                             \
        for (size_t j = 0; j < (plan)->dims[1]; j++)                                         \
            for (size_t k = 0; k < (plan)->dims[2]; k++)                                     \
                for (size_t l = 0, at = i * (plan)->strides[0] + j * (plan)->strides[1] +    \
                                        k * (plan)->strides[2];                              \
                     l < (plan)->dims[3]; l++, at += (plan)->strides[3])

void dg_network_import(const dg_network *network, size_t index, const uint8_t *bytes,
                       dg_real *params)
{
    const dg_tensor_plan *plan = &network->tensors[index].plan;
    dg_real *tensor = params + network->tensors[index].tensor.at;
    FOR_EACH_ENTRY (plan, at) {
        tensor[at] = dg_load_f32(bytes);
        bytes += 4;
    }
}

void dg_network_export(const dg_network *network, size_t index, const dg_real *params,
                       uint8_t *bytes)
{
    const dg_tensor_plan *plan = &network->tensors[index].plan;
    const dg_real *tensor = params + network->tensors[index].tensor.at;
    FOR_EACH_ENTRY (plan, at) {
        dg_store_f32(bytes, (float)tensor[at]);
        bytes += 4;
    }
}
