"""Cold starts: objects are looked for anew, each from a mask of it, and compared with their known poses."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from pose_nodes.commands.plain_registration import PlainRegistration
from pose_nodes.core.errors import InvalidInputError, RegistrationError
from pose_nodes.core.observation import Observation
from pose_nodes.estimators.cold_start import ColdStart as Search
from pose_nodes.estimators.config import InstanceConfig
from pose_nodes.estimators.instance import Describers, config_for
from pose_nodes.estimators.known_object import KnownObject
from pose_nodes.estimators.reference_check import ReferenceCheck
from pose_nodes.geometry import se3
from pose_nodes.metrics.cold_start import ColdStart, Outcome, judge
from pose_nodes.objects.library import ObjectLibrary
from pose_nodes.objects.model import ObjectModel
from pose_nodes.sequences.recording import GroundTruth, RecordedFrame, Recording


@dataclass(frozen=True, eq=False)
class Attempt:
    """What one cold start came to.

    Attributes:
        T_camera_object: (4, 4), the best pose, or None where nothing was proposed.
        verified: whether that pose may be acted on.
        score: confidence, 0 to 1.
        seconds: time spent, by stage.
        reason: why there is no pose, or none that is verified.
    """

    T_camera_object: se3.Matrix | None
    verified: bool = False
    score: float = 0.0
    seconds: Mapping[str, float] = field(default_factory=dict)
    reason: str = ""

    @property
    def trusted(self) -> se3.Matrix | None:
        """The pose, if it is verified."""
        return self.T_camera_object if self.verified else None


Finder = Callable[[Observation, np.random.Generator], Attempt]
Method = Callable[[ObjectModel], Finder]
"""Makes an object ready to be found; raises a PoseNodesError where its descriptor cannot be had."""


def verified(config: InstanceConfig | None = None, device: str = "cpu") -> Method:
    """The package's own cold start: only a verified pose is trusted.

    An object that asks for features of its own is looked for by these.

    Args:
        config: options; the default ones if None.
        device: of networks, see `usable_device`.
    """
    config = config or InstanceConfig()
    describers = Describers(config, device)

    def method(model: ObjectModel) -> Finder:
        own = config_for(model, config)
        search = Search(KnownObject.prepare(model, own), own, describers.of(model))

        def find(observation: Observation, rng: np.random.Generator) -> Attempt:
            estimates = search.find(observation, rng)
            if not estimates:
                return Attempt(None, reason="no hypothesis")
            best = estimates[0]
            return Attempt(best.T_camera_object, best.verified, best.score, best.seconds, best.reason)

        return find

    return method


def plain(model: ObjectModel) -> Finder:
    """One try of FPFH, RANSAC and ICP, believed whatever comes out."""
    registration = PlainRegistration(model)

    def find(observation: Observation, rng: np.random.Generator) -> Attempt:
        T_camera_object, seconds = registration.find(observation, rng)
        return Attempt(T_camera_object, True, 1.0, seconds)

    return find


def count_cold_starts(recording: Recording, every: int) -> int:
    """How many images are looked at for each seed."""
    return len(range(0, len(recording), every))


def left_out(recording: Recording, library: ObjectLibrary, every: int) -> dict[str, int]:
    """Of each object, in how many images its recorded pose is contradicted by depth: there is no cold start
    of it in those.

    Raises:
        InvalidDatasetError: an image cannot be read.
    """
    check, counts = ReferenceCheck(library), dict.fromkeys(library.names, 0)
    for index in range(0, len(recording), every):
        recorded = recording[index]
        known = _known_truths(recorded, library, check)
        for name in {truth.class_name for truth in recorded.truths} & set(library.names) - set(known):
            counts[name] += 1
    return counts


def cold_starts(
    recording: Recording, library: ObjectLibrary, method: Method, every: int, seeds: int
) -> Iterator[list[ColdStart]]:
    """Look for the objects; yields after each image and seed what was found in it.

    Masks of objects whose recorded pose depth contradicts are left out, as they were made from that pose.

    Raises:
        InvalidDatasetError: an image cannot be read.
    """
    finders = {name: method(library[name]) for name in library.names}
    check = ReferenceCheck(library)
    for seed in range(seeds):
        rngs = {name: np.random.default_rng([seed, i]) for i, name in enumerate(library.names)}
        for index in range(0, len(recording), every):
            recorded = recording[index]
            yield _of_image(recorded, _known_truths(recorded, library, check), library, finders, rngs, seed)


def _known_truths(
    recorded: RecordedFrame, library: ObjectLibrary, check: ReferenceCheck
) -> dict[str, list[GroundTruth]]:
    """The recorded poses of an image by object, but for objects of which one is contradicted by depth."""
    found: dict[str, list[GroundTruth]] = {}
    wrong = set()
    for truth in recorded.truths:
        if truth.class_name in library:
            found.setdefault(truth.class_name, []).append(truth)
            if check.is_contradicted(recorded.frame, truth.class_name, truth.T_camera_object):
                wrong.add(truth.class_name)
    return {name: truths for name, truths in found.items() if name not in wrong}


def _of_image(
    recorded: RecordedFrame,
    known: Mapping[str, Sequence[GroundTruth]],
    library: ObjectLibrary,
    finders: Mapping[str, Finder],
    rngs: Mapping[str, np.random.Generator],
    seed: int,
) -> list[ColdStart]:
    found = []
    for segment in recorded.segments:
        name = segment.class_name
        truths = known.get(name, ())
        if not truths:
            continue
        tried = attempt(finders[name], Observation(recorded.frame, segment), rngs[name])
        found.append(compared(tried, library[name], truths, recorded.image_id, seed))
    return found


def attempt(find: Finder, observation: Observation, rng: np.random.Generator) -> Attempt:
    """One cold start; where nothing can be found, its reason is the sentence of the error."""
    try:
        return find(observation, rng)
    except (InvalidInputError, RegistrationError) as error:  # a mask without depth, or too little of it
        return Attempt(None, reason=str(error))


def compared(
    attempt: Attempt, model: ObjectModel, truths: Sequence[GroundTruth] | None, image_id: int, seed: int
) -> ColdStart:
    """An attempt beside the nearest of the true poses of the object in the image.

    Args:
        attempt: what was found.
        model: the object.
        truths: its true poses; where it has none, a verified pose is wrong. None where nobody tells them:
            what becomes of the attempt is unknown then.
        image_id: of the image in its data set.
        seed: of the random choices.
    """
    T = attempt.trusted
    reason = attempt.reason if T is None else ""
    if truths is None:
        outcome, distance, error = Outcome.UNKNOWN, None, None
    elif truths:
        outcome, distance, error = judge(model, T, _nearest(truths, T).T_camera_object)
    else:
        outcome, distance, error = Outcome.ABSENT if T is None else Outcome.WRONG, None, None
    return ColdStart(model.name, image_id, seed, outcome, distance, error, attempt.seconds, reason)


def _nearest(truths: Sequence[GroundTruth], T: se3.Matrix | None) -> GroundTruth:
    """Of several instances of a class, the one that was found."""
    if T is None:
        return truths[0]
    return min(truths, key=lambda truth: float(np.linalg.norm(truth.T_camera_object[:3, 3] - T[:3, 3])))
