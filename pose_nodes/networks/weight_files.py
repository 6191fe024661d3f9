"""Own weights: a safetensors file that says what network it is of, and a card that says how it was made."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from pose_nodes.core.config import from_mapping, to_mapping
from pose_nodes.core.errors import InvalidConfigError, PoseNodesError
from pose_nodes.networks.descriptor import DescriptorConfig, DescriptorNetwork
from pose_nodes.networks.gedi import GediConfig, GediNetwork
from pose_nodes.sequences.files import write_bytes, write_json

FORMAT = "pose_nodes 1"
KINDS: Mapping[str, tuple[type[Any], type[nn.Module]]] = {
    "descriptor": (DescriptorConfig, DescriptorNetwork),
    "gedi": (GediConfig, GediNetwork),
}


class InvalidWeightsError(PoseNodesError):
    """A file of weights that is missing, damaged, or of another network."""


def save_network(path: Path, network: nn.Module, card: Mapping[str, Any]) -> None:
    """Write weights, and beside them (`.json`) a card; nobody ever sees half a file.

    Args:
        path: ends in `.safetensors`; its folder is made.
        network: one of KINDS.
        card: what is to be known of the weights: data, steps, seed, hardware, scores; can be written as JSON.

    Raises:
        InvalidInputError: the place cannot be written to.
    """
    kind = next(name for name, (_, cls) in KINDS.items() if type(network) is cls)
    about = {"format": FORMAT, "kind": kind, "config": json.dumps(to_mapping(network.config))}
    weights = {name: value.detach().cpu().contiguous() for name, value in network.state_dict().items()}
    write_bytes(path, save(weights, about))
    write_json(card_file(path), dict(card))


def card_file(path: Path) -> Path:
    """Where the card of a file of weights is."""
    return path.with_suffix(".json")


def load_network(path: Path) -> Any:
    """The network of a file, ready to be used.

    Raises:
        InvalidWeightsError: the file is missing, damaged, or not one that `save_network` wrote.
    """
    about, weights = _read(path)
    if about.get("format") != FORMAT or about.get("kind") not in KINDS:
        raise InvalidWeightsError(
            f"weights '{path}': they do not say which network of pose_nodes they are of; published "
            "checkpoints are read by their own names, not as safetensors"
        )
    config_class, network_class = KINDS[about["kind"]]
    try:
        network = network_class(from_mapping(config_class, _options(about), str(path)))
    except (KeyError, ValueError, InvalidConfigError) as error:
        raise InvalidWeightsError(
            f"weights '{path}': their configuration is unknown here: {error}"
        ) from error
    fill(network, weights, str(path))
    return network.eval()


def _options(about: Mapping[str, str]) -> dict[str, Any]:
    options = json.loads(about["config"])
    if not isinstance(options, dict):
        raise ValueError(f"it is {options!r}, and no set of options")
    return options


def fill(network: nn.Module, weights: Mapping[str, Tensor], where: str) -> None:
    """Give a network weights.

    Raises:
        InvalidWeightsError: one is missing, unknown, of another shape, or not a number; the message names it.
    """
    expected = network.state_dict()
    problems = [f"'{name}' is missing" for name in expected if name not in weights]
    problems += [f"'{name}' is unknown" for name in weights if name not in expected]
    for name, value in expected.items():
        if name in weights:
            problems += _misfits(name, weights[name], value)
    if problems:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise InvalidWeightsError(f"weights '{where}': not of this network: {problems[0]}{more}")
    network.load_state_dict(dict(weights))


def _misfits(name: str, weight: Tensor, expected: Tensor) -> list[str]:
    """What keeps a weight from its place: at most one sentence."""
    if weight.shape != expected.shape:
        return [f"'{name}' is {tuple(weight.shape)} and not {tuple(expected.shape)}"]
    if weight.is_complex() or weight.is_floating_point() != expected.is_floating_point():
        return [f"'{name}' has numbers of type {weight.dtype} and not {expected.dtype}"]
    if not bool(torch.isfinite(weight).all()):
        return [f"'{name}' has values that are not finite; training it went wrong, or the file is damaged"]
    return []


def _read(path: Path) -> tuple[dict[str, str], dict[str, Tensor]]:
    try:
        with safe_open(path, framework="pt") as file:
            return file.metadata() or {}, {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except FileNotFoundError as error:
        raise InvalidWeightsError(f"weights '{path}': there is no such file") from error
    except (SafetensorError, OSError) as error:
        raise InvalidWeightsError(f"weights '{path}': damaged, or no safetensors file ({error})") from error
