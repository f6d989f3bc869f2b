"""Pages about schools, their people and posts, and of the service, by noun."""
