"""Names as people type them: "Mrs Whitlock", "farida  whitlock"."""

TITLES = frozenset({"mr", "mrs", "ms", "miss", "mx", "dr", "prof", "professor", "rev", "sir", "dame", "lady", "lord"})


def full_name(typed: str) -> str:
    """The name in lower case, its words one blank apart, without a title. Pure; raises nothing."""
    words = typed.lower().split()
    return " ".join(words[1:] if _has_title(words) else words)


def family_name(typed: str) -> str:
    """What is left of a title and a family name, in lower case; else empty. Pure; raises nothing."""
    words = typed.lower().split()
    return " ".join(words[1:]) if _has_title(words) else ""


def _has_title(words: list[str]) -> bool:
    return len(words) > 1 and words[0].rstrip(".") in TITLES
