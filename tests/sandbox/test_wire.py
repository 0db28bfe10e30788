"""Data crosses unchanged; anything else that comes down the wire is an error, never an object."""

import json
import math
import socket
import struct
import time

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from grader.sandbox.coding import Decoder, Encoder
from grader.sandbox.wire import Wire, WireClosedError, WireError, WireTimeoutError


def refuse(value):
    raise WireError("not data")


def there_and_back(value):
    encoder = Encoder(refuse)
    coded = json.loads(json.dumps(encoder.encode(value)))
    return Decoder([bytearray(b) for b in encoder.buffers], refuse).decode(coded)


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text(), inner),
)


@given(PLAIN)
def test_plain_data_crosses_unchanged(value):
    assert there_and_back(value) == value


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bool, torch.int64,
                                   torch.complex64, torch.bfloat16])  # fmt: skip
@pytest.mark.parametrize("shape", [(), (0, 3), (2, 3)])
def test_tensors_cross_with_dtype_and_shape(dtype, shape):
    value = torch.ones(shape).to(dtype)
    back = there_and_back(value)
    assert back.dtype == dtype
    assert torch.equal(back, value)


@pytest.mark.parametrize(
    "value", [torch.arange(6).reshape(2, 3).T, torch.eye(2).to_sparse(), torch.ones(2) * 1j]
)
def test_views_and_sparse_tensors_cross_as_plain_ones(value):
    assert torch.equal(there_and_back(value), value.to_dense())


def test_a_gradient_flag_crosses():
    assert there_and_back(torch.nn.Linear(2, 1).weight).requires_grad


@pytest.mark.parametrize("value", [np.eye(2), np.float32(2.5), np.arange(3), np.zeros((0, 2))])
def test_numpy_stays_numpy(value):
    back = there_and_back(value)
    assert type(back) is type(value)
    assert np.array_equal(back, value)


def test_nan_and_infinity_cross():
    back = there_and_back([math.nan, math.inf, -math.inf])
    assert math.isnan(back[0])
    assert back[1:] == [math.inf, -math.inf]


@pytest.mark.parametrize("value", [object(), len, np.array([object()]), {1: object()}])
def test_what_is_no_data_is_referred(value):
    with pytest.raises(WireError, match="not data"):
        there_and_back(value)


def test_endless_values_are_refused():
    loop: list = []
    loop.append(loop)
    with pytest.raises(ValueError, match="too deep"):
        Encoder(refuse).encode(loop)


@pytest.mark.parametrize(
    "coded",
    [
        {"tensor": ["float32", [2], 0, False]},
        {"tensor": ["float32", [-1], 0, False]},
        {"tensor": ["float32", [True], 0, False]},
        {"tensor": ["object", [1], 0, False]},
        {"tensor": ["float32", [1 << 40, 0], 0, False]},
        {"tensor": ["float32", [1], 7, False]},
        {"tensor": ["int64", [1], 0, True]},
        {"tensor": 3},
        {"array": ["O", [1], 0]},
        {"array": ["V8", [1], 0]},
        {"array": [["f8", "f8"], [1], 0]},
        {"scalar": ["<f8", [], 0]},
        {"int": "0x" + "f" * 10 + "g"},
        {"float": "eval"},
        {"complex": ["1"]},
        {"dict": [[{"list": []}, 1]]},
        {"dict": [[1]]},
        {"set": [{"list": []}]},
        {"decode": 1},
        {"raw": [0, [1], 1]},
        {"pickle": "gASVAAAA"},
        [1],
        {"list": None},
        {},
    ],
)
def test_garbage_is_an_error_of_the_wire(coded):
    with pytest.raises(WireError):
        Decoder([bytearray(4)], refuse).decode(coded)


def test_nesting_without_end_is_an_error_of_the_wire():
    coded = None
    for _ in range(5000):
        coded = {"list": [coded]}
    with pytest.raises(WireError):
        Decoder([], refuse).decode(coded)


@pytest.mark.parametrize(
    "raw",
    [
        struct.pack("<I", 1 << 31),
        struct.pack("<I", 2) + b"[]",
        struct.pack("<I", 2) + b"{}",
        struct.pack("<I", 2) + b"\xff\xff",
        struct.pack("<I", 14) + b'{"sizes":[-1]}',
        struct.pack("<I", 16) + b'{"sizes":["1"]} ',
        struct.pack("<I", 30) + b'{"sizes":[9999999999999999]}  ',
        struct.pack("<I", 100_000) + b"[" * 100_000,
    ],
)
def test_garbage_frames_are_errors_of_the_wire(raw):
    ours, theirs = socket.socketpair()
    theirs.sendall(raw)
    with pytest.raises(WireError):
        Wire(ours).receive(time.monotonic() + 2)


def test_silence_and_absence_are_told_apart():
    ours, theirs = socket.socketpair()
    with pytest.raises(WireTimeoutError):
        Wire(ours).receive(time.monotonic() + 0.05)
    theirs.sendall(b"\x05")
    theirs.close()
    with pytest.raises(WireClosedError):
        Wire(ours).receive(time.monotonic() + 1)
