"""What a sample is: a frozen dataclass of arrays, which can be taken apart, put together and batched.

Fields are NumPy arrays, those of one number too (shape ()). A class names in RAGGED the fields whose length
differs between samples; all others can be stacked.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.errors import InvalidDatasetError

Array = NDArray[Any]
Arrays = dict[str, Array]
BatchArrays = dict[str, "Array | list[Array]"]


class Sample(Protocol):
    """A frozen dataclass whose fields are arrays."""

    RAGGED: ClassVar[frozenset[str]]
    __dataclass_fields__: ClassVar[dict[str, Any]]


SampleT = TypeVar("SampleT", bound=Sample)


class Source(Protocol):
    """Samples by index; the same index gives the same bits in every process.

    Attributes:
        name: of the kind of source.
        sample_class: what it gives.
        length: number of samples; None if there is no end.
    """

    name: str
    sample_class: type[Any]
    length: int | None

    def __getitem__(self, index: int) -> Any: ...


def to_arrays(sample: Sample) -> Arrays:
    """The fields of a sample by name."""
    return {field.name: np.asarray(getattr(sample, field.name)) for field in dataclasses.fields(sample)}


def from_arrays(cls: type[SampleT], arrays: Mapping[str, Array], where: str) -> SampleT:
    """A sample of a class from its fields.

    Args:
        cls: the class.
        arrays: its fields by name.
        where: they come from, for the error.

    Raises:
        InvalidDatasetError: a field is missing, or one is there that the class has not.
    """
    wanted = {field.name for field in dataclasses.fields(cls)}
    for name in sorted(wanted ^ set(arrays)):
        problem = "lacks" if name in wanted else "has an unknown"
        raise InvalidDatasetError(f"{where}: {problem} field '{name}' of {cls.__name__}; make it anew")
    return cls(**arrays)


def collate(samples: Sequence[Sample]) -> BatchArrays:
    """Fields of several samples of one class: stacked along a new first axis, ragged ones as lists."""
    each = [to_arrays(sample) for sample in samples]
    ragged = samples[0].RAGGED
    return {
        name: [arrays[name] for arrays in each]
        if name in ragged
        else np.stack([arrays[name] for arrays in each])
        for name in each[0]
    }
