"""What was tried and refused too often: for whoever answers for the school's log-ins."""
