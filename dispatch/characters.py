"""Text made fit for the printed page: what a font cannot show, or would hide, is written out.

A name may hold characters that turn the reading direction or take no room, a message may hold emoji or another
script. On paper an invisible character could make a text read as another one, and a missing glyph is an empty box
that says nothing; both are replaced by what they are, in square brackets.
"""

import unicodedata
from collections.abc import Container, Iterator
from itertools import groupby

# Joiners, variants and skin tones inside an emoji: they say nothing once it is written out.
_EMOJI_GLUE = frozenset("\u200d\ufe0e\ufe0f\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff")
_HIDDEN = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"})
_SYMBOLS = frozenset({"So", "Sk", "Sm", "Sc"})


def written_out(text: str, glyphs: Container[int]) -> str:
    """The text with nothing in it that `glyphs` (code points) has not: `[grinning face]`, `[U+4E2D U+6587]`.

    Line feeds stay. Tabs and other kinds of space become a space.
    """
    text = unicodedata.normalize("NFC", text)
    if all(_is_plain(character, glyphs) for character in set(text)):
        return text
    pieces: list[str] = []
    for kind, run in groupby(_kinds(text, glyphs), key=lambda each: each[0]):
        characters = [character for _, character in run]
        match kind:
            case "plain":
                pieces.extend(characters)
            case "space":
                pieces.append(" " * len(characters))
            case "symbol":
                pieces.append(f"[{', '.join(_names(characters))}]")
            case _:
                pieces.append(f"[{' '.join(f'U+{ord(each):04X}' for each in characters)}]")
    return "".join(pieces)


def _names(characters: list[str]) -> list[str]:
    """What the symbols are called; a skin tone that stands alone has its name too."""
    said = [each for each in characters if each not in _EMOJI_GLUE] or characters
    return [unicodedata.name(each, f"U+{ord(each):04X}").lower() for each in said]


def _kinds(text: str, glyphs: Container[int]) -> Iterator[tuple[str, str]]:
    before = ""
    for character in text:
        before = _kind(character, glyphs, before)
        yield before, character


def _kind(character: str, glyphs: Container[int], before: str) -> str:
    if _is_plain(character, glyphs):
        return "plain"
    category = unicodedata.category(character)
    if category == "Zs" or character == "\t":
        return "space"
    if category in _SYMBOLS or (before == "symbol" and character in _EMOJI_GLUE):
        return "symbol"
    return "code"


def _is_plain(character: str, glyphs: Container[int]) -> bool:
    return character == "\n" or (ord(character) in glyphs and unicodedata.category(character) not in _HIDDEN)
