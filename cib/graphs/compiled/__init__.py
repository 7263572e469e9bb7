"""Compiled kernels of the graphs package, each named after the file that calls it."""
