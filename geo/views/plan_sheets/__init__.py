"""Sheets of the planners' part: chains, gaps and distances on paper, as their pages show them. No HTTP here."""
