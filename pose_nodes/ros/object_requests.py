"""Services that add, replace and remove objects while the node runs."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from rclpy.node import Node

from pose_nodes.core.config import from_mapping
from pose_nodes.core.errors import InvalidConfigError, PoseNodesError
from pose_nodes.core.paths import expanded
from pose_nodes.objects.library import ObjectLibrary, load_object
from pose_nodes.objects.objects_file import ObjectSpec, check_name, read_objects_file
from pose_nodes.ros.config import TrackerNodeConfig
from pose_nodes.ros.late_service import Answer, create_late_service
from pose_nodes.srv import AddObject, RemoveObject
from pose_nodes.tracking.live import LiveTracker
from pose_nodes.tracking.tracker import PreparedObject, prepare_object

_WHERE = "add_object"


class RefusedRequestError(PoseNodesError):
    """A request that cannot be carried out as the node is now."""


@dataclass
class _Session:
    """What exists from configure to clean-up.

    Attributes:
        config: options of the node.
        library: the objects as requests have left them.
        on_change: is told of every new library.
        pool: the thread that prepares objects.
        wanted: a mark of the request, by name of the object that is being prepared for it.
    """

    config: TrackerNodeConfig
    library: ObjectLibrary
    on_change: Callable[[ObjectLibrary], object]
    pool: ThreadPoolExecutor
    wanted: dict[str, object]


class ObjectRequests:
    """Keeps the objects of a node; all is called from its executor's thread.

    Meshes are read and prepared in another thread, one after the other. A request that another one for the
    same object has overtaken comes to nothing.

    Attributes:
        tracker: the tracker at work; None while the node is not active.
    """

    def __init__(self, node: Node) -> None:
        """Offer the services, for the life of the node."""
        self.tracker: LiveTracker | None = None
        self._node = node
        self._session: _Session | None = None
        create_late_service(node, AddObject, "~/add_object", self._on_add)
        node.create_service(RemoveObject, "~/remove_object", self._on_remove)

    @property
    def library(self) -> ObjectLibrary:
        """The objects as requests have left them; from `begin` to `end`."""
        return self._configured().library

    def begin(
        self,
        config: TrackerNodeConfig,
        library: ObjectLibrary,
        on_change: Callable[[ObjectLibrary], object],
    ) -> None:
        """Serve requests, beginning with the objects of the objects file; `on_change` is told of changes."""
        self._session = _Session(config, library, on_change, ThreadPoolExecutor(1, "objects"), {})

    def end(self) -> None:
        """Refuse requests; those under way come to nothing."""
        session, self._session = self._session, None
        if session is not None:
            session.wanted.clear()
            session.pool.shutdown(wait=False)  # what waits there sees that it is no longer wanted

    def _on_add(self, request: AddObject.Request, answer: Answer) -> None:
        try:
            self._begin_to_add(request, answer)
        except PoseNodesError as error:
            answer(AddObject.Response(message=str(error)))

    def _begin_to_add(self, request: AddObject.Request, answer: Answer) -> None:
        """Let an object be prepared in the session's thread, and go on with it in the executor's."""
        session, name, mark = self._configured(), request.name, object()
        executor = self._node.executor
        _check_free(session, request)
        session.wanted[name] = mark

        def prepare() -> None:
            outcome: PreparedObject | PoseNodesError = RefusedRequestError(
                "the object could not be prepared, and the log of the node says why; report this"
            )
            try:
                outcome = _while_wanted(session, name, mark, request)
            except PoseNodesError as error:
                outcome = error
            finally:
                if executor is not None:
                    executor.create_task(lambda: self._finish_adding(session, name, mark, outcome, answer))

        session.pool.submit(prepare).add_done_callback(self._log_fault)

    def _log_fault(self, work: Future[None]) -> None:
        """Tell of an error that nobody foresaw; the node goes on without the object."""
        if not work.cancelled() and (error := work.exception()) is not None:
            self._node.get_logger().error("".join(traceback.format_exception(error)))

    def _finish_adding(
        self,
        session: _Session,
        name: str,
        mark: object,
        outcome: PreparedObject | PoseNodesError,
        answer: Answer,
    ) -> None:
        """Look for an object that was prepared, unless that is wanted no longer, and answer."""
        response = AddObject.Response()
        try:
            if isinstance(outcome, PoseNodesError):
                raise outcome
            _check_wanted(session, name, mark)
            response.message, response.success = self._take(session, outcome), True
        except PoseNodesError as error:
            response.message = str(error)
        if session.wanted.get(name) is mark:
            del session.wanted[name]
        answer(response)

    def _take(self, session: _Session, prepared: PreparedObject) -> str:
        name, model = prepared.model.name, prepared.model
        verb = "replaced" if name in session.library else "added"
        gone = self.tracker.add_object(prepared) if self.tracker is not None else []
        self._change(session, session.library.with_object(model))
        size = " x ".join(f"{length:.3f}" for length in model.size)
        forgotten = f"; forgot {', '.join(gone)}" if gone else ""
        return f"{verb} '{name}', {size} m, symmetry {model.symmetry.notation}{forgotten}"

    def _on_remove(
        self, request: RemoveObject.Request, response: RemoveObject.Response
    ) -> RemoveObject.Response:
        try:
            response.message, response.tracks = self._remove(request.name)
            response.success = True
        except PoseNodesError as error:
            response.message = str(error)
        return response

    def _remove(self, name: str) -> tuple[str, list[str]]:
        session = self._configured()
        was_wanted = session.wanted.pop(name, None) is not None
        if was_wanted and name not in session.library:
            return f"'{name}' was still being prepared and will not be added", []
        library = session.library.without(name)
        gone = self.tracker.remove_object(name) if self.tracker is not None else []
        self._change(session, library)
        return f"removed '{name}'" + (f"; forgot {', '.join(gone)}" if gone else ""), gone

    def _change(self, session: _Session, library: ObjectLibrary) -> None:
        session.library = library
        session.on_change(library)

    def _configured(self) -> _Session:
        if self._session is None:
            raise RefusedRequestError("the node is not configured, so it has no objects; configure it first")
        return self._session


def _check_free(session: _Session, request: AddObject.Request) -> None:
    """Raise an error for a name that cannot be used, or is used and not to be replaced."""
    name = request.name
    check_name(name, _WHERE)
    if request.replace:
        return
    if name in session.library:
        raise RefusedRequestError(
            f"object '{name}' is there already; set replace: true to put this one in its place, or take "
            "another name"
        )
    if name in session.wanted:
        raise RefusedRequestError(
            f"object '{name}' is being prepared already; wait for it, or set replace: true"
        )


def _check_wanted(session: _Session, name: str, mark: object) -> None:
    if session.wanted.get(name) is not mark:
        raise RefusedRequestError(
            f"object '{name}': a later request came before it was ready; nothing was added"
        )


def _while_wanted(session: _Session, name: str, mark: object, request: AddObject.Request) -> PreparedObject:
    _check_wanted(session, name, mark)
    return _prepare(session.config, request)


def _prepare(config: TrackerNodeConfig, request: AddObject.Request) -> PreparedObject:
    objects_file = expanded(config.objects_file, "objects file")
    spec, where = _spec(request, objects_file)
    model = load_object(request.name, spec, objects_file.parent, where)
    return prepare_object(model, config.tracker)


def _spec(request: AddObject.Request, objects_file: Path) -> tuple[ObjectSpec, str]:
    """The mesh that a request means, and where that is said."""
    if request.mesh:
        given = {name: getattr(request, name) for name in ("mesh", "mesh_unit", "symmetry")}
        block = {name: value for name, value in given.items() if value}
        return from_mapping(ObjectSpec, block, f"{_WHERE}: object '{request.name}'"), _WHERE
    specs = read_objects_file(objects_file)
    if request.name not in specs:
        raise InvalidConfigError(
            f"{objects_file}: has no block '{request.name}'; add it there, or give the path of the mesh"
        )
    return specs[request.name], str(objects_file)
