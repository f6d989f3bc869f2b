"""Which picture stands beside a rule on a poster: chosen by its words. Duty A7 (CC 3.3.3, CM 3.4.1, NS 5.1).

The pictures are of Font Awesome Free (CC BY 4.0); ``bin/assets`` puts them beside the poster's template by these names.
"""

import re

OTHERWISE = "rule"
# Our name of a picture to its name in Font Awesome's solid set.
PICTURES: dict[str, str] = {
    "accident": "circle-xmark",
    "camera": "camera",
    "click": "arrow-pointer",
    "device": "mobile-screen",
    "files": "folder",
    "friends": "user-group",
    "grown_up": "hands-holding-child",
    "home": "house",
    "kind": "heart",
    "lock": "lock",
    "mail": "envelope",
    "meet": "handshake-slash",
    "nasty": "shield-heart",
    "never": "ban",
    "rule": "circle-check",
    "search": "magnifying-glass",
    "seen": "eye",
    "shield": "shield-halved",
    "source": "copyright",
    "stop": "hand",
    "tell": "comment-dots",
}
# The first line of which a word begins a word of the rule. What is narrow stands before what is wide.
TABLE: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("meet", ("meet", "arrange to")),
    ("never", ("sexual", "offend", "humiliate", "crime")),
    ("camera", ("photo", "picture", "film", "video", "webcam")),
    ("source", ("copyright", "sources", "copy work")),
    ("shield", ("filter", "security", "get round")),
    ("seen", ("monitor", "the school can check", "may see", "is checked")),
    ("nasty", ("nasty", "bully", "bullied", "unkind")),
    ("accident", ("by accident", "unsuitable", "inappropriate")),
    ("stop", ("lost", "stop")),
    ("tell", ("frighten", "uncomfortable", "worr", "upset", "tell")),
    ("lock", ("password", "log-in", "secret")),
    ("device", ("phone and", "my phone follows", "mobile", "device", "tablet")),
    ("mail", ("email", "attachment", "open messages")),
    ("kind", ("kind", "polite", "respect", "nice")),
    ("home", ("phone number", "address", "where i live", "personal detail", "who i am")),
    ("search", ("search", "look for", "look things up", "find things")),
    ("click", ("click",)),
    ("friends", ("friend", "people i know")),
    ("files", ("files", "folder", "delete")),
    ("grown_up", ("grown-up", "adult", "teacher", "parent", "permission", "ask")),
)


def icon_of(text: str) -> str:
    """The name of the picture for a rule; a plain tick where no word of it is known. Pure; raises nothing."""
    said = " ".join(text.lower().split())
    for icon, beginnings in TABLE:
        if any(re.search(rf"\b{re.escape(each)}", said) for each in beginnings):
            return icon
    return OTHERWISE
