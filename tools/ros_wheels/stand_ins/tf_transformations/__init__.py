"""Stand-in for tf_transformations: quaternions (x, y, z, w), Euler angles and 4x4 matrices."""

from ._euler import (
    euler_from_matrix,
    euler_from_quaternion,
    euler_matrix,
    quaternion_from_euler,
)
from ._matrices import (
    concatenate_matrices,
    identity_matrix,
    inverse_matrix,
    rotation_matrix,
    translation_from_matrix,
    translation_matrix,
)
from ._quaternions import (
    quaternion_about_axis,
    quaternion_conjugate,
    quaternion_from_matrix,
    quaternion_inverse,
    quaternion_matrix,
    quaternion_multiply,
    quaternion_slerp,
)

__all__ = [
    "concatenate_matrices",
    "euler_from_matrix",
    "euler_from_quaternion",
    "euler_matrix",
    "identity_matrix",
    "inverse_matrix",
    "quaternion_about_axis",
    "quaternion_conjugate",
    "quaternion_from_euler",
    "quaternion_from_matrix",
    "quaternion_inverse",
    "quaternion_matrix",
    "quaternion_multiply",
    "quaternion_slerp",
    "rotation_matrix",
    "translation_from_matrix",
    "translation_matrix",
]
