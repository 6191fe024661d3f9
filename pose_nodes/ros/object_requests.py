"""Services that add, replace and remove objects while the node runs."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from rclpy.callback_groups import ReentrantCallbackGroup
from rclpy.node import Node
from rclpy.task import Future

from pose_nodes.core.config import from_mapping
from pose_nodes.core.errors import InvalidConfigError, PoseNodesError
from pose_nodes.objects.library import ObjectLibrary, load_object
from pose_nodes.objects.objects_file import ObjectSpec, check_name, read_objects_file
from pose_nodes.ros.config import TrackerNodeConfig
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
        # Of a group of its own: in the node's, nothing else is done until the object is ready.
        group = ReentrantCallbackGroup()
        node.create_service(AddObject, "~/add_object", self._on_add, callback_group=group)
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

    async def _on_add(self, request: AddObject.Request, response: AddObject.Response) -> AddObject.Response:
        try:
            response.message = await self._add(request)
            response.success = True
        except PoseNodesError as error:
            response.message = str(error)
        return response

    async def _add(self, request: AddObject.Request) -> str:
        """Prepare an object and look for it; the sentence that says so."""
        session, name, mark = self._configured(), request.name, object()
        _check_free(session, request)
        work = partial(_prepare, session.config, request)
        session.wanted[name] = mark
        try:
            prepared = await self._elsewhere(session, lambda: _while_wanted(session, name, mark, work))
            _check_wanted(session, name, mark)
        finally:
            if session.wanted.get(name) is mark:
                del session.wanted[name]
        return self._take(session, prepared)

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

    def _elsewhere(self, session: _Session, work: Callable[[], PreparedObject]) -> Future:
        """Do work in the session's thread; its result, to be awaited in the executor's."""
        executor = self._node.executor
        done = Future(executor=executor)

        def run() -> None:
            try:
                done.set_result(work())
            except PoseNodesError as error:
                done.set_exception(error)
            except Exception as error:  # told to whoever asked, and logged; the node goes on without it
                self._node.get_logger().error(traceback.format_exc())
                fault = RefusedRequestError(f"the object could not be prepared ({error!r}); report this")
                done.set_exception(fault)
                raise
            finally:
                if executor is not None:
                    executor.wake()

        session.pool.submit(run)
        return done


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


def _while_wanted(
    session: _Session, name: str, mark: object, work: Callable[[], PreparedObject]
) -> PreparedObject:
    _check_wanted(session, name, mark)
    return work()


def _prepare(config: TrackerNodeConfig, request: AddObject.Request) -> PreparedObject:
    objects_file = Path(config.objects_file).expanduser()
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
