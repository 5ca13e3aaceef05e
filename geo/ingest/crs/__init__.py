"""Where foreign data lie: coordinate systems recognised, weighed, and coordinates found in columns."""
