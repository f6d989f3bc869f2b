"""The demonstration's incidents: stories as data, and the writer that puts them into the past."""
