"""Pickles of values and arrays are read; a pickle that would run something is refused and runs nothing."""

from __future__ import annotations

import collections
import os
import pickle
import pickletools
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from pose_nodes.core.errors import InvalidDatasetError
from pose_nodes.core.safe_pickle import decode_pickle, load_pickle

PROTOCOLS = range(pickle.HIGHEST_PROTOCOL + 1)
LABEL = {
    "class_ids": [1, 6],
    "bboxes": np.array([[1, 2, 3, 4], [5, 6, 7, 8]], np.int32),
    "rotations": np.asfortranarray(np.random.default_rng(1).normal(size=(2, 3, 3)).astype(np.float32)),
    "big": np.arange(3, dtype=">i8"),
    "names": np.array(["bowl", "can"]),
    "raw": np.array([b"ab", b"c"]),
    "flags": np.array([True, False]),
    "one": np.float64(2.5),
    "id": np.int64(7),
    "none": None,
    "bytes": b"\x00\xff",
    "nested": [{"a": (np.zeros((0, 3)), 1.5)}, {2, 3}, frozenset({4}), complex(1, 2), bytearray(b"xy")],
    "mixed": np.array([np.arange(2), "text", None, {"k": np.eye(2)}], dtype=object),
}


def assert_same(read, given) -> None:
    assert type(read) is type(given)
    if isinstance(given, np.ndarray) and given.dtype == object:
        assert_same(read.tolist(), given.tolist())
    elif isinstance(given, np.ndarray):
        assert read.dtype == given.dtype.newbyteorder("=")
        np.testing.assert_array_equal(read, given)
    elif isinstance(given, dict):
        assert list(read) == list(given)
        for key in given:
            assert_same(read[key], given[key])
    elif isinstance(given, (list, tuple)):
        assert len(read) == len(given)
        for one, other in zip(read, given, strict=True):
            assert_same(one, other)
    else:
        assert read == given


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_what_was_pickled_is_read(tmp_path, protocol):
    path = tmp_path / "label.pkl"
    path.write_bytes(pickle.dumps(LABEL, protocol))
    assert_same(load_pickle(path), LABEL)


@given(
    array=arrays.arrays(
        st.sampled_from(["f4", "f8", "i4", "u1", "u2", "i8", "?", "c8", "U3", "S2", ">f4"]),
        arrays.array_shapes(min_dims=0, max_dims=3, min_side=0),
    ),
    protocol=st.sampled_from(PROTOCOLS),
    fortran=st.booleans(),
)
def test_arrays_come_back_bit_by_bit(array, protocol, fortran):
    array = np.asfortranarray(array) if fortran else array
    read = decode_pickle(pickle.dumps(array, protocol), "array.pkl")
    assert read.shape == array.shape and read.dtype == array.dtype.newbyteorder("=")
    assert read.tobytes() == np.ascontiguousarray(array.astype(read.dtype)).tobytes()


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize(
    ("ours", "theirs"), [(b"numpy._core", b"numpy.core"), (b"numpy.core", b"numpy._core")]
)
def test_pickles_of_numpy_1_and_2_are_read(protocol, ours, theirs):
    data = renamed(pickle.dumps(np.arange(6.0).reshape(2, 3), protocol), ours, theirs)
    assert theirs in data
    np.testing.assert_array_equal(decode_pickle(data, "a.pkl"), np.arange(6.0).reshape(2, 3))


def renamed(data: bytes, old: bytes, new: bytes) -> bytes:
    """The pickle with another module name; the lengths in front of it are mended."""
    if old not in data:
        return data
    at = data.index(old)
    end = at
    while data[end : end + 1].isalpha() or data[end : end + 1] in b"._":
        end += 1
    change = len(new) - len(old)
    if data[at - 2 : at - 1] == b"\x8c":  # SHORT_BINUNICODE, in a frame
        head = bytearray(data[: at - 1] + bytes([end - at + change]))
        if head[2:3] == b"\x95":
            head[3:11] = struct.pack("<Q", struct.unpack("<Q", head[3:11])[0] + change)
        return bytes(head) + new + data[at + len(old) :]
    return data[:at] + new + data[at + len(old) :]


def test_arrays_of_python_2_are_read():
    """cPickle.dumps(numpy.array([1.5, 2.5]), 2) of Python 2: the bytes of the array are a `str`."""
    data = (
        b"\x80\x02cnumpy.core.multiarray\n_reconstruct\nq\x01cnumpy\nndarray\nq\x02K\x00\x85U\x01b\x87Rq\x03"
        b"(K\x01K\x02\x85cnumpy\ndtype\nq\x04U\x02f8K\x00K\x01\x87Rq\x05(K\x03U\x01<NNNJ\xff\xff\xff\xff"
        b"J\xff\xff\xff\xffK\x00tb\x89U\x10" + np.array([1.5, 2.5]).tobytes() + b"tb."
    )
    np.testing.assert_array_equal(decode_pickle(data, "old.pkl"), [1.5, 2.5])
    assert decode_pickle(b"\x80\x02}q\x01U\x04nameq\x02U\x03mugq\x03s.", "old.pkl") == {"name": "mug"}


class Runs:
    """Its pickle calls a function with an argument."""

    def __init__(self, function, *arguments) -> None:
        self.call = function, arguments

    def __reduce__(self):
        return self.call


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("wrap", [lambda it: it, lambda it: {"a": [it]}, lambda it: np.array([it], object)])
def test_a_malicious_pickle_is_refused_and_nothing_runs(tmp_path, protocol, wrap):
    mark, path = tmp_path / "ran", tmp_path / "evil.pkl"
    path.write_bytes(pickle.dumps(wrap(Runs(os.system, f"touch {mark}")), protocol))
    with pytest.raises(InvalidDatasetError) as error:
        load_pickle(path)
    assert "evil.pkl: its pickle names 'posix.system', which is refused" in str(error.value)
    assert not mark.exists()


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (eval, "builtins.eval"),
        (getattr, "builtins.getattr"),
        (__import__, "builtins.__import__"),
        (open, "io.open"),
        (type, "builtins.type"),
        (Path, "pathlib.Path"),
        (collections.OrderedDict, "collections.OrderedDict"),
        (np.load, "numpy.load"),
        (np.frombuffer, "numpy.frombuffer"),
        (np.memmap, "numpy.memmap"),
    ],
)
def test_every_other_name_is_refused(function, name):
    with pytest.raises(InvalidDatasetError, match=f"f.pkl: its pickle names '{name}'"):
        decode_pickle(pickle.dumps(Runs(function, "x"), 0).replace(b"__builtin__", b"builtins"), "f.pkl")


def test_attributes_of_known_names_are_refused():
    data = b"\x80\x04\x8c\x08builtins\x8c\x0cstr.__init__\x93."
    with pytest.raises(InvalidDatasetError, match=r"'builtins\.str\.__init__'"):
        decode_pickle(data, "f.pkl")


NDARRAY = b"cnumpy\nndarray\n"
DTYPE = b"cnumpy\ndtype\n(V%s\nI0\nI1\ntR"


@pytest.mark.parametrize(
    "data",
    [
        b"cnumpy\ndtype\n.",  # a name as a value
        NDARRAY + b"(I3\ntR.",  # a call of ndarray
        NDARRAY + b"(N}Vx\nI1\nstb.",  # a change of ndarray
        b"cbuiltins\nint\n(N}V__doc__\nI1\nstb.",  # a change of int
        b"cnumpy.core.multiarray\n_reconstruct\n(N(tVb\ntR.",  # another class
        b"cnumpy.core.multiarray\n_reconstruct\n(" + NDARRAY + b"(tVb\ntR.",  # without content
        b"cnumpy.core.multiarray\n_reconstruct\n(" + NDARRAY + b"(tVb\ntR(I1\ntb.",  # with little
        b"cnumpy.core.multiarray\nscalar\n(" + DTYPE % b"O8" + b"Vabcdefgh\ntR.",  # a pointer
        b"cnumpy.core.multiarray\nscalar\n(" + DTYPE % b"f8" + b"Vabc\ntR.",  # too few bytes
        DTYPE % b"V8" + b".",
        DTYPE % b"f4,O" + b".",
        b"cnumpy.core.numeric\n_frombuffer\n(Vab\n" + DTYPE % b"f8" + b"(I100\ntVC\ntR.",
        b"cnumpy.core.numeric\n_frombuffer\n(Vab\n" + DTYPE % b"u1" + b"(I-2\ntVC\ntR.",
        b"c_codecs\nencode\n(Vab\nVutf-7\ntR.",
        b"cbuiltins\nbytearray\n(L999999999999L\ntR.",  # fills the memory
        b"(lp0\ng0\na.",  # a list in itself
    ],
)
def test_what_only_looks_like_an_array_is_refused(data):
    with pytest.raises(InvalidDatasetError, match=r"^odd\.pkl: ") as error:
        decode_pickle(data, "odd.pkl")
    assert "\n" not in str(error.value)


def test_nothing_is_changed_by_a_refused_pickle():
    with pytest.raises(InvalidDatasetError):
        decode_pickle(b"c_codecs\nencode\n(N}V__doc__\nI1\nstb.", "odd.pkl")
    assert decode_pickle(pickle.dumps(b"\xff", 2), "fine.pkl") == b"\xff"


def test_what_is_shared_is_read_once():
    value: list = [np.arange(3)]
    for _ in range(60):
        value = [value, value]
    read = decode_pickle(pickle.dumps(value), "shared.pkl")
    assert read[0] is read[1]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_pickle_that_is_cut_short_anywhere_is_refused(protocol):
    data = pickle.dumps({"a": np.arange(4.0), "b": "text"}, protocol)
    pickletools.dis(data, out=open(os.devnull, "w"))  # noqa: SIM115
    for length in range(len(data)):
        with pytest.raises(InvalidDatasetError, match=r"^cut\.pkl: "):
            decode_pickle(data[:length], "cut.pkl")


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused_in_a_sentence(data):
    try:
        decode_pickle(data, "noise.pkl")
    except InvalidDatasetError as error:
        assert str(error).startswith("noise.pkl: ") and "\n" not in str(error)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InvalidDatasetError, match=r"nowhere\.pkl: cannot be read \(No such file"):
        load_pickle(tmp_path / "nowhere.pkl")
