"""Steps of the setup are done once, and again when something changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.ros_wheels.stamps import Step, contents, done, perform


@pytest.fixture
def log() -> list[str]:
    return []


def step(log: list[str], *inputs: str) -> Step:
    return Step("build", "Building", inputs, lambda: log.append("done"))


def test_a_step_is_done_once(tmp_path, log):
    assert perform(step(log, "a"), tmp_path)
    assert not perform(step(log, "a"), tmp_path)
    assert log == ["done"]


def test_a_changed_input_does_it_again(tmp_path, log):
    perform(step(log, "a"), tmp_path)
    assert not done(step(log, "b"), tmp_path)
    assert perform(step(log, "b"), tmp_path)
    assert log == ["done", "done"]


def test_inputs_that_read_the_same_together_are_not_the_same(tmp_path, log):
    perform(step(log, "ab", "c"), tmp_path)
    assert not done(step(log, "a", "bc"), tmp_path)


def test_a_step_that_fails_is_not_done(tmp_path):
    def fail() -> None:
        raise OSError("no space")

    broken = Step("build", "Building", ("a",), fail)
    with pytest.raises(OSError, match="no space"):
        perform(broken, tmp_path)
    assert not done(broken, tmp_path)


def test_a_step_is_announced_only_when_there_is_something_to_do(tmp_path, log, capsys):
    perform(step(log, "a"), tmp_path)
    perform(step(log, "a"), tmp_path)
    assert capsys.readouterr().out == "Building\n"


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_contents_see_names_and_texts_below_a_folder(tmp_path):
    write(tmp_path / "msg" / "A.msg", "int32 x")
    before = contents([tmp_path])
    write(tmp_path / "msg" / "B.msg", "")
    added = contents([tmp_path])
    write(tmp_path / "msg" / "A.msg", "int64 x")
    assert len({before, added, contents([tmp_path])}) == 3
