"""What a lookup raises."""

from __future__ import annotations


class TransformException(Exception):
    """A transform cannot be given; each of the others is one reason."""


class LookupException(TransformException):
    """A frame is unknown, or the tree has a loop."""


class ConnectivityException(TransformException):
    """Both frames are known, but nothing connects them."""


class ExtrapolationException(TransformException):
    """The frames are connected, but not at the time that was asked for."""


class InvalidArgumentException(TransformException):
    """The name of a frame is empty or starts with a slash."""


class TimeoutException(TransformException):
    """Nothing came within the time that was granted."""
