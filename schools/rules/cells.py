"""What may stand in a cell of an exported table: text that no spreadsheet takes for a formula (threat T16)."""

import re
import unicodedata

# What starts a formula, or lets one start in the next cell. Full-width and other compatibility forms are folded before.
_STARTERS = frozenset("=+-@\t\r\n")
# Looks of minus and plus that folding leaves alone, and that some programs read as the sign.
_LOOKALIKES = frozenset("−‐‑‒–—⁻₋⁺₊⁼₌")  # noqa: RUF001 - these are the characters meant
_QUOTES = frozenset("\"'`´‘’‚‛“”„‟«»‹›")  # noqa: RUF001 - these are the characters meant
# Control characters that XML 1.0, and so an XLSX file, cannot hold; and halves of surrogate pairs.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
CELL_MAX_LENGTH = 32_000
_CUT = " […]"


def safe_cell(text: str) -> str:
    """The text as a cell may hold it: with an apostrophe before it when a program could take it for a formula.

    The first character that counts is looked at, behind spaces, quotation marks and invisible characters, and in
    full-width forms too. Characters that no XLSX file can hold are replaced by U+FFFD; a text longer than a cell
    holds is cut and says so. Pure; the same text always gives the same cell.
    """
    text = _writable(text)
    return f"'{text}" if _starts_like_a_formula(text) else text


def name_cell(text: str) -> str:
    """A name or a class as a cell may hold it: with an apostrophe before it unless it begins with a letter or a digit.

    Stricter than ``safe_cell``: full-width signs, quotation marks and invisible characters are neither, so nothing
    hides behind them, and no name begins with one. Pure.
    """
    text = _writable(text)
    return text if not text or text[0].isalnum() else f"'{text}"


def _writable(text: str) -> str:
    text = _UNWRITABLE.sub("\ufffd", text)
    return text if len(text) <= CELL_MAX_LENGTH else text[: CELL_MAX_LENGTH - len(_CUT)] + _CUT


def _starts_like_a_formula(text: str) -> bool:
    for each in text:
        folded = unicodedata.normalize("NFKC", each)[:1]
        if folded in _STARTERS or each in _LOOKALIKES:
            return True
        if (
            each in _QUOTES
            or each == "\ufffd"
            or folded.isspace()
            or unicodedata.category(each) in {"Cf", "Cc", "Zs", "Mn"}
        ):
            continue
        return False
    return False
