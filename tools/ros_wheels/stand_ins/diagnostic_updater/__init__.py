"""Stand-in for ROS 2's diagnostic_updater for Python."""

from ._frequency import FrequencyStatus, FrequencyStatusParam
from ._status import DiagnosticStatusWrapper
from ._tasks import CompositeDiagnosticTask, DiagnosticTask, FunctionDiagnosticTask
from ._time_stamps import TimeStampStatus, TimeStampStatusParam
from ._topics import DiagnosedPublisher, HeaderlessTopicDiagnostic, TopicDiagnostic
from ._updater import Updater

__all__ = [
    "CompositeDiagnosticTask",
    "DiagnosedPublisher",
    "DiagnosticStatusWrapper",
    "DiagnosticTask",
    "FrequencyStatus",
    "FrequencyStatusParam",
    "FunctionDiagnosticTask",
    "HeaderlessTopicDiagnostic",
    "TimeStampStatus",
    "TimeStampStatusParam",
    "TopicDiagnostic",
    "Updater",
]
