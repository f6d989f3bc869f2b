"""The shape of what is typed into the pages about incidents. Forms never save; rules.answers judges what they say."""
