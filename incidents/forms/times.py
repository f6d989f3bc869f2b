"""Times of day as people type them."""

import re

_TYPED = re.compile(r"(\d{1,2})(?:[:.\s]?(\d{2}))?\s*(?:([ap])\.?m\.?)?", re.ASCII | re.IGNORECASE)


class NoTime(ValueError):
    """Not a time of day, or one that could be meant in two ways; the message says how to write it."""


def tidy_time(typed: str) -> str:
    """``14:02`` for ``14:02``, ``14.02``, ``1402`` and ``2.02pm``; nothing for nothing. Raises NoTime.

    ``2:02`` alone is asked about: in a school it is the afternoon more often than the night.
    """
    typed = typed.strip()
    if not typed:
        return ""
    found = _TYPED.fullmatch(typed)
    if found is None or (found[2] is None and found[3] is None):
        raise NoTime("Write the time as 14:02, or leave it empty if it is not known.")
    hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "").lower()
    if minute > 59 or hour > 23 or (half and not 1 <= hour <= 12):
        raise NoTime("There is no such time. Write it as 14:02, or leave it empty if it is not known.")
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    elif 1 <= hour <= 6 and len(found[1]) == 1:
        raise NoTime(f"Say which half of the day: {hour + 12}:{minute:02} or 0{hour}:{minute:02}.")
    return f"{hour:02}:{minute:02}"
