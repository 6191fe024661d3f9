"""A lifecycle node whose work is done by an object with one method for each stage of its life."""

from __future__ import annotations

import gc
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from lifecycle_msgs.srv import ChangeState
from rclpy.lifecycle import LifecycleNode, LifecycleState, TransitionCallbackReturn

from pose_nodes.core.errors import PoseNodesError

SUCCESS, FAILURE = TransitionCallbackReturn.SUCCESS, TransitionCallbackReturn.FAILURE


class Work(Protocol):
    """What a node does in each stage; `deactivate` and `clean_up` may come when there is nothing to end."""

    def configure(self) -> None:
        """Read parameters and files, and make publishers.

        Raises:
            PoseNodesError: they cannot be used; the node stays unconfigured.
        """

    def refuse(self, reason: str) -> None:
        """The node could not be configured or activated, for this reason."""

    def activate(self) -> None:
        """Begin to work; publishers publish from now on.

        Raises:
            PoseNodesError: what was configured cannot be used; nothing is left of what was begun.
        """

    def deactivate(self) -> None:
        """Stop working, while publishers still publish."""

    def clean_up(self) -> None:
        """Forget what `configure` made."""


class StagedNode(LifecycleNode):
    """Turns lifecycle transitions into calls of its work, and errors of the user into one logged sentence."""

    def __init__(self, name: str, make_work: Callable[[StagedNode], Work]) -> None:
        super().__init__(name, automatically_declare_parameters_from_overrides=True)
        self._change_state = self._service_change_state.callback
        self._service_change_state.callback = self._on_change_state
        self._work = make_work(self)

    def start(self) -> bool:
        """Configure and activate, as a manager would; False when that could not be done."""
        return self.trigger_configure() == SUCCESS and self.trigger_activate() == SUCCESS

    def finish(self) -> None:
        """Stop all work, from whatever stage, before the node is destroyed."""
        self._work.deactivate()
        self._work.clean_up()

    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Called by rclpy."""
        with self._telling():
            try:
                self._work.configure()
            except PoseNodesError as error:
                return self._refuse(str(error))
            return super().on_configure(state)

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Called by rclpy."""
        with self._telling():
            result = super().on_activate(state)
            try:
                self._work.activate()
            except PoseNodesError as error:
                super().on_deactivate(state)
                return self._refuse(str(error))
            _spare_what_stays()
            return result

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Called by rclpy."""
        with self._telling():
            self._work.deactivate()
            gc.unfreeze()  # what was at work is garbage now, some of it in circles
            return super().on_deactivate(state)

    def on_cleanup(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Called by rclpy."""
        with self._telling():
            self._work.clean_up()
            return super().on_cleanup(state)

    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Called by rclpy."""
        with self._telling():
            self.finish()
            return super().on_shutdown(state)

    def on_error(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Called by rclpy after a fault of the program: the node is unconfigured then, and so is its work."""
        with self._telling():
            self.finish()
            self._work.refuse("an error that nobody foresaw, of which the node's log tells; report it")
            return super().on_error(state)

    def _on_change_state(
        self, request: ChangeState.Request, response: ChangeState.Response
    ) -> ChangeState.Response:
        """Refuse a transition that does not begin in this state; rclpy raises an error that ends the node."""
        wanted, state = request.transition, self._state_machine.current_state[1]
        possible = {number: label for number, label, *_ in self._state_machine.available_transitions}
        if wanted.label in possible.values() or (not wanted.label and wanted.id in possible):
            return self._change_state(request, response)
        self.get_logger().warning(
            f"a request for the lifecycle transition '{wanted.label or wanted.id}' was refused: the node is "
            f"{state}; ask for one of {', '.join(possible.values()) or 'none'}"
        )
        response.success = False
        return response

    def _refuse(self, reason: str) -> TransitionCallbackReturn:
        """Stay in the state before, in which the user can mend what is wrong."""
        self.get_logger().error(reason)
        self._work.refuse(reason)
        return FAILURE

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """Log what the block raises, with its traceback: rclpy makes a return code of it without a word."""
        finished = False
        try:
            yield
            finished = True
        finally:
            if not finished:
                self.get_logger().fatal(traceback.format_exc())


def _spare_what_stays() -> None:
    """Keep the garbage collector away from what the node has loaded by now.

    A full collection looks at every object of the process, meshes and libraries among them, and holds all
    threads for a tenth of a second: some frames of a camera. What comes later is looked at as usual.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
