"""Finding an object in a segment, knowing nothing else.

1. The masked depth becomes a clean cloud.
2. Poses are proposed by trying orientations on the segment.
3. Each is refined to the object's surface, and judged: the object rendered at it, against depth and mask.
4. The best few that differ (modulo the object's symmetry) are refined to the end and judged again.
5. The best is verified when its evidence suffices and no different pose explains the image nearly as well.
6. If none is, poses proposed by RANSAC over matched descriptors join those at hand, and steps 3 to 5 are
repeated.
7. Where print and colours are known, the best gives way to that of its symmetric equivalents that looks most
like the image.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.errors import RegistrationError
from pose_nodes.core.estimate import PoseEstimate
from pose_nodes.core.observation import Observation
from pose_nodes.core.stopwatch import Stopwatch
from pose_nodes.estimators.acceptance import cold_verdict
from pose_nodes.estimators.config import InstanceConfig
from pose_nodes.estimators.feature_search import FeatureSearch
from pose_nodes.estimators.known_object import KnownObject
from pose_nodes.estimators.look_alikes import LookAlikes
from pose_nodes.estimators.view_search import ViewSearch
from pose_nodes.features.describer import Describer
from pose_nodes.geometry import se3
from pose_nodes.geometry.pointcloud import PointCloud, erode_mask, estimate_normals, inlier_mask, lift, thin
from pose_nodes.registration.verification import Judgement, View

DIFFERENT_ANGLE = np.deg2rad(20.0)
DIFFERENT_DISTANCE = 0.15
"""Poses that are farther apart than either (radians; diameters) are different answers, not one imprecise (our
choice)."""
_SLIDE = 0.25
"""Diameters that a pose is slid along the segment to see whether it explains it there, too: somewhat farther
than `DIFFERENT_DISTANCE` (our choice)."""
_VERIFICATION_PIXELS = 2500
_HOPELESS = 0.5
"""Share of an acceptance threshold below which no refinement helps (our choice)."""
_AS_GOOD = 0.95
"""Of the agreement of a pose with the depth: what its symmetric equivalents must have (our choice)."""
_LARGEST_CLOUD = 3
"""Outliers are sought in a random choice of so many times the points that are kept, to bound the time."""


@dataclass(frozen=True, eq=False)
class _Scene:
    """A segment, made ready.

    Attributes:
        observation: frame and segment.
        points: (n, 3) clean points, camera frame, metres.
        few_points: some of them.
        view: the pixels that poses are judged on.
    """

    observation: Observation
    points: NDArray[np.float64]
    few_points: NDArray[np.float64]
    view: View


@dataclass(frozen=True, eq=False)
class _Hypothesis:
    """A pose and how it was judged."""

    T_camera_object: se3.Matrix
    judgement: Judgement


Proposer = Callable[[_Scene, np.random.Generator, Stopwatch], list[se3.Matrix]]


class ColdStart:
    """Finds one object."""

    def __init__(self, known: KnownObject, config: InstanceConfig, descriptor: Describer) -> None:
        self._model = known.model
        self._posed = known.posed
        self._onto_surface = known.refine
        self._uncertainty = known.uncertainty
        self._config = config
        self._features = FeatureSearch(
            known.model, config.ransac, config.registration, descriptor, config.counts_agreement
        )
        self._look_alikes = LookAlikes.prepare(known, config, descriptor)
        self._views = ViewSearch(known.model, config.views)

    def find(self, observation: Observation, rng: np.random.Generator) -> list[PoseEstimate]:
        """The poses that explain a segment best, the best first; the same for the same state of `rng`.

        Raises:
            InvalidInputError: the mask is empty or no pixel of it has a depth.
            RegistrationError: too few points are left to register, or nothing was proposed.
        """
        stopwatch = Stopwatch()
        with stopwatch.stage("cloud"):
            scene = self._scene(observation, rng)
        hypotheses: list[_Hypothesis] = []
        estimates: list[PoseEstimate] = []
        for together in self._proposers():
            proposals = [T for propose in together for T in propose(scene, rng, stopwatch)]
            with stopwatch.stage("refinement"):
                hypotheses += [self._screen(T, scene) for T in proposals]
                hypotheses += self._turned(hypotheses, scene)
                hypotheses += self._slid(hypotheses, scene)
                finalists = [self._finish(hypothesis, scene) for hypothesis in self._different(hypotheses)]
                finalists = self._different(finalists)  # some have become the same
            with stopwatch.stage("verification"):
                estimates = self._estimates(finalists, scene)
            if estimates and estimates[0].verified:
                break
        if not estimates:
            raise RegistrationError(f"segment of '{self._model.name}': no pose was proposed")
        if self._look_alikes.by_image and estimates[0].verified:
            with stopwatch.stage("appearance"):
                estimates[0] = self._as_it_looks(estimates[0], scene)
        return [replace(estimate, seconds=dict(stopwatch.seconds)) for estimate in estimates]

    def _proposers(self) -> Sequence[Sequence[Proposer]]:
        """What proposes poses: what is asked together, and then what is asked if none of these is verified.

        Descriptors that find a pose find few others, and a pose that has no rivals is not doubted: of a
        laptop that looks alike from two sides, learned ones alone proposed the wrong one. Views propose all.
        """
        if self._config.features == "fpfh":
            return [self._propose_views], [self._propose_by_features]
        return ([self._propose_by_features, self._propose_views],)

    def _scene(self, observation: Observation, rng: np.random.Generator) -> _Scene:
        config, frame = self._config.cloud, observation.frame
        mask = erode_mask(observation.mask, config.mask_erosion)
        points = lift(frame.depth, mask, frame.camera)
        points = points[thin(len(points), _LARGEST_CLOUD * config.points, rng)]
        points = points[inlier_mask(points)]
        points = points[thin(len(points), config.points, rng)]
        if len(points) < config.fewest_points:
            raise RegistrationError(
                f"segment of '{self._model.name}': {len(points)} points with depth are too few for a pose "
                f"(at least {config.fewest_points} are needed); bring the camera nearer"
            )
        few = points[thin(len(points), self._config.refinement.screening_points, rng)]
        return _Scene(observation, points, few, self._view(observation, points, _VERIFICATION_PIXELS))

    def _view(self, observation: Observation, points: NDArray[np.float64], pixels: int) -> View:
        region = self._posed.region_around(points.mean(axis=0), observation.frame.camera, pixels)
        return View.of(observation.frame, region, observation.mask)

    def _propose_views(
        self, scene: _Scene, rng: np.random.Generator, stopwatch: Stopwatch
    ) -> list[se3.Matrix]:
        del rng  # the orientations are always the same
        with stopwatch.stage("views"):
            view = self._view(scene.observation, scene.points, self._config.views.pixels)
            return self._views.propose(view, scene.points.mean(axis=0))

    def _propose_by_features(
        self, scene: _Scene, rng: np.random.Generator, stopwatch: Stopwatch
    ) -> list[se3.Matrix]:
        with stopwatch.stage("features"):
            radius = self._config.cloud.normal_radius * self._model.diameter
            cloud = PointCloud(scene.points, estimate_normals(scene.points, radius))
        return self._features.propose(cloud, rng, stopwatch, scene.observation)

    def _screen(self, T: se3.Matrix, scene: _Scene) -> _Hypothesis:
        """Refine a proposal as far as is needed to tell whether it is any good."""
        return self._refine(T, scene.few_points, scene.view)

    def _turned(self, hypotheses: list[_Hypothesis], scene: _Scene) -> list[_Hypothesis]:
        """The best pose so far, turned to where the surface looks nearly the same."""
        best = max(hypotheses, key=lambda h: h.judgement.agreement, default=None)
        if best is None or self._is_hopeless(best):
            return []
        return [self._screen(T, scene) for T in self._look_alikes.turned(best.T_camera_object)]

    def _slid(self, hypotheses: list[_Hypothesis], scene: _Scene) -> list[_Hypothesis]:
        """The best pose so far, slid along the segment: of a bar whose ends are hidden, or out of the image,
        all of these explain it as well, and nothing else proposes them."""
        best = max(hypotheses, key=lambda h: h.judgement.agreement, default=None)
        if best is None or self._is_hopeless(best):
            return []
        slides = _SLIDE * self._model.diameter * _longest_directions(scene.points)
        return [self._screen(_moved(best.T_camera_object, by), scene) for by in (*slides, *-slides)]

    def _finish(self, hypothesis: _Hypothesis, scene: _Scene) -> _Hypothesis:
        """Refine to the end on all points; what was screened stands if hopeless or made worse."""
        if self._is_hopeless(hypothesis):
            return hypothesis
        T = hypothesis.T_camera_object
        finished = self._refine(T, scene.points, scene.view)
        better = finished.judgement.agreement >= hypothesis.judgement.agreement
        return finished if better else hypothesis

    def _is_hopeless(self, hypothesis: _Hypothesis) -> bool:
        """Whether a pose is so far from acceptance that refining it would only take time."""
        evidence, acceptance = hypothesis.judgement.evidence, self._config.acceptance
        return (
            evidence.inlier_ratio < _HOPELESS * acceptance.inlier_ratio
            or evidence.mask_coverage < _HOPELESS * acceptance.mask_coverage
        )

    def _refine(self, T: se3.Matrix, points: NDArray[np.float64], view: View) -> _Hypothesis:
        reach = self._config.refinement.reach * self._model.diameter
        T = se3.inverse(self._onto_surface(points, se3.inverse(T), reach, self._tolerance_at(points)))
        return _Hypothesis(T, self._posed.judge(T, view))

    def _tolerance_at(self, points: NDArray[np.float64]) -> float:
        return float(self._config.tolerance.at(points[:, 2].mean(keepdims=True).astype(np.float32))[0])

    def _different(self, hypotheses: list[_Hypothesis]) -> list[_Hypothesis]:
        """The best ones of which no two are the same answer."""
        chosen: list[_Hypothesis] = []
        for hypothesis in sorted(hypotheses, key=lambda h: h.judgement.agreement, reverse=True):
            if all(self._differ(hypothesis, other) for other in chosen):
                chosen.append(hypothesis)
            if len(chosen) == self._config.refinement.finalists:
                break
        return chosen

    def _differ(self, a: _Hypothesis, b: _Hypothesis) -> bool:
        model = self._model
        T = model.symmetry.nearest(a.T_camera_object, b.T_camera_object)
        centre = model.box_centre[None]
        apart = np.linalg.norm(se3.transform(T, centre) - se3.transform(b.T_camera_object, centre))
        angle = se3.difference(T, b.T_camera_object)[1]
        return bool(angle > DIFFERENT_ANGLE or apart > DIFFERENT_DISTANCE * model.diameter)

    def _estimates(self, finalists: list[_Hypothesis], scene: _Scene) -> list[PoseEstimate]:
        """The finalists, the best first, of which only that can be verified."""
        ranked = sorted(finalists, key=lambda h: h.judgement.agreement, reverse=True)
        return [self._estimate(hypothesis, self._margin(hypothesis, ranked), scene) for hypothesis in ranked]

    def _margin(self, hypothesis: _Hypothesis, ranked: list[_Hypothesis]) -> float:
        """How much better a hypothesis agrees than the best different one, relative to its own agreement."""
        others = [
            h.judgement.agreement for h in ranked if h is not hypothesis and self._differ(h, hypothesis)
        ]
        own = hypothesis.judgement.agreement
        return (own - max(others, default=0.0)) / own if own > 0 else 0.0

    def _as_it_looks(self, estimate: PoseEstimate, scene: _Scene) -> PoseEstimate:
        """The equivalent of a verified pose that looks most like the image, as far as depth agrees."""
        poses = self._look_alikes.equivalents(estimate.T_camera_object)
        judged = [_Hypothesis(T, self._posed.judge(T, scene.view)) for T in poses]
        least = _AS_GOOD * judged[0].judgement.agreement
        judged = [hypothesis for hypothesis in judged if hypothesis.judgement.agreement >= least]
        chosen = self._look_alikes.most_alike([h.T_camera_object for h in judged], scene.observation)
        found = self._estimate(judged[chosen], estimate.evidence.margin, scene)
        return found if found.verified else estimate

    def _estimate(self, hypothesis: _Hypothesis, margin: float, scene: _Scene) -> PoseEstimate:
        model, T, judgement = self._model, hypothesis.T_camera_object, hypothesis.judgement
        judgement = replace(judgement, evidence=replace(judgement.evidence, margin=margin))
        verdict = cold_verdict(judgement, self._config.acceptance)
        reach = self._tolerance_at(scene.points)
        camera = scene.observation.frame.camera
        left = self._uncertainty.covariance(scene.points, T, camera, reach)
        by_camera = self._uncertainty.of_camera(T, camera)
        return PoseEstimate(
            class_name=model.name,
            T_camera_object=T,
            size=model.size,
            score=judgement.score,
            covariance=left + by_camera,
            bias=self._uncertainty.lasting(left) + by_camera,
            evidence=judgement.evidence,
            verified=verdict.verified,
            reason=verdict.reason,
            symmetry=model.symmetry,
        )


def _longest_directions(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """(2, 3) unit vectors along which (n, 3) points extend most."""
    return np.asarray(np.linalg.eigh(np.cov(points.T))[1].T[:0:-1])


def _moved(T: se3.Matrix, by: NDArray[np.float64]) -> se3.Matrix:
    return se3.from_rotation_translation(T[:3, :3], T[:3, 3] + by)
