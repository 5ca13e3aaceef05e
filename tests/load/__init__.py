"""Load: requests that cost much, thrown at a real server."""
