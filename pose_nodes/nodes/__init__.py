"""The executables: one node a file, each thin."""
