"""Where foreign data lie: coordinate systems recognised, and weighed against where they put the data."""
