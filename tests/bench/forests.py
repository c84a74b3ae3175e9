"""Seconds of processor time that scikit-learn and PyOD take to grow an isolation forest on one thread and to score its rows:
forests.py FILE. None of one that is not installed."""

import json
import os
import sys
import time

for library in ("OMP", "OPENBLAS", "MKL"):
    os.environ[f"{library}_NUM_THREADS"] = "1"
TREES, SAMPLES = 100, 256


def scikit_learn(rows):
    from sklearn.ensemble import IsolationForest

    forest = IsolationForest(n_estimators=TREES, max_samples=SAMPLES, random_state=1, n_jobs=1)
    return lambda: forest.fit(rows).score_samples(rows)


def pyod(rows):
    from pyod.models.iforest import IForest

    # It scores while it fits.
    forest = IForest(n_estimators=TREES, max_samples=SAMPLES, random_state=1, n_jobs=1)
    return lambda: forest.fit(rows)


def seconds(of, rows):
    try:
        learn = of(rows)
    except ImportError:
        return None
    began = time.process_time()
    learn()
    return time.process_time() - began


try:
    import numpy

    rows = numpy.loadtxt(sys.argv[1], delimiter=",", skiprows=1)
except ImportError:
    rows = None
print(json.dumps({name: rows is not None and seconds(of, rows) or None for name, of in {"scikit-learn": scikit_learn, "PyOD": pyod}.items()}))
