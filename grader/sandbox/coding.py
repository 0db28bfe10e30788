"""Turn values into what the wire carries, and back: data, and only data.

What is data goes by value: None, truth values, numbers, text, lists, tuples, sets, dicts, torch
tensors and numpy arrays. Everything else is left to `refer`, which names it by a number. Reading
what came can only build data.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any

import numpy as np
import torch

from .wire import MAX_BUFFERS, Json, Message, TooLargeError, WireError

Refer = Callable[[Any], Message]

MAX_DEPTH = 40
MAX_ITEMS = 100_000
MAX_KEYS = 5_000  # of a dict or set: keys can be made to collide, which takes quadratic time

_DTYPES = {
    str(dtype).removeprefix("torch."): dtype
    for dtype in (
        torch.float16, torch.bfloat16, torch.float32, torch.float64, torch.complex64,
        torch.complex128, torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64,
        torch.bool,
    )
}  # fmt: skip
_NAMES = {dtype: name for name, dtype in _DTYPES.items()}
# Numpy looks at memory at a quarter of what torch takes for it. It knows all of these but one.
_NUMPY = {name: np.dtype(name) for name in _DTYPES if name != "bfloat16"}


# ---- values to JSON ----------------------------------------------------------------------------


class Encoder:
    """Turns values into JSON, and gathers the buffers that go with it."""

    def __init__(self, refer: Refer, allowed: int = MAX_BUFFERS) -> None:
        self.refer, self.items, self.allowed = refer, 0, allowed
        self.size = 0  # of the value that is being encoded
        self.buffers: list[memoryview] = []
        self.sources: list[Any] = []  # the tensor or array that each buffer was taken from

    def encode(self, value: Any, depth: int = 0) -> Json:
        self.items += 1
        if depth > MAX_DEPTH or self.items > MAX_ITEMS:
            raise ValueError("the value is too large or nested too deep to be looked at")
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, torch.Tensor):
            return {"tensor": self._tensor(value)}
        if isinstance(value, np.ndarray) and value.dtype.kind in "biufc":
            return {"array": self._array(value)}
        if isinstance(value, np.generic) and value.dtype.kind in "biufc":
            return {"scalar": self._array(np.asarray(value))}
        if isinstance(value, int | float | complex | str):
            return _plain(value)
        return self._collection(value, depth + 1)

    def _collection(self, value: Any, depth: int) -> Json:
        if isinstance(value, dict | set | frozenset) and len(value) > MAX_KEYS:
            raise ValueError("the value is too large to be looked at")
        for kind, name in ((list, "list"), (tuple, "tuple"), (set, "set"), (frozenset, "set")):
            if isinstance(value, kind):
                return {name: [self.encode(item, depth) for item in value]}
        if isinstance(value, dict):
            pairs = list(value.items())
            return {"dict": [[self.encode(k, depth), self.encode(v, depth)] for k, v in pairs]}
        if isinstance(value, Iterator):
            return {"list": [self.encode(item, depth) for item in islice(value, 10_000)]}
        return self.refer(value)

    def fresh(self) -> None:
        """The next value is another one, which may be as large as the last."""
        self.size = 0

    def _make_room(self, size: int) -> None:
        self.size += size
        if self.size > self.allowed:
            raise TooLargeError(self.size, self.allowed)

    def _tensor(self, value: torch.Tensor) -> list[Json]:
        self._make_room(value.numel() * value.element_size())
        plain = torch.Tensor.detach(value)
        if not _is_ordinary(plain):
            plain = plain.cpu()
            plain = plain.to_dense() if plain.layout != torch.strided else plain
            plain = plain.as_subclass(torch.Tensor).resolve_conj().resolve_neg().contiguous()
        if (name := _NAMES.get(plain.dtype)) is None:
            name = str(plain.dtype).removeprefix("torch.")
            raise ValueError(f"a tensor of dtype {name} cannot be looked at")
        raw = _bytes_of(plain) if plain.numel() else b""
        return [name, list(plain.shape), self._buffer(raw, value), bool(value.requires_grad)]

    def _array(self, value: "np.ndarray[Any, Any]") -> list[Json]:
        self._make_room(value.nbytes)
        raw = np.ascontiguousarray(value).reshape(-1).view(np.uint8) if value.size else b""
        return [value.dtype.str, list(value.shape), self._buffer(raw, value)]

    def _buffer(self, raw: Any, source: Any) -> int:
        self.buffers.append(memoryview(raw))
        self.sources.append(source)
        return len(self.buffers) - 1


def _is_ordinary(value: torch.Tensor) -> bool:
    """Whether its bytes lie in memory as they are to be sent: torch need not be asked for them."""
    return (
        type(value) is torch.Tensor
        and value.layout is torch.strided
        and value.device.type == "cpu"
        and value.is_contiguous()
        and not (value.is_conj() or value.is_neg())
    )


def _bytes_of(plain: torch.Tensor) -> "np.ndarray[Any, Any]":
    if plain.dtype is torch.bfloat16:
        plain = plain.view(torch.int16)
    return plain.numpy().reshape(-1).view(np.uint8)


def _plain(value: complex | str) -> Json:
    """Numbers and text; what JSON cannot hold is spelled."""
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return int(value) if abs(value) < 1 << 53 else {"int": hex(value)}
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else {"float": float.__repr__(value)}
    return {"complex": [repr(value.real), repr(value.imag)]}


# ---- JSON to values ----------------------------------------------------------------------------

_MOST_DECODED = 4 * MAX_ITEMS  # in one reply, which may hold the answers to several calls


def _few(keys: list[Any]) -> list[Any]:
    if len(keys) > MAX_KEYS:
        raise WireError("too many keys")
    return keys


class Decoder:
    """Builds values from JSON and buffers, and believes nothing."""

    def __init__(self, buffers: Sequence[bytearray], meet: Callable[[Message], Any]) -> None:
        self.buffers, self.meet, self.items = buffers, meet, 0

    def decode(self, coded: Json) -> Any:
        """The value; WireError whatever is wrong with it."""
        try:
            return self._decode(coded)
        except WireError:
            raise
        except (ArithmeticError, LookupError, RuntimeError, TypeError, ValueError) as error:
            raise WireError(f"not a value: {error}") from None

    def _decode(self, coded: Json) -> Any:
        self.items += 1
        if self.items > _MOST_DECODED:
            raise WireError("too many values")
        if coded is None or isinstance(coded, bool | int | float | str):
            return coded
        if not isinstance(coded, dict):
            raise WireError("a list outside a value")
        if len(coded) != 1:
            return self.meet(coded)
        ((kind, content),) = coded.items()
        build = getattr(self, f"_build_{kind}", None)  # a fixed set: those named below
        return build(content) if build else self.meet(coded)

    def _build_list(self, content: list[Json]) -> list[Any]:
        return [self._decode(item) for item in content]

    def _build_tuple(self, content: list[Json]) -> tuple[Any, ...]:
        return tuple(self._build_list(content))

    def _build_set(self, content: list[Json]) -> set[Any]:
        return set(self._build_list(_few(content)))

    def _build_dict(self, content: list[list[Json]]) -> dict[Any, Any]:
        _few(content)
        return {self._decode(key): self._decode(value) for key, value in content}

    def _build_int(self, content: str) -> int:
        return int(content, 16)

    def _build_float(self, content: str) -> float:
        return float(content)

    def _build_complex(self, content: list[str]) -> complex:
        return complex(float(content[0]), float(content[1]))

    def _build_tensor(self, content: list[Json]) -> torch.Tensor:
        name, shape, index, with_gradient = content
        dtype, raw = _DTYPES[name], self._raw(index, shape, _DTYPES[name].itemsize)
        if not raw:
            return torch.empty(shape, dtype=dtype)
        if dtype is torch.bool:
            value = torch.from_numpy(np.frombuffer(raw, np.uint8).reshape(shape).astype(bool))
        elif dtype is torch.bfloat16:
            value = torch.frombuffer(raw, dtype=dtype).view(shape)
        else:
            value = torch.from_numpy(np.frombuffer(raw, _NUMPY[name]).reshape(shape))
        return value.requires_grad_() if with_gradient is True else value

    def _build_array(self, content: list[Json]) -> "np.ndarray[Any, Any]":
        name, shape, index = content
        dtype = np.dtype(str(name))
        if dtype.kind not in "biufc":
            raise WireError("an array of objects is no data")
        return np.frombuffer(self._raw(index, shape, dtype.itemsize), dtype).reshape(shape)

    def _build_scalar(self, content: list[Json]) -> Any:
        return self._build_array(content).reshape(-1)[0]

    def _raw(self, index: int, shape: list[int], itemsize: int) -> bytearray:
        """The buffer, which must be as long as the shape says."""
        if not all(type(size) is int and 0 <= size < 1 << 31 for size in shape):
            raise WireError("not a shape")
        if type(index) is not int or index < 0 or len(shape) > 32:
            raise WireError("not a tensor")
        raw = self.buffers[index]
        if len(raw) != math.prod(shape) * itemsize:
            raise WireError("a buffer does not fit its shape")
        return raw
