"""Between ROS 2 and the library: messages, parameters, QoS, synchronisation, TF and diagnostics.

Only this package and `pose_nodes.nodes` import rclpy or a message.
"""
