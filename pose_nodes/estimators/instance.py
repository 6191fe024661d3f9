"""Poses of one object with a mesh: found by descriptors, views and evidence, followed by ICP."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pose_nodes.core.estimate import Evidence, PoseEstimate
from pose_nodes.core.frame import Frame
from pose_nodes.core.observation import Observation
from pose_nodes.estimators.cold_start import ColdStart
from pose_nodes.estimators.config import InstanceConfig
from pose_nodes.estimators.known_object import KnownObject
from pose_nodes.estimators.warm_update import WarmUpdate
from pose_nodes.features.choice import AUTO, usual_features
from pose_nodes.features.choice import descriptor as described_by
from pose_nodes.features.describer import ByShape, Describer
from pose_nodes.features.feature_cache import FeatureCache
from pose_nodes.features.fused import Fused
from pose_nodes.features.patch_encoder import NAME as FUSED
from pose_nodes.features.patch_encoder import PatchEncoder
from pose_nodes.geometry import se3
from pose_nodes.objects.model import DEFAULT_FEATURES, ObjectModel

_THREADS = 1
"""Of networks: theirs would not stand back behind what follows objects, as the thread of cold starts does."""


def descriptor_of(config: InstanceConfig, device: str = "cpu") -> Describer:
    """What describes objects as a configuration says; takes a second or two where it is learned.

    Args:
        config: options.
        device: of networks, see `usable_device`.

    Raises:
        InvalidConfigError: what it needs is not installed, or there is no such device.
        InvalidWeightsError: its weights cannot be used.
    """
    config, cache = with_features(config), FeatureCache.named(config.cache)
    # The network of the image comes first, as the first one decides how many kernels are kept.
    encoder = (
        PatchEncoder.load(config.visual.weights, config.visual.layer, _THREADS, device)
        if config.features == FUSED
        else None
    )
    radius = config.ransac.feature_radius
    shape = described_by(config.shape_features, config.weights, radius, _THREADS, device)
    return ByShape(shape, cache) if encoder is None else Fused(shape, encoder, config.visual, cache)


def with_features(config: InstanceConfig) -> InstanceConfig:
    """A configuration that names the features that it uses."""
    return replace(config, features=usual_features(config.weights)) if config.features == AUTO else config


def config_for(model: ObjectModel, config: InstanceConfig) -> InstanceConfig:
    """The configuration for an object, which may ask for features of its own.

    Weights of another network do not fit these; those that come with the package are taken then.
    """
    config = with_features(config)
    if model.features == DEFAULT_FEATURES:
        return config
    own = replace(config, features=model.features)
    return own if own.shape_features == config.shape_features else replace(own, weights="")


class Describers:
    """What describes the objects of one configuration: made when first asked for, and shared."""

    def __init__(self, config: InstanceConfig, device: str = "cpu") -> None:
        self._config, self._device = config, device
        self._made: dict[str, Describer] = {}

    def of(self, model: ObjectModel) -> Describer:
        """The one for an object; errors are those of `descriptor_of`."""
        own = config_for(model, self._config)
        if own.features not in self._made:
            self._made[own.features] = descriptor_of(own, self._device)
        return self._made[own.features]


class InstanceEstimator:
    """Finds and follows one object; see `cold_start` and `warm_update` for how."""

    def __init__(
        self,
        model: ObjectModel,
        config: InstanceConfig,
        rng: np.random.Generator,
        descriptor: Describer | None = None,
    ) -> None:
        """Prepare an object; takes a second or two.

        Args:
            model: the object.
            config: options.
            rng: random numbers of cold starts; updates need none.
            descriptor: where several objects share one, see `Describers`; made if None.

        Raises:
            PoseNodesError: the descriptor of the configuration cannot be had.
        """
        config = config_for(model, config)
        known = KnownObject.prepare(model, config)
        self._cold_start = ColdStart(known, config, descriptor or descriptor_of(config))
        self._warm_update = WarmUpdate(known, config)
        self._rng = rng
        self._warm_update.rehearse()

    def initialise(self, observation: Observation) -> list[PoseEstimate]:
        """Find the object in a segment: the poses that explain it best, the best first, which alone can be
        verified.

        Raises:
            InvalidInputError: the mask is empty or no pixel of it has a depth.
            RegistrationError: too few points are left to register.
        """
        return self._cold_start.find(observation, self._rng)

    def update(
        self,
        observation: Observation,
        prior: PoseEstimate,
        T_predicted: se3.Matrix | None = None,
        may_search: bool = True,
    ) -> PoseEstimate:
        """Follow the object into the next frame.

        Args:
            observation: of the new frame; needs no segment.
            prior: the estimate of the frame before.
            T_predicted: (4, 4) where its motion leads; where it was if None.
            may_search: from many starts around, where none of these suffices; takes several times as long.
        """
        predicted = prior.T_camera_object if T_predicted is None else T_predicted
        return self._warm_update.follow(observation.frame, prior, predicted, may_search)

    def evidence(self, frame: Frame, T_camera_object: se3.Matrix) -> Evidence | None:
        """What a frame says of a pose as it is; None when the object would be out of the image there."""
        judgement = self._warm_update.judge(frame, T_camera_object)
        return None if judgement is None else judgement.evidence
