"""When a log-in counts as one that nobody uses, and how soon it can begin anew again."""

from datetime import timedelta

# So long without a log-in, and somebody should ask whether it is still wanted (threat T8).
UNUSED_DAYS = 90
# A link that was sent so lately is not sent again: the mail is on its way.
RENEWED_AGAIN_AFTER = timedelta(minutes=10)
