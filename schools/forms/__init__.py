"""The shape of what is typed into the pages about schools and people, by noun. Forms never save."""
