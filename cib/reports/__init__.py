"""What people take away: tables and files."""
