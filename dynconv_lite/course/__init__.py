"""What a notebook leans on: checks, widgets, plots, profiles, and the workflow behind it."""
