"""What stands where: a recipe for each kind of room."""
