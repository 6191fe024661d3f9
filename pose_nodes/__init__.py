"""Real-time 6-DoF object pose tracking from RGB-D images and segmentation, for ROS 2."""

# Lets the generated pose_nodes.msg and pose_nodes.srv be found wherever they are installed, also when
# Python stands in the source tree.
__path__ = __import__("pkgutil").extend_path(__path__, __name__)

__version__ = "0.1.0"
