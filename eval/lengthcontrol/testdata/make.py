"""Writes golden.json: what statsmodels and scikit-learn make of comparisons that are drawn here.

pip install statsmodels==0.15.0 scikit-learn; python make.py >golden.json

rate and its standard error: statsmodels' binomial GLM on [1, tanh(extra/std)], wins of 0.5 as they stand, with errors that
are robust to clusters (no correction for their number), taken through the logistic function. Cases with a ridge have no
standard error, and come from scikit-learn, which minimises C * loss + |w|^2/2 (C = 1/ridge), a tie being two half wins.
"""
import json

import numpy as np
import statsmodels.api as sm
from sklearn.linear_model import LogisticRegression


def fit(wins, extra, cluster):
    x = np.tanh(extra / np.std(extra, ddof=1))
    model = sm.GLM(wins, np.column_stack([np.ones_like(x), x]), family=sm.families.Binomial())
    r = model.fit(tol=1e-14, maxiter=200, cov_type="cluster", cov_kwds={"groups": cluster, "use_correction": False})
    rate = 1 / (1 + np.exp(-r.params[0]))
    return r.params, rate, rate * (1 - rate) * r.bse[0]


def ridge(wins, extra, penalty):
    x = np.tanh(extra / np.std(extra, ddof=1))
    X = np.column_stack([np.ones_like(x), x])
    both = np.concatenate([np.ones_like(x), np.zeros_like(x)])
    weight = np.concatenate([wins, 1 - wins])
    r = LogisticRegression(C=1 / penalty, fit_intercept=False, tol=1e-14, max_iter=100000, solver="newton-cholesky")
    r.fit(np.concatenate([X, X]), both, sample_weight=weight)
    return r.coef_[0]


rng = np.random.default_rng(20)
cases = []
for name, n, theta, phi, tie in [
    ("longer wins", 400, -0.3, 1.2, 0.1),
    ("shorter wins", 250, 0.4, -0.8, 0.0),
    ("length says nothing", 600, 0.1, 0.0, 0.3),
    ("few", 12, 0.0, 0.5, 0.2),
    ("mostly ties", 300, 0.2, 0.5, 0.8),
    ("rare wins", 500, -3.0, 1.0, 0.0),
]:
    extra = np.round(rng.normal(3, 20, n))
    z = theta + phi * np.tanh(extra / np.std(extra, ddof=1))
    wins = (rng.random(n) < 1 / (1 + np.exp(-z))).astype(float)
    wins[rng.random(n) < tie] = 0.5
    cluster = np.arange(n) // 3
    params, rate, se = fit(wins, extra, cluster)
    cases.append(dict(name=name, wins=wins.tolist(), extra=extra.tolist(), constant=params[0], slope=params[1], rate=rate, se=se, ridge=0))

for name, penalty in [("lengths tell", 1e-1), ("always won", 1e-3)]:
    extra = np.round(rng.normal(0, 10, 60))
    wins = np.ones(60) if name == "always won" else (extra > 0).astype(float)
    coef = ridge(wins, extra, penalty)
    cases.append(dict(name=name, wins=wins.tolist(), extra=extra.tolist(), constant=coef[0], slope=coef[1], rate=1 / (1 + np.exp(-coef[0])), se=0, ridge=penalty))
print(json.dumps(cases))
