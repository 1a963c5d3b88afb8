import sys

import numpy as np
from PIL import Image

import libdigit

model = libdigit.Model.pretrained()
for name in sys.argv[1:]:
    picture = np.asarray(Image.open(name).convert("RGB"))
    sample = model.normalize(picture)[np.newaxis]
    print(name, model.predict(sample)[0], f"{model.confidence(sample)[0]:.0%}")
