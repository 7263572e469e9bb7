"""One file per format: how its tables or records are recognised and read."""
