"""Reports: tables, files, pages and plots of a detection."""
