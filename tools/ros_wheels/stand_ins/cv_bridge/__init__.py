"""Stand-in for ROS 2's cv_bridge for Python: Image messages as arrays and back, without compressed images."""

from ._bridge import CvBridge
from ._errors import CvBridgeError

__all__ = ["CvBridge", "CvBridgeError"]
