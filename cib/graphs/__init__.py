"""Who touched whom: interaction graphs, co-action graphs, and what chance does not explain."""
