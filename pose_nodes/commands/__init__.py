"""The command line, one command a file; what needs ROS imports it when it runs."""
