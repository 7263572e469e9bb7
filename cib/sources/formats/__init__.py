"""Formats, one file each: how their tables or records are recognised and read."""
