"""onboard: look at a mesh and say what an objects.yaml should say of it."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import trimesh
import yaml

from pose_nodes.commands.object_name import object_name
from pose_nodes.commands.parser import CommandParser
from pose_nodes.estimators.config import InstanceConfig
from pose_nodes.estimators.instance import descriptor_of, with_features
from pose_nodes.features.feature_cache import users_folder
from pose_nodes.objects.mesh import METRES_PER_UNIT, TriangleMesh, load_mesh
from pose_nodes.objects.model import ObjectModel, build_model
from pose_nodes.objects.symmetry_detection import CONTINUOUS, SymmetryReport, Trial, detect_symmetry
from pose_nodes.rendering.mesh_picture import mesh_picture
from pose_nodes.sequences.files import plain, write_json, write_text
from pose_nodes.sequences.images import write_color

DONE = 0
_LISTED_TRIALS = 6


@dataclass(frozen=True, eq=False)
class Findings:
    """All that is known of one mesh; `detected` is None where the user gave the symmetry."""

    path: Path
    name: str
    unit: str
    model: ObjectModel
    watertight: bool
    detected: SymmetryReport | None
    symmetry: str


def main(arguments: Sequence[str]) -> int:
    """Run the command.

    Raises:
        PoseNodesError: the mesh cannot be used, or the symmetry is not understood.
    """
    options = _parser().parse_args(arguments)
    findings = _look_at(options)
    out: Path = options.out or Path("out") / "onboard" / findings.name
    block = objects_block(findings, out)
    write_json(out / "report.json", report(findings))
    write_text(out / "objects.yaml", block)
    write_color(out / "views.png", mesh_picture(findings.model))
    print("\n".join([*sentences(findings), _describe(findings.model)]))
    print(f"\n{out / 'objects.yaml'}:\n\n{block}")
    print(f"picture: {out / 'views.png'}")
    return DONE


def _parser() -> CommandParser:
    parser = CommandParser(
        "pose_nodes onboard",
        "Look at a mesh; write OUT/report.json, OUT/objects.yaml and OUT/views.png.",
    )
    parser.add_argument("mesh", type=Path, help="triangle mesh of the object")
    parser.add_argument(
        "--mesh-unit", default="m", choices=list(METRES_PER_UNIT), help="default: %(default)s"
    )
    parser.add_argument(
        "--symmetry", default="auto",
        help="rotations that leave it as it is, such as z:2, z:inf, cube or none; default: found by geometry",
    )  # fmt: skip
    parser.add_argument("--out", type=Path, help="folder to write to; default: out/onboard/<name>")
    return parser


def _look_at(options: Namespace) -> Findings:
    mesh = load_mesh(options.mesh, options.mesh_unit)
    name = object_name(options.mesh)
    given = options.symmetry.strip().lower()
    model = build_model(name, mesh, "none" if given == "auto" else given)
    detected = detect_symmetry(mesh, model.diameter, np.random.default_rng(0)) if given == "auto" else None
    symmetry = given if detected is None else _written(detected)
    return Findings(options.mesh, name, options.mesh_unit, model, _is_watertight(mesh), detected, symmetry)


def _describe(model: ObjectModel) -> str:
    """Describe it as a tracker does that is told nothing else, which then need not when it starts."""
    config = with_features(InstanceConfig())
    descriptor_of(config).onboard(model)
    return f"  features  {config.features}, kept in {users_folder()}"


def _written(detected: SymmetryReport) -> str:
    """What to write in objects.yaml: a group that the notation lacks is found anew; a ball has none."""
    return {"matrices": "auto", "sphere": "none"}.get(detected.notation, detected.notation)


def _is_watertight(mesh: TriangleMesh) -> bool:
    """Whether every edge has two triangles, once vertices at the same place count as one."""
    return bool(trimesh.Trimesh(mesh.vertices, mesh.faces, process=True).is_watertight)


def objects_block(findings: Findings, folder: Path) -> str:
    """The objects.yaml for this mesh, to stand in a folder."""
    mesh = os.path.relpath(findings.path.resolve(), folder.resolve())
    entry = {"mesh": mesh, "mesh_unit": findings.unit, "symmetry": findings.symmetry}
    return str(yaml.safe_dump({"objects": {findings.name: entry}}, sort_keys=False))


def report(findings: Findings) -> dict[str, Any]:
    """The value of report.json: see docs/json.md."""
    model, detected = findings.model, findings.detected
    return dict(
        plain(
            {
                "mesh": str(findings.path),
                "name": findings.name,
                "mesh_unit": findings.unit,
                "vertices": len(model.mesh.vertices),
                "triangles": len(model.mesh.faces),
                "size": model.size,
                "box_centre": model.box_centre,
                "diameter": model.diameter,
                "watertight": findings.watertight,
                "symmetry": findings.symmetry,
                "detected": None if detected is None else detected.notation,
                "threshold": None if detected is None else detected.threshold,
                "trials": [] if detected is None else [_trial(trial) for trial in detected.trials],
            }
        )
    )


def _trial(trial: Trial) -> dict[str, Any]:
    order = "inf" if trial.order == CONTINUOUS else trial.order
    return {"axis": trial.axis, "centre": trial.centre, "order": order, "residual": trial.residual}


def sentences(findings: Findings) -> list[str]:
    """The report for people."""
    model = findings.model
    x, y, z = 1e3 * model.size
    lines = [
        f"{findings.path}: {len(model.mesh.vertices)} vertices, {len(model.mesh.faces)} triangles",
        f"  size      {x:.1f} x {y:.1f} x {z:.1f} mm, read as {findings.unit}",
        f"  diameter  {1e3 * model.diameter:.1f} mm",
        f"  surface   {_surface_text(findings.watertight)}",
        f"  symmetry  {findings.symmetry}{_detection_text(findings.detected)}",
    ]
    if findings.detected is not None:
        nearest = sorted(findings.detected.trials, key=lambda trial: trial.residual)[:_LISTED_TRIALS]
        lines += [f"    {_trial_text(trial, findings.detected.threshold)}" for trial in nearest]
    return lines


def _surface_text(watertight: bool) -> str:
    return "closed" if watertight else "not closed: holes are fine where the camera never looks"


def _detection_text(detected: SymmetryReport | None) -> str:
    if detected is None:
        return " (as given)"
    if detected.notation == "sphere":
        return " (it is a ball, which has no orientation to track)"
    if detected.notation == "matrices":
        return " (there is one whose axes the notation cannot name: keep 'auto')"
    return " (found by geometry alone: say 'none' where print or colour tell the sides apart)"


def _trial_text(trial: Trial, threshold: float) -> str:
    x, y, z = trial.axis
    turn = "any turn" if trial.order == CONTINUOUS else f"1/{trial.order} turn"
    verdict = "same" if trial.residual < threshold else "differs"
    return f"{turn} about ({x:.2f}, {y:.2f}, {z:.2f}): off by {1e3 * trial.residual:.2f} mm, {verdict}"
