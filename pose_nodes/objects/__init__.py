"""The object library: from mesh files to models that can be looked for."""
