"""The options of a command that say how cold starts describe objects."""

from __future__ import annotations

from argparse import Namespace, _ArgumentGroup
from typing import Any

from pose_nodes.core.config import from_mapping
from pose_nodes.core.errors import InvalidConfigError
from pose_nodes.estimators.config import InstanceConfig
from pose_nodes.features.choice import AUTO, NAMES
from pose_nodes.features.patch_encoder import NAME as FUSED

WHERE = "command line"


def add_descriptor_arguments(group: _ArgumentGroup) -> None:
    """Let a command take --features, --weights, --visual-weights and --device."""
    group.add_argument(
        "--features", default=AUTO,
        help=f"local descriptor: {', '.join(NAMES)}, or {FUSED}: dgedi and an image network; "
        "default: %(default)s",
    )  # fmt: skip
    group.add_argument(
        "--weights", default="", metavar="FILE", help="of a learned one; those of the package if left out"
    )
    group.add_argument(
        "--visual-weights", default="", metavar="FILE",
        help=f"checkpoint of DINOv2 for {FUSED}, such as dinov2_vits14_pretrain.pth; none is included",
    )  # fmt: skip
    group.add_argument(
        "--device", default="cpu", help="of networks: cpu, cuda or cuda:N; default: %(default)s"
    )


def instance_config(options: Namespace, **others: Any) -> InstanceConfig:
    """What they amount to.

    Args:
        options: parsed.
        others: further entries of the configuration.

    Raises:
        InvalidConfigError: there are no such features, or they do not look at colour.
    """
    if options.visual_weights and options.features != FUSED:
        raise InvalidConfigError(
            f"--visual-weights: the features {options.features} do not look at colour; use --features {FUSED}"
        )
    values = {
        "features": options.features,
        "weights": options.weights,
        "visual.weights": options.visual_weights,
        **others,
    }
    return from_mapping(InstanceConfig, values, WHERE)
