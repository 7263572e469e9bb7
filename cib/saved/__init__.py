"""Save a detection as a folder of files, and read it."""
