"""Writes torchjd.json: weights that TorchJD gives to the gradients of some cases, for torchjd_test.go.

    pip install "torchjd[quadprog-projector,cagrad,nash-mtl]==0.18.0"
    python write_torchjd.py

Everything is float64. Where TorchJD regularises, or iterates to a tolerance, the plain name asks for as little of that as
it can do with, and "default" is what its users get.
"""

import json
import pathlib
import re
import warnings
from importlib.metadata import version

import numpy as np
import torch
from torchjd.aggregation import (
    AlignedMTLWeighting,
    CAGradWeighting,
    DualProjWeighting,
    GradVacWeighting,
    IMTLGWeighting,
    MeanWeighting,
    MGDAWeighting,
    NashMTL,
    PCGradWeighting,
    SumWeighting,
    UPGradWeighting,
)
from torchjd.linalg import QuadprogProjector

warnings.filterwarnings("ignore")
torch.set_default_dtype(torch.float64)
torch.randperm = torch.arange  # orders are drawn differently on each side; from first to last can be compared


def normal(seed, k, d, shift=0.0):
    return np.round(np.random.default_rng(seed).normal(shift, 1, (k, d)), 3)


CASES = {
    "two": np.array([[-4.0, 1, 1], [6, 1, 1]]),
    "two that agree": np.array([[1.0, 2, 0], [2, 1, 1]]),
    "3x5": normal(1, 3, 5),
    "5x8": normal(2, 5, 8),
    "10x30": normal(3, 10, 30),
    "10x30 in one direction": normal(4, 10, 30, 0.3),
    "4x3, dependent": normal(5, 4, 3, 1.0),
    "4x6 of many lengths": normal(6, 4, 6) * [[0.1], [1], [10], [30]],
    "impartial and turned": np.array([[1, 0, 0.4], [0, 1, 0.4], [0.05, 0.05, 0.01]]),
}

exact = QuadprogProjector(norm_eps=0.0, reg_eps=1e-11)


def weights(gradients):
    j = torch.tensor(gradients)
    g, k = j @ j.T, len(gradients)
    from_gram = {
        "mean": MeanWeighting(),
        "sum": SumWeighting(),
        "pcgrad": PCGradWeighting(),
        "gradvac": GradVacWeighting(),
        "upgrad": UPGradWeighting(projector=exact),
        "upgrad default": UPGradWeighting(),
        "dualproj": DualProjWeighting(projector=exact),
        "dualproj default": DualProjWeighting(),
        "mgda": MGDAWeighting(epsilon=1e-9, max_iters=100_000),
        "mgda default": MGDAWeighting(),
        "cagrad": CAGradWeighting(c=0.5, norm_eps=1e-12),
        "cagrad 1.5": CAGradWeighting(c=1.5, norm_eps=1e-12),
        "imtl_g": IMTLGWeighting(),
        "aligned_mtl": AlignedMTLWeighting(),
    }
    result = {name: w(g).tolist() for name, w in from_gram.items()}
    nash = NashMTL(n_tasks=k).weighting  # more than the default of 20 steps changes nothing in these cases
    return result | {"nash_mtl": nash(j).tolist()}


def rounds(matrices):
    """GradVac over several rounds: each goes on from the targets of the one before."""
    vaccine = GradVacWeighting()
    return [
        {"gradients": m.tolist(), "weights": vaccine(torch.tensor(m) @ torch.tensor(m).T).tolist(), "targets": vaccine._phi_t.flatten().tolist()}
        for m in matrices
    ]


def main():
    out = {
        "torchjd": version("torchjd"),
        "torch": torch.__version__.split("+")[0],
        "cases": [{"name": n, "gradients": j.tolist(), "weights": weights(j)} for n, j in CASES.items()],
        "gradvac": rounds([normal(10 + n, 4, 6, 0.4) for n in range(4)]),
    }
    pathlib.Path(__file__).with_name("torchjd.json").write_text(compact(json.dumps(out, indent=1)) + "\n")


def compact(text):
    """Puts a list of numbers on one line."""
    return re.sub(r"\[\s*(-?[\d.][^\[\]{}\"]*?)\s*\]", lambda m: "[" + re.sub(r"\s+", " ", m[1]) + "]", text)


main()
