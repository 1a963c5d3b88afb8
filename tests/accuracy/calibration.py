"""How far confidence is from the share that is right."""
from __future__ import annotations

import numpy as np
import numpy.typing as npt


def calibration_error(right: npt.NDArray[np.bool_], sure: npt.NDArray[np.float64]) -> float:
    """Expected, over 15 bins of equal width (Guo et al., ICML 2017)."""
    bins = np.minimum((sure * 15).astype(int), 14)
    gaps = [abs(right[bins == b].mean() - sure[bins == b].mean()) * np.mean(bins == b)
            for b in np.unique(bins)]
    return float(sum(gaps))
