"""Between Image messages and arrays."""

from __future__ import annotations

from array import array

import numpy as np
from numpy.typing import NDArray
from sensor_msgs.msg import Image
from std_msgs.msg import Header

from ._conversion import convert
from ._encodings import parse, plain_name
from ._errors import CvBridgeError


class CvBridge:
    """Converts images; it has no state."""

    def imgmsg_to_cv2(self, img_msg: Image, desired_encoding: str = "passthrough") -> NDArray[np.generic]:
        """Pixels (height, width) or (height, width, channels), in native byte order and without padding.

        Raises:
            CvBridgeError: an encoding is unknown, or the conversion is not supported.
        """
        image = _pixels(img_msg)
        if desired_encoding == "passthrough":
            return image
        return convert(image, img_msg.encoding, desired_encoding)

    def cv2_to_imgmsg(
        self, cvim: NDArray[np.generic], encoding: str = "passthrough", header: Header | None = None
    ) -> Image:
        """A message with the values and the byte order of ``cvim``.

        Args:
            encoding: what the values mean; "passthrough" says their type alone.

        Raises:
            CvBridgeError: the type of the values is not that of ``encoding``.
            TypeError: ``cvim`` is no array.
        """
        if not isinstance(cvim, np.ndarray):
            raise TypeError("Your input type is not a numpy array")
        kind = plain_name(cvim.dtype, 1 if cvim.ndim < 3 else cvim.shape[2])
        name = kind if encoding == "passthrough" else encoding
        wanted = parse(name)
        if plain_name(wanted.dtype, wanted.channels) != kind:
            raise CvBridgeError(f"encoding specified as {name}, but image has incompatible type {kind}")
        message = Image(height=cvim.shape[0], width=cvim.shape[1], encoding=name)
        if header is not None:
            message.header = header
        message.is_bigendian = int(cvim.dtype.byteorder == ">")
        message.step = cvim.nbytes // cvim.shape[0]
        message.data = array("B", cvim.tobytes())
        return message


def _pixels(message: Image) -> NDArray[np.generic]:
    """A copy of the pixels, whatever the byte order and the length of the rows in the message."""
    encoding = parse(message.encoding)
    stored = encoding.dtype.newbyteorder(">" if message.is_bigendian else "<")
    rows = np.frombuffer(message.data, np.uint8, message.height * message.step).reshape(message.height, -1)
    used = np.ascontiguousarray(rows[:, : message.width * encoding.channels * stored.itemsize])
    shape = (message.height, message.width, encoding.channels)
    image = used.view(stored).reshape(shape if encoding.channels > 1 else shape[:2])
    return image.astype(encoding.dtype)
