"""What a depth camera and a colour camera make of exact images; one effect a file."""
