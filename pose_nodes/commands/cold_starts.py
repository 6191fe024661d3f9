"""Cold starts over a recording: every object of every n-th image is looked for anew, from its given mask."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from pose_nodes.commands.plain_registration import PlainRegistration
from pose_nodes.core.errors import InvalidInputError, RegistrationError
from pose_nodes.core.observation import Observation
from pose_nodes.estimators.config import InstanceConfig
from pose_nodes.estimators.instance import InstanceEstimator
from pose_nodes.geometry import se3
from pose_nodes.metrics.cold_start import ColdStart, judge
from pose_nodes.objects.library import ObjectLibrary
from pose_nodes.objects.model import ObjectModel
from pose_nodes.sequences.recording import GroundTruth, RecordedFrame, Recording


@dataclass(frozen=True, eq=False)
class Attempt:
    """T_camera_object or None, the time by stage, and why there is no pose."""

    T_camera_object: se3.Matrix | None
    seconds: Mapping[str, float] = field(default_factory=dict)
    reason: str = ""


Finder = Callable[[Observation], Attempt]
Method = Callable[[ObjectModel, np.random.Generator], Finder]


def verified(model: ObjectModel, rng: np.random.Generator) -> Finder:
    """The package's own cold start: only a verified pose counts."""
    estimator = InstanceEstimator(model, InstanceConfig(), rng)

    def find(observation: Observation) -> Attempt:
        estimates = estimator.initialise(observation)
        if not estimates:
            return Attempt(None, reason="no hypothesis")
        best = estimates[0]
        return Attempt(best.T_camera_object if best.verified else None, best.seconds, best.reason)

    return find


def plain(model: ObjectModel, rng: np.random.Generator) -> Finder:
    """One try of FPFH, RANSAC and ICP, believed whatever comes out."""
    registration = PlainRegistration(model)

    def find(observation: Observation) -> Attempt:
        T_camera_object, seconds = registration.find(observation, rng)
        return Attempt(T_camera_object, seconds)

    return find


def count_cold_starts(recording: Recording, every: int) -> int:
    """How many images are looked at for each seed."""
    return len(range(0, len(recording), every))


def cold_starts(
    recording: Recording, library: ObjectLibrary, method: Method, every: int, seeds: int
) -> Iterator[list[ColdStart]]:
    """Look for the objects; yields after each image and seed what was found in it.

    Raises:
        InvalidDatasetError: an image cannot be read.
    """
    for seed in range(seeds):
        finders = {
            name: method(library[name], np.random.default_rng([seed, i]))
            for i, name in enumerate(library.names)
        }
        for index in range(0, len(recording), every):
            yield _of_image(recording[index], library, finders, seed)


def _of_image(
    recorded: RecordedFrame, library: ObjectLibrary, finders: Mapping[str, Finder], seed: int
) -> list[ColdStart]:
    found = []
    for segment in recorded.segments:
        truths = [truth for truth in recorded.truths if truth.class_name == segment.class_name]
        if not truths or segment.class_name not in library:
            continue
        attempt = _attempt(finders[segment.class_name], Observation(recorded.frame, segment))
        T_true = _nearest(truths, attempt.T_camera_object).T_camera_object
        outcome, distance, error = judge(library[segment.class_name], attempt.T_camera_object, T_true)
        reason = attempt.reason if attempt.T_camera_object is None else ""
        found.append(
            ColdStart(
                segment.class_name, recorded.image_id, seed, outcome, distance, error, attempt.seconds, reason
            )
        )
    return found


def _attempt(find: Finder, observation: Observation) -> Attempt:
    try:
        return find(observation)
    except (InvalidInputError, RegistrationError) as error:  # a mask without depth, or too little of it
        return Attempt(None, reason=str(error))


def _nearest(truths: list[GroundTruth], T: se3.Matrix | None) -> GroundTruth:
    """Of several instances of a class, the one that was found."""
    if T is None:
        return truths[0]
    return min(truths, key=lambda truth: float(np.linalg.norm(truth.T_camera_object[:3, 3] - T[:3, 3])))
