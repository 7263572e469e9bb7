"""Null models: the expected weight and the p-value of each edge."""
