"""estimate: the pose of one object in one RGB-D image."""

from __future__ import annotations

import time
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pose_nodes.commands.camera_argument import read_camera
from pose_nodes.commands.descriptor_options import add_descriptor_arguments, instance_config
from pose_nodes.commands.object_name import object_name
from pose_nodes.commands.parser import CommandParser, integer, positive
from pose_nodes.commands.plausibility import check_depth_scale
from pose_nodes.commands.pose_report import pose_report
from pose_nodes.core.errors import RegistrationError
from pose_nodes.core.estimate import PoseEstimate
from pose_nodes.core.frame import Frame
from pose_nodes.core.observation import Observation
from pose_nodes.core.segment import Segment
from pose_nodes.estimators.config import InstanceConfig
from pose_nodes.estimators.instance import InstanceEstimator, descriptor_of
from pose_nodes.features.patch_encoder import NAME as FUSED
from pose_nodes.features.visual import color_of
from pose_nodes.objects.library import ObjectLibrary
from pose_nodes.objects.mesh import METRES_PER_UNIT, load_mesh
from pose_nodes.objects.model import ObjectModel, build_model
from pose_nodes.rendering.overlay import OverlayItem, OverlayPainter
from pose_nodes.sequences.files import write_json
from pose_nodes.sequences.images import read_color, read_depth, read_mask, write_color

FOUND, NO_POSE = 0, 3


@dataclass(frozen=True, eq=False)
class Answer:
    """The best estimate, or why there is none, and the time by stage."""

    best: PoseEstimate | None
    reason: str
    seconds: dict[str, float]

    @property
    def found(self) -> bool:
        """Whether there is a pose that may be acted on."""
        return self.best is not None and self.best.verified


def main(arguments: Sequence[str]) -> int:
    """Run the command.

    Raises:
        PoseNodesError: an input cannot be used.
    """
    options = _parser().parse_args(arguments)
    begun = time.perf_counter()
    config = instance_config(options, registration=options.registration)
    observation = _read_observation(options)
    if config.features == FUSED:
        color_of(observation)
    model = _read_model(options)
    check_depth_scale(observation, model.diameter, options.depth_scale, str(options.depth))
    seconds = {"reading": time.perf_counter() - begun}
    answer = _estimate(observation, model, config, options, seconds)
    write_json(options.out, pose_report(model.name, answer.best, answer.reason, answer.seconds))
    if options.overlay is not None:
        _write_overlay(options.overlay, observation.frame, model, answer)
    _tell(answer, options.out)
    return FOUND if answer.found else NO_POSE


def _parser() -> CommandParser:
    parser = CommandParser(
        "pose_nodes estimate",
        "Find one object in one RGB-D image and write its pose as JSON (docs/json.md).",
        "exit codes: 0 found, 2 bad input, 3 no pose passed verification (the JSON says why)",
    )
    images = parser.add_argument_group("image")
    images.add_argument("--rgb", type=Path, help="colour image, aligned with the depth image")
    images.add_argument("--depth", type=Path, required=True, help="depth image: 16-bit integers or floats")
    images.add_argument(
        "--depth-scale", type=positive, required=True, metavar="UNITS_PER_METRE",
        help="units of the depth image in a metre: 1000 for millimetres",
    )  # fmt: skip
    images.add_argument(
        "--camera", required=True, metavar="K.json|fx,fy,cx,cy",
        help="intrinsics in pixels: four numbers, or a JSON file with these or a 3x3 cam_K",
    )  # fmt: skip
    images.add_argument(
        "--mask", type=Path, required=True, help="image that is not 0 where the object is seen"
    )
    mesh = parser.add_argument_group("object")
    mesh.add_argument("--mesh", type=Path, required=True, help="triangle mesh of the object")
    mesh.add_argument("--mesh-unit", default="m", choices=list(METRES_PER_UNIT), help="default: %(default)s")
    mesh.add_argument(
        "--symmetry", default="none",
        help="rotations that leave it as it is, such as z:2, z:inf, cube or auto; default: %(default)s",
    )  # fmt: skip
    method = parser.add_argument_group("method")
    add_descriptor_arguments(method)
    method.add_argument("--registration", default=InstanceConfig().registration, help="default: %(default)s")
    method.add_argument(
        "--seed", type=integer(0), default=0, help="of all random choices; default: %(default)s"
    )
    parser.add_argument(
        "--out", type=Path, required=True, metavar="pose.json", help="where the pose is written"
    )
    parser.add_argument("--overlay", type=Path, metavar="out.png", help="picture of the pose on the image")
    return parser


def _read_observation(options: Namespace) -> Observation:
    depth = read_depth(options.depth, options.depth_scale)
    height, width = depth.shape
    camera = read_camera(options.camera, width, height)
    color = None if options.rgb is None else read_color(options.rgb)
    frame = Frame(0, "camera", camera, depth, color)
    return Observation(frame, Segment(read_mask(options.mask), object_name(options.mesh)))


def _read_model(options: Namespace) -> ObjectModel:
    mesh = load_mesh(options.mesh, options.mesh_unit)
    return build_model(object_name(options.mesh), mesh, options.symmetry, np.random.default_rng(options.seed))


def _estimate(
    observation: Observation,
    model: ObjectModel,
    config: InstanceConfig,
    options: Namespace,
    seconds: dict[str, float],
) -> Answer:
    begun = time.perf_counter()
    describer = descriptor_of(config, options.device)
    estimator = InstanceEstimator(model, config, np.random.default_rng(options.seed), describer)
    seconds = {**seconds, "preparing": time.perf_counter() - begun}
    try:
        estimates = estimator.initialise(observation)
    except RegistrationError as error:
        return Answer(None, str(error), seconds)
    if not estimates:
        return Answer(None, "no hypothesis of the registration was near the measured surface", seconds)
    return Answer(estimates[0], estimates[0].reason, {**seconds, **estimates[0].seconds})


def _write_overlay(path: Path, frame: Frame, model: ObjectModel, answer: Answer) -> None:
    painter = OverlayPainter(ObjectLibrary.from_models([model]))
    items, notes = [], []
    if answer.found and answer.best is not None:
        label = f"{model.name} {answer.best.score:.2f}"
        color = painter.color_of(model.name)
        items.append(OverlayItem(model.name, answer.best.T_camera_object, label, color))
    else:
        notes.append(f"{model.name}: no pose")
    write_color(path, painter.paint(frame, items, notes))


def _tell(answer: Answer, out: Path) -> None:
    if answer.found and answer.best is not None:
        x, y, z = answer.best.T_camera_object[:3, 3]
        print(f"found at ({x:.4f}, {y:.4f}, {z:.4f}) m, score {answer.best.score:.2f}: {out}")
    else:
        print(f"no pose passed verification: {answer.reason}: {out}")
