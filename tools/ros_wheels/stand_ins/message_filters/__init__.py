"""Stand-in for ROS 2's message_filters for Python."""

from ._approximate_time_synchronizer import ApproximateTimeSynchronizer
from ._cache import Cache
from ._simple_filter import SimpleFilter
from ._subscriber import Subscriber
from ._time_synchronizer import TimeSynchronizer

__all__ = ["ApproximateTimeSynchronizer", "Cache", "SimpleFilter", "Subscriber", "TimeSynchronizer"]
