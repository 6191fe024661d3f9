"""The data that flows through the tracker, and the errors it may meet."""
