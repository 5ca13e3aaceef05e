"""Documents of the planners' part: pages, tables, plots and calendars of the figures of geo/plan."""
