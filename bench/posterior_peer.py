"""Bambi's side of `bench/posterior.py`, run by the Python that has it: FOLDER/rows.npz in, FOLDER/found.npz out.

The same regression of the same rows with the same priors of its slopes; Bambi samples the error's sd as well.
"""

from __future__ import annotations

import sys
import time
import warnings

import numpy as np
import pandas as pd

CHAINS, TUNE, DRAWS = 4, 500, 500


def main() -> None:
    """Fits, and writes the draws of the slopes; seconds by wall and processor, and effective draws."""
    try:
        import arviz
        import bambi
    except ImportError:
        print("Bambi's side of bench/posterior.py: nothing to do without Bambi")
        return
    if len(sys.argv) < 2:
        print("Bambi's side of bench/posterior.py, which runs it")
        return
    folder = sys.argv[1]
    given = np.load(f"{folder}/rows.npz")
    names = [f"p{k:02}" for k in range(given["x"].shape[1])]
    frame = pd.DataFrame(given["x"], columns=names).assign(score=given["score"])
    slope = bambi.Prior("Normal", mu=-0.1, sigma=0.15)
    priors = dict.fromkeys(names, slope)
    formula = f"score ~ {' + '.join(names)}"
    warnings.simplefilter("ignore")
    wall, processor = time.perf_counter(), time.process_time()
    model = bambi.Model(formula, frame, priors=priors)
    found = model.fit(
        draws=DRAWS, tune=TUNE, chains=CHAINS, cores=2, random_seed=1, progressbar=False, inference_method="nutpie"
    )
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    posterior = found["posterior"]
    slopes = np.stack([posterior[name].values for name in names], axis=-1)
    flat = slopes.reshape(CHAINS, DRAWS, -1)
    ess = min(float(arviz.ess(np.ascontiguousarray(flat[:, :, k]))) for k in range(flat.shape[2]))
    np.savez(f"{folder}/found.npz", slopes=slopes.reshape(-1, slopes.shape[2]), costs=[wall, processor, ess])


if __name__ == "__main__":
    main()
