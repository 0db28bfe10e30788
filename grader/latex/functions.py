"""Functions that work entry by entry, with their derivatives, in numpy."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Entrywise = Callable[[Array], Array]


def _sigmoid(z: Array) -> Array:
    value: Array = 1 / (1 + np.exp(-z))
    return value


def _sigmoid1(z: Array) -> Array:
    s = _sigmoid(z)
    slope: Array = s * (1 - s)
    return slope


def _sigmoid2(z: Array) -> Array:
    bend: Array = _sigmoid1(z) * (1 - 2 * _sigmoid(z))
    return bend


def _tanh1(z: Array) -> Array:
    slope: Array = 1 - np.tanh(z) ** 2
    return slope


def _normal(z: Array) -> Array:
    density: Array = np.exp(-z * z / 2) / math.sqrt(2 * math.pi)
    return density


_error_function = np.vectorize(math.erf, otypes=[float])


def _below(z: Array) -> Array:
    """The share of a normal distribution below z."""
    share: Array = 0.5 * (1 + _error_function(z / math.sqrt(2)))
    return share


def _step(z: Array) -> Array:
    return (z > 0) * 1.0


def _zero(z: Array) -> Array:
    return np.zeros_like(z)


# Each function, its derivative, the derivative of that ...
ENTRYWISE: dict[str, tuple[Entrywise, ...]] = {
    "relu": (lambda z: np.where(z > 0, z, 0.0), _step, _zero),
    "step": (_step, _zero, _zero),
    "sigmoid": (
        _sigmoid,
        _sigmoid1,
        _sigmoid2,
        lambda z: _sigmoid2(z) * (1 - 2 * _sigmoid(z)) - 2 * _sigmoid1(z) ** 2,
    ),
    "tanh": (
        np.tanh,
        _tanh1,
        lambda z: -2 * np.tanh(z) * _tanh1(z),
        lambda z: -2 * _tanh1(z) ** 2 + 4 * np.tanh(z) ** 2 * _tanh1(z),
    ),
    "exp": (np.exp, np.exp, np.exp, np.exp),
    "log": (np.log, lambda z: 1 / z, lambda z: -1 / z**2, lambda z: 2 / z**3),
    "log2": (np.log2, lambda z: 1 / z / math.log(2), lambda z: -1 / z**2 / math.log(2)),
    "log10": (np.log10, lambda z: 1 / z / math.log(10), lambda z: -1 / z**2 / math.log(10)),
    "sqrt": (np.sqrt, lambda z: 0.5 / np.sqrt(z), lambda z: -0.25 * z**-1.5),
    "square": (np.square, lambda z: 2 * z, lambda z: 2 + _zero(z), _zero),
    "abs": (np.abs, np.sign, _zero),
    "sign": (np.sign, _zero, _zero),
    "sin": (np.sin, np.cos, lambda z: -np.sin(z)),
    "cos": (np.cos, lambda z: -np.sin(z), lambda z: -np.cos(z)),
    "arctan": (np.arctan, lambda z: 1 / (1 + z * z), lambda z: -2 * z / (1 + z * z) ** 2),
    "sinh": (np.sinh, np.cosh, np.sinh, np.cosh),
    "cosh": (np.cosh, np.sinh, np.cosh, np.sinh),
    "sech": (
        lambda z: 1 / np.cosh(z),
        lambda z: -np.tanh(z) / np.cosh(z),
        lambda z: (2 * np.tanh(z) ** 2 - 1) / np.cosh(z),
    ),
    "silu": (
        lambda z: z * _sigmoid(z),
        lambda z: _sigmoid(z) + z * _sigmoid1(z),
        lambda z: 2 * _sigmoid1(z) + z * _sigmoid2(z),
    ),
    "gelu": (
        lambda z: z * _below(z),
        lambda z: _below(z) + z * _normal(z),
        lambda z: (2 - z * z) * _normal(z),
    ),
    "softplus": (lambda z: np.log1p(np.exp(z)), _sigmoid, _sigmoid1, _sigmoid2),
}
