"""The bipartite configuration model: the degrees of accounts and objects are held fixed on average.

It is the maximum entropy distribution of random bipartite graphs of accounts and objects with the given expected
degrees. Its cells are independent, account u acts on object j with probability ``x_u y_j / (1 + x_u y_j)``, and
accounts of equal degree have equal ``x``: so the model is fitted and stored on distinct degrees, of which there are
hundreds for millions of accounts. The null models here take a co-action graph and return a
:class:`cib.graphs.nulls.margins.Chance`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import erfcx, expit, gammainc

from cib.errors import warn
from cib.graphs.graph import Graph
from cib.graphs.incidence import Incidence
from cib.graphs.nulls.margins import Chance, ends, poisson, unique_tails

__all__ = ["Bicm", "bicm", "poisson_binomial_tail", "sdsm"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Maximum number of rounds of the fit, and the tolerance of the degrees at which it stops.
_ROUNDS, _TOLERANCE = 5_000, 1e-6
#: Number of cells of one block of the tail; about 50 bytes each.
_BLOCK = 1_000_000
#: Steps of Newton's method for the saddle point, far more than it needs to converge to rounding error.
_STEPS = 30


def bicm(graph: Graph) -> Chance:
    """Test each edge under the bipartite configuration model, with a Poisson tail.

    Accounts choose objects independently, with the given activity and popularity on average:
    ``expected = sum_j p_uj p_vj``, with p_uj the probability that account u acts on object j.

    Notes
    -----
    Holds fixed, on average, the activity of accounts and the popularity of objects, not the times: for
    windowed graphs it is conservative (0.2 to 2.6 % of independent pairs at p <= 0.05).
    Differs from ``'chung-lu'`` for very active accounts and very popular objects, whose cells it keeps below 1.
    Not valid where accounts share tastes. Costs O(1) per edge after a fit on R distinct degrees of accounts and
    C of objects, which takes O(R C) per round and O(R R C) once. After Saracco et al. (2017).
    """
    incidence, source, target = ends(graph)
    return poisson(graph, Bicm.fit(incidence).expected(source, target))


def sdsm(graph: Graph) -> Chance:
    """Test each edge under the bipartite configuration model, with a Poisson-binomial tail.

    Notes
    -----
    Holds fixed the same as ``'bicm'``, and is not valid in the same cases. The weight is a sum of Bernoulli
    variables with unequal probabilities (Poisson-binomial), with a smaller variance than Poisson's, so the test has
    more power where cells are not small, as in small or dense data. It is still conservative there, because the
    margins hold on average only. The tail is a saddle point approximation, see :func:`poisson_binomial_tail`. Costs
    O(C) for each distinct combination of two degrees and a weight. After the stochastic degree sequence model of
    Neal (2014; Neal, Domagalski & Sagan 2021).
    """
    incidence, source, target = ends(graph)
    model = Bicm.fit(incidence)
    different, which = unique_tails(graph, model.row[source], model.row[target])
    p = np.empty(different.shape[1])
    step = max(_BLOCK // len(model.objects), 1)
    for begin in range(0, len(p), step):
        a, b, x = different[:, begin : begin + step]
        p[begin : begin + step] = poisson_binomial_tail(x, model.cells[a] * model.cells[b], model.objects)
    return Chance(model.expected(source, target), p[which])


@dataclass(frozen=True, eq=False)
class Bicm:
    """The bipartite configuration model, fitted on distinct degrees.

    Parameters
    ----------
    row : ndarray of int, shape (n_accounts,)
        Row of each account in `cells`.
    cells : ndarray of float, shape (R, C)
        Probability that an account of a given degree acts on an object of a given popularity.
    objects : ndarray of int, shape (C,)
        Number of objects of each popularity.
    """

    row: Ints
    cells: Floats
    objects: Ints

    @classmethod
    def fit(cls, incidence: Incidence) -> Bicm:
        """Fit the probabilities to the expected degrees.

        Alternates a Newton step for the rows and one for the columns until all degrees are within the tolerance; given
        the others, each unknown solves an increasing equation.

        Warns
        -----
        CibWarning
            If the fit has not converged after 5,000 rounds.
        """
        degree, row, accounts = np.unique(incidence.degree, return_inverse=True, return_counts=True)
        popular = incidence.popularity[incidence.popularity > 0]
        popularity, objects = np.unique(popular, return_counts=True)
        total = np.log(max(popular.sum(), 1))
        with np.errstate(divide="ignore"):  # accounts of degree 0 have probability 0
            x, y = np.log(degree) - total / 2, np.log(popularity) - total / 2
        for _ in range(_ROUNDS):
            cells = expit(x[:, None] + y)
            got = cells @ objects
            if np.abs(got - degree).max(initial=0) <= _TOLERANCE:
                break
            x += _newton(degree, got, (cells * (1 - cells)) @ objects)
            cells = expit(x[:, None] + y)
            y += _newton(popularity, accounts @ cells, accounts @ (cells * (1 - cells)))
        else:
            warn(f"the bipartite model has not settled after {_ROUNDS} rounds")
        return cls(row, cells, objects)

    def expected(self, source: Ints, target: Ints) -> Floats:
        """Compute the expected number of objects that each two accounts share."""
        together: Floats = (self.cells * self.objects) @ self.cells.T
        shared: Floats = together[self.row[source], self.row[target]]
        return shared


def _newton(wanted: Ints, got: Floats, slope: Floats) -> Floats:
    """Compute Newton's step on the logarithm of a degree; 0 where it is undefined, as for degree 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        step = np.log(wanted / got) * got / slope
    return np.clip(np.nan_to_num(step, nan=0.0, posinf=0.0, neginf=0.0), -2.0, 2.0)


def poisson_binomial_tail(weight: Ints, chance: Floats, times: Ints) -> Floats:
    """Compute the probability that at least `weight` of independent trials with unequal probabilities succeed.

    Parameters
    ----------
    weight : ndarray of int, shape (n,)
        At least 1.
    chance : ndarray of float, shape (n, C)
        Probabilities of success, in [0, 1].
    times : ndarray of int, shape (C,)
        Number of trials with each probability.

    Returns
    -------
    ndarray of float, shape (n,)
        Below the mean, the tail of a Poisson count.

    Notes
    -----
    The saddle point formula of Lugannani & Rice (1980) for lattice variables, divided by the same formula for a
    Poisson count of the same mean and multiplied by the exact tail of that count: the error of the formula at
    small counts cancels, and the Poisson limit is exact. Within 5 % of the exact value for tails from
    1e-12 to 0.1 (``tests/graphs/nulls/test_bicm.py``); too large where nearly all trials succeed.

    Examples
    --------
    >>> poisson_binomial_tail(np.array([3]), np.array([[0.1, 0.5]]), np.array([10, 2])).round(3)
    array([0.312])
    """
    x = weight.astype(np.float64)
    mean = chance @ times
    tail: Floats = gammainc(x, np.maximum(mean, 1e-300))
    reach = (chance > 0) @ times
    above = (x > mean + 1e-3) & (x < reach)
    if above.any():
        x, mean, cells = x[above], mean[above], chance[above]
        z = _saddle(x, mean, cells, times)
        grown = cells * (z[:, None] - 1)
        tilted = (cells + grown) / (1 + grown)
        spread = (tilted * (1 - tilted)) @ times
        decay = x * np.log(z) - np.log1p(grown) @ times
        exact, limit = _log_tail(decay, z, spread), _log_tail(x * np.log(x / mean) - x + mean, x / mean, x)
        tail[above] *= np.exp(exact - limit)
    whole = weight == reach  # all trials with a positive probability succeed
    tail[whole] = np.exp(np.log(np.where(chance[whole] > 0, chance[whole], 1)) @ times)
    tail[weight > reach] = 0.0
    return np.minimum(tail, 1.0)


def _saddle(x: Floats, mean: Floats, chance: Floats, times: Ints) -> Floats:
    """Solve for the factor on the odds of all trials at which the mean is x."""
    log_z = np.log(x / mean)
    for _ in range(_STEPS):
        z = np.exp(log_z)[:, None]
        tilted = chance * z / (1 + chance * (z - 1))
        got = tilted @ times
        log_z = np.minimum(log_z + np.log(x / got) * got / ((tilted * (1 - tilted)) @ times), 80.0)
    return np.exp(log_z)


def _log_tail(decay: Floats, z: Floats, spread: Floats) -> Floats:
    """Compute the logarithm of Lugannani and Rice's tail, up to a factor that cancels in the ratio of two tails."""
    w = np.sqrt(2 * decay)
    mills = np.sqrt(np.pi / 2) * erfcx(w / np.sqrt(2))
    logarithm: Floats = np.log(mills - 1 / w + 1 / ((1 - 1 / z) * np.sqrt(spread))) - decay
    return logarithm
