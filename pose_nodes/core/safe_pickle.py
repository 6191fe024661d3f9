"""Pickles of published data sets, read without running anything that they name.

A pickle is a program; Python's reader imports and calls whatever the file says. This one knows plain values,
NumPy arrays and scalars of numbers and text, and nothing else. What stands for NumPy in the file is not even
given to NumPy's own `__setstate__`, which trusts its input: the bytes are taken, checked and made an array
here.
"""

from __future__ import annotations

import codecs
import io
import pickle
import re
import struct
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.errors import InvalidDatasetError

_DTYPE = re.compile(r"[<>|=]?([?biufcSU]\d*|O8?)")
"""Numbers, truth values, text, and lists of objects; no records, no pointers of other kinds."""
_RAW = (bytes, bytearray)
_PLAIN = (int, float, complex, bool, str, list, tuple, dict, set, frozenset)
_NDARRAY = "numpy.ndarray"


def load_pickle(path: Path) -> Any:
    """The value of a pickle file of plain values and NumPy arrays.

    Pickles of Python 2 and 3, all protocols, of NumPy 1 and 2. Text of Python 2 is read as Latin-1.

    Args:
        path: a pickle of None, numbers, text, bytes, lists, tuples, dicts, sets, arrays and NumPy scalars.

    Raises:
        InvalidDatasetError: the file is missing, cut short, no pickle, or names anything else.
    """
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise InvalidDatasetError(f"{path}: cannot be read ({error.strerror})") from error
    return decode_pickle(data, str(path))


def decode_pickle(data: bytes, where: str) -> Any:
    """As `load_pickle`, of the bytes of a file; `where` names it in errors."""
    try:
        return _Conversion().plain(_Reader(data, where).load())
    except _Malformed as error:
        raise InvalidDatasetError(f"{where}: is no pickle of plain values and arrays ({error})") from error
    except (
        pickle.UnpicklingError, EOFError, AttributeError, IndexError, KeyError, TypeError, ValueError,
        OverflowError, MemoryError, RecursionError, struct.error,
    ) as error:  # fmt: skip
        raise InvalidDatasetError(f"{where}: is not a whole pickle file ({_reason(error)})") from error


def _reason(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__


class _Malformed(Exception):
    """What stands in the file for an array is none."""


class _Reader(pickle.Unpickler):
    def __init__(self, data: bytes, where: str) -> None:
        super().__init__(io.BytesIO(data), encoding="latin1")
        self._where = where

    def find_class(self, module: str, name: str) -> Any:
        known = _GLOBALS.get(f"{module}.{name}")
        if known is None:
            raise InvalidDatasetError(
                f"{self._where}: its pickle names '{module}.{name}', which is refused because it could run "
                "code; only plain values and NumPy arrays are read"
            )
        return known


class _Dtype:
    """Stands for a NumPy dtype while the file is read."""

    def __init__(self, spec: Any, *_flags: Any) -> None:
        if not isinstance(spec, str) or not _DTYPE.fullmatch(spec):
            raise _Malformed(f"arrays of {spec!r} are not read")
        self._spec = spec.lstrip("<>|=")
        self._order = spec[0] if spec[0] in "<>" else "="

    def __setstate__(self, state: Any) -> None:
        if isinstance(state, tuple) and len(state) > 1 and state[1] in ("<", ">"):
            self._order = state[1]

    @property
    def is_object(self) -> bool:
        return self._spec.startswith("O")

    def numpy(self) -> np.dtype[Any]:
        order = "" if self._order == "=" else self._order
        return np.dtype("O") if self.is_object else np.dtype(order + self._spec)


class _Array:
    """Stands for an array while the file is read."""

    def __init__(self) -> None:
        self._state: tuple[Any, ...] | None = None

    def __setstate__(self, state: Any) -> None:
        if not isinstance(state, tuple) or len(state) not in (4, 5):
            raise _Malformed("the state of an array is of an unknown form")
        self._state = state[-4:]  # an older form has no version number in front

    def value(self) -> NDArray[Any]:
        if self._state is None:
            raise _Malformed("an array has no content")
        shape, dtype, is_fortran, raw = self._state
        return _array(raw, dtype, shape, "F" if is_fortran else "C")


def _array(raw: Any, dtype: Any, shape: Any, order: str) -> NDArray[Any]:
    """Bytes (a list, for objects) as an array of its own memory."""
    if not isinstance(dtype, _Dtype) or not _is_shape(shape):
        raise _Malformed("the type or shape of an array is of an unknown form")
    count = int(np.prod(shape, dtype=object))
    if dtype.is_object:
        return _object_array(raw, shape, count, order)
    if isinstance(raw, str):  # of Python 2
        raw = raw.encode("latin1")
    if not isinstance(raw, _RAW) or len(raw) != count * dtype.numpy().itemsize:
        raise _Malformed(f"an array of shape {tuple(shape)} does not have the bytes for it")
    flat = np.frombuffer(raw, dtype.numpy(), count) if count else np.zeros(0, dtype.numpy())
    return flat.reshape(shape, order="F" if order == "F" else "C").astype(dtype.numpy().newbyteorder("="))


def _object_array(raw: Any, shape: Any, count: int, order: str) -> NDArray[Any]:
    if not isinstance(raw, list) or len(raw) != count:
        raise _Malformed(f"an array of shape {tuple(shape)} does not have the values for it")
    result = np.empty(count, object)
    for index, value in enumerate(raw):
        result[index] = value
    return result.reshape(shape, order="F" if order == "F" else "C")


def _is_shape(shape: Any) -> bool:
    return isinstance(shape, tuple) and all(isinstance(n, int) and n >= 0 for n in shape)


def _scalar(dtype: Any, raw: Any) -> Any:
    if isinstance(dtype, _Dtype) and dtype.is_object:
        raise _Malformed("a NumPy scalar of objects is not read")
    return _array(raw, dtype, (), "C")[()]


def _from_buffer(raw: Any, dtype: Any, shape: Any, order: Any) -> NDArray[Any]:
    """What NumPy writes with protocol 5."""
    return _array(raw, dtype, shape, str(order))


def _reconstruct(kind: Any, shape: Any, code: Any) -> _Array:
    if not isinstance(kind, _Known) or kind.name != _NDARRAY:
        raise _Malformed("an array is of an unknown class")
    return _Array()


def _refused(*_: Any) -> None:
    raise _Malformed(f"{_NDARRAY} is called")


def _encode(text: Any, encoding: Any = "latin1") -> bytes:
    """How Python 3 writes bytes for protocols of Python 2."""
    if not isinstance(text, str) or codecs.lookup(str(encoding)).name != "iso8859-1":
        raise _Malformed("bytes are written in an unknown form")
    return text.encode("latin1")


def _bytes(kind: type) -> Callable[..., Any]:
    """bytes or bytearray, but not of a given length: that could fill the memory."""

    def make(content: Any = b"", encoding: Any = "latin1") -> Any:
        if isinstance(content, str):
            return kind(_encode(content, encoding))
        if not isinstance(content, (*_RAW, list)):
            raise _Malformed(f"{kind.__name__} of {type(content).__name__}")
        return kind(content)

    return make


class _Known:
    """A name that a file may use: it can be called, and nothing else."""

    __slots__ = ("_call", "name")

    def __init__(self, name: str, call: Callable[..., Any]) -> None:
        self.name, self._call = name, call

    def __call__(self, *arguments: Any) -> Any:
        return self._call(*arguments)

    def __setstate__(self, state: Any) -> None:
        raise _Malformed(f"the state of {self.name} is to be changed")


def _known() -> Mapping[str, _Known]:
    calls: dict[str, Callable[..., Any]] = {
        "_codecs.encode": _encode,
        "numpy.dtype": _Dtype,
        _NDARRAY: _refused,
    }
    for core in ("numpy.core", "numpy._core"):
        calls |= {
            f"{core}.multiarray._reconstruct": _reconstruct,
            f"{core}.multiarray.scalar": _scalar,
            f"{core}.numeric._frombuffer": _from_buffer,
        }
    for module in ("builtins", "__builtin__"):
        calls |= {f"{module}.{kind.__name__}": kind for kind in _PLAIN}
        calls |= {f"{module}.{kind.__name__}": _bytes(kind) for kind in _RAW}
    return {name: _Known(name, call) for name, call in calls.items()}


_GLOBALS = _known()


class _Conversion:
    """Puts arrays in place of what stood for them, however deep; what is shared stays shared."""

    def __init__(self) -> None:
        self._done: dict[int, Any] = {}

    def plain(self, value: Any) -> Any:
        if isinstance(value, (_Dtype, _Known)):
            raise _Malformed("holds a name, which is no value")
        if not isinstance(value, (_Array, dict, list, tuple, set, frozenset, np.ndarray)):
            return value
        if id(value) not in self._done:
            self._done[id(value)] = self._converted(value)
        return self._done[id(value)]

    def _converted(self, value: Any) -> Any:
        if isinstance(value, _Array):
            return self._converted(value.value())
        if isinstance(value, np.ndarray):
            return self._objects(value) if value.dtype == object else value
        if isinstance(value, dict):
            return {self.plain(key): self.plain(item) for key, item in value.items()}
        return type(value)(self.plain(item) for item in value)

    def _objects(self, array: NDArray[Any]) -> NDArray[Any]:
        flat = array.ravel()
        for index, value in enumerate(flat):
            flat[index] = self.plain(value)
        return flat.reshape(array.shape)
