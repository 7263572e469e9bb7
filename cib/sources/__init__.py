"""The way in: files and frames become Activity, and an ImportReport accounts for every row."""
