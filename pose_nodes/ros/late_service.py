"""Services that answer when they are ready, while the node goes on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rclpy.node import Node
from rclpy.service import Service

Answer = Callable[[Any], None]
"""Sends the response; to be called once, from the thread of the node's executor."""


class _Promise:
    """Stands for a response until there is one, and the executor has told whom it is for."""

    def __init__(self) -> None:
        self._send: Callable[[Any], None] | None = None
        self._response: Any = None

    def answer(self, response: Any) -> None:
        self._response = response
        self._send_if_known()

    def is_for(self, send: Callable[[Any], None]) -> None:
        self._send = send
        self._send_if_known()

    def _send_if_known(self) -> None:
        if self._send is not None and self._response is not None:
            self._send(self._response)


def create_late_service(node: Node, kind: Any, name: str, serve: Callable[[Any, Answer], None]) -> Service:
    """A service whose callback takes the request and what to call with the response, then or later.

    A coroutine would do in rclpy's older executors; its executor of events takes none. All of them hand what
    the callback returns to the service's own `send_response`, with whom it is for: there the promise of a
    response waits until it is kept.
    """

    def promise(request: Any, _response: Any) -> _Promise:
        promised = _Promise()
        serve(request, promised.answer)
        return promised

    service = node.create_service(kind, name, promise)
    send = service.send_response
    service.send_response = lambda promised, header: promised.is_for(lambda response: send(response, header))
    return service
