"""What is compared: FPFH, a teacher and a student, or why one of them is absent."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pose_nodes.core.errors import InvalidConfigError
from pose_nodes.core.json_files import read_json
from pose_nodes.features import dgedi
from pose_nodes.features.learned import require_torch, weights_file
from training.evaluation.describers import FPFH, NamedDescriber, learned_describer, named_describer

TEACHER, STUDENT = "teacher", "student"


@dataclass(frozen=True)
class Contender:
    """A descriptor in its role.

    Attributes:
        role: "fpfh", "teacher" or "student".
        about: what it is; where it is absent, why.
        describer: None where it is absent.
        network: name and size by which `bench_networks` knows its network; "" if it has none.
    """

    role: str
    about: str
    describer: NamedDescriber | None = None
    network: str = ""


def fpfh_contender() -> Contender:
    """FPFH, which needs no training."""
    describer = named_describer(FPFH)
    return Contender(FPFH, f"FPFH, radius {describer.identity.split()[1]} of the diameter", describer)


def teacher_contender(file: Path | None) -> Contender:
    """A teacher: own weights (.safetensors), or the published checkpoint of GeDi (any other name).

    Raises:
        InvalidConfigError: PyTorch is not installed, or the weights are a student's.
        InvalidWeightsError: the file is missing, damaged, or of another network.
    """
    if file is None:
        return Contender(TEACHER, "no teacher given")
    require_torch("gedi")
    from pose_nodes.networks.checkpoints import load_gedi
    from pose_nodes.networks.gedi import GediNetwork
    from pose_nodes.networks.weight_files import load_network

    network: Any = load_network(file) if _is_own(file) else load_gedi(file)
    if not isinstance(network, GediNetwork):
        raise InvalidConfigError(f"{file}: is a student, and no teacher; name it with --student")
    describer = learned_describer(TEACHER, file, network)
    return Contender(TEACHER, _about(file), describer, f"GeDi {network.config.size}")


def student_contender(file: Path | None) -> Contender:
    """A student: own weights, the published checkpoint of dGeDi, or, of None, the one that comes along.

    Raises:
        InvalidConfigError: PyTorch is not installed, no weights come along, or they are a teacher's.
        InvalidWeightsError: the file is missing, damaged, or of another network.
    """
    require_torch(dgedi.NAME)
    from pose_nodes.networks.checkpoints import load_dgedi
    from pose_nodes.networks.descriptor import DescriptorNetwork
    from pose_nodes.networks.weight_files import load_network

    path = weights_file(dgedi.NAME, file or "", dgedi.SHIPPED)
    network: Any = load_network(path) if _is_own(path) else load_dgedi(path)
    if not isinstance(network, DescriptorNetwork):
        raise InvalidConfigError(f"{path}: is a teacher, and no student; name it with --teacher")
    describer = learned_describer(STUDENT, path, network)
    return Contender(STUDENT, _about(path), describer, f"dGeDi {network.config.backbone}")


def _is_own(file: Path) -> bool:
    return file.suffix == ".safetensors"


def _about(file: Path) -> str:
    """Name of a file of weights, and what its card says of their training."""
    card_file = file.with_suffix(".json")
    card = read_json(card_file) if _is_own(file) and card_file.is_file() else {}
    told = [str(card[name]) for name in ("trained_by", "task") if name in card][:1]
    told += [f"{card['steps']} steps"] if "steps" in card else []
    return "; ".join([file.name, *told])
