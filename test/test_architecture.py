"""The floors of the house: who may import whom, and how big a file or a function may be."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
PACKAGE = REPOSITORY / "pose_nodes"
FILES = sorted(PACKAGE.rglob("*.py"))

# From the ground up: a room imports from its own floor and those below.
FLOORS = (
    ("core", "geometry", "demo_data", "weights"),
    ("objects", "networks", "rendering", "metrics", "sequences", "synthetic"),
    ("features", "registration"),
    ("estimators", "detection"),
    ("tracking",),
    ("ros",),
    ("nodes",),
    ("commands", "__main__"),
)
ROOMS = [room for rooms in FLOORS for room in rooms]

ROS_FOLDERS = ("ros", "nodes")
ROS_MODULES = {
    "rclpy", "launch", "launch_ros", "ament_index_python", "rosidl_runtime_py",
    "tf2_ros", "tf2_py", "message_filters", "cv_bridge", "tf_transformations", "diagnostic_updater",
    "builtin_interfaces", "rcl_interfaces", "std_srvs", "pose_nodes.msg", "pose_nodes.srv",
}  # fmt: skip

LONGEST_FILE = 400
LONGEST_FUNCTION = 60


def module_name(path: Path) -> str:
    parts = path.relative_to(REPOSITORY).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(path): path for path in FILES}


def folder(module: str) -> str:
    """The room of a module: the second part of its name, or nothing for pose_nodes itself."""
    return [*module.split("."), ""][1]


@cache
def syntax(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def absolute(node: ast.ImportFrom, importer: Path) -> str:
    """Full name of the module that ``from … import`` names."""
    if node.level == 0:
        return node.module or ""
    package = module_name(importer).split(".")
    # A relative import starts at the package; an __init__ is its package.
    up = node.level - (1 if importer.name == "__init__.py" else 0)
    return ".".join([*package[: len(package) - up], *([node.module] if node.module else [])])


def names_in(node: ast.Import | ast.ImportFrom, importer: Path) -> list[str]:
    """What one statement imports; ``from a import b`` is a.b where that is a module of ours, else a."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    module = absolute(node, importer)
    inner = [f"{module}.{alias.name}" for alias in node.names]
    ours = [name for name in inner if name in MODULES or name in ROS_MODULES]
    return ours + ([module] if len(ours) < len(inner) else [])


def is_for_types_alone(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


def walk(node: ast.AST, into_functions: bool) -> Iterator[ast.AST]:
    """All nodes that run; those in functions run later and are left out unless asked for."""
    for child in ast.iter_child_nodes(node):
        if is_for_types_alone(child):
            continue
        yield child
        if into_functions or not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from walk(child, into_functions)


def imports(path: Path, lazy_ones: bool = True) -> set[str]:
    """Modules that a file imports; with ``lazy_ones`` also those inside functions."""
    statements = (
        node for node in walk(syntax(path), lazy_ones) if isinstance(node, ast.Import | ast.ImportFrom)
    )
    return {name for node in statements for name in names_in(node, path)}


def is_of_ros(module: str) -> bool:
    first = module.split(".")[0]
    return first in ROS_MODULES or module in ROS_MODULES or first.endswith("_msgs")


def floor(room: str) -> int:
    return next(level for level, rooms in enumerate(FLOORS) if room in rooms)


def foreign(path: Path) -> list[str]:
    """Modules of floors above that a file imports."""
    room = folder(module_name(path))
    ours = [name for name in imports(path) if name.startswith("pose_nodes.") and not is_of_ros(name)]
    return sorted(name for name in ours if room and floor(folder(name)) > floor(room))


def each_file(path: Path) -> str:
    return str(path.relative_to(PACKAGE))


@pytest.mark.parametrize(
    "path", [path for path in FILES if folder(module_name(path)) not in ROS_FOLDERS], ids=each_file
)
def test_the_library_does_not_know_ros(path):
    assert sorted(filter(is_of_ros, imports(path))) == []


@pytest.mark.parametrize("path", FILES, ids=each_file)
def test_each_file_belongs_to_a_known_room(path):
    assert folder(module_name(path)) in ("", *ROOMS)


@pytest.mark.parametrize("path", FILES, ids=each_file)
def test_imports_go_down_the_floors(path):
    assert foreign(path) == []


@pytest.mark.parametrize("path", FILES, ids=each_file)
def test_the_library_does_not_know_the_training(path):
    assert sorted(name for name in imports(path) if name.split(".")[0] in ("training", "tools", "test")) == []


def test_the_training_does_not_know_ros():
    found = {name for path in (REPOSITORY / "training").rglob("*.py") for name in imports(path)}
    assert sorted(name for name in found if is_of_ros(name) or folder(name) in ROS_FOLDERS) == []


def circle_from(start: str, graph: dict[str, set[str]]) -> list[str] | None:
    """A way from a module back to itself, or None."""
    ways = [[start]]
    seen: set[str] = set()
    while ways:
        way = ways.pop()
        for following in sorted(graph[way[-1]]):
            if following == start:
                return [*way, start]
            if following not in seen:
                seen.add(following)
                ways.append([*way, following])
    return None


def test_there_are_no_circles_between_files():
    graph = {name: {other for other in imports(path) if other in MODULES} for name, path in MODULES.items()}
    assert [circle for name in graph if (circle := circle_from(name, graph))] == []


@pytest.mark.parametrize("path", FILES, ids=each_file)
def test_files_are_short(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE


@pytest.mark.parametrize("path", FILES, ids=each_file)
def test_functions_are_short(path):
    functions = [
        node for node in ast.walk(syntax(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    lengths = {node.name: (node.end_lineno or 0) - node.lineno + 1 for node in functions}
    assert {name: length for name, length in lengths.items() if length > LONGEST_FUNCTION} == {}
