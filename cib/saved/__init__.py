"""A detection as a folder of files."""
