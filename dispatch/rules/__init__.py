"""Pure decisions of the outbox: where a message may go next, when it is tried again, and how that is said."""
