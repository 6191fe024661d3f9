"""Every failure of the library, each carrying one sentence for the user.

A message names the input, says what is wrong with it and what to do. The command line prints it on one line;
nodes turn it into a diagnostic and a throttled warning.
"""

from __future__ import annotations


class PoseNodesError(Exception):
    """Base of all errors that a user can cause and mend."""


class InvalidInputError(PoseNodesError):
    """An image, mask, camera or cloud that no pose can be computed from."""


class InvalidMeshError(PoseNodesError):
    """A mesh file that is missing, empty, broken, or in another unit than it was said to be."""


class InvalidConfigError(PoseNodesError):
    """A configuration with an unknown key, a wrong type or a value out of range."""


class InvalidDatasetError(PoseNodesError):
    """A recorded sequence whose folder or files do not have the expected layout."""


class UnknownObjectError(PoseNodesError):
    """A class name or track id that the tracker does not know."""


class RegistrationError(PoseNodesError):
    """A registration that cannot be computed: too few points or correspondences, or a degenerate geometry."""
