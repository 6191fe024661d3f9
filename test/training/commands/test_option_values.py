"""Options of the command line: all that was given counts, and numbers are written as people write them."""

from __future__ import annotations

from dataclasses import dataclass

from pose_nodes.commands.parser import CommandParser
from pose_nodes.core.config import from_mapping, option
from training.commands.option_values import add_option_arguments, option_values
from training.harness.config import PRECISIONS


@dataclass(frozen=True)
class Options:
    rate: float = option(1.0, "of learning")
    precision: str = option("32", "of products", choices=tuple(PRECISIONS))
    seed: int = option(0, "of all")


def options_of(*words: str) -> Options:
    parser = CommandParser("training", "Options.")
    add_option_arguments(parser)
    return from_mapping(Options, option_values(parser.parse_args(words)))


def test_what_is_set_in_several_places_counts_altogether():
    assert options_of("--set", "rate=0.5", "seed=1", "--set", "seed=2") == Options(rate=0.5, seed=2)
    assert options_of() == Options()


def test_numbers_with_an_exponent_are_numbers():
    assert options_of("--set", "rate=1e-3").rate == 1e-3 and options_of("--set", "rate=2.5E+2").rate == 250.0


def test_choices_that_look_like_numbers_can_be_chosen(tmp_path):
    assert options_of("--set", "precision=16").precision == "16"
    (tmp_path / "options.yaml").write_text("precision: 16\n")
    assert options_of("--options", str(tmp_path / "options.yaml")).precision == "16"
