"""The shape of what people type and choose when they sign."""
