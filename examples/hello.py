import sys

import numpy as np

import libdigit

model = libdigit.Model.pretrained()
for name in sys.argv[1:]:
    sample = model.normalize(name)[np.newaxis]
    print(name, model.predict(sample)[0], f"{model.confidence(sample)[0]:.0%}")
