"""Read files and data frames into an Activity, with an ImportReport that accounts for every row."""
