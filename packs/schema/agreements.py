"""The acceptable use agreements that ship with a pack."""

from dataclasses import dataclass
from typing import Literal, get_args

Signer = Literal["pupil", "parent", "staff", "governor", "visitor"]
SIGNERS: tuple[Signer, ...] = get_args(Signer)
Stage = Literal["EYFS", "KS1", "KS2", "KS3", "KS4", "KS5"]
STAGES: tuple[Stage, ...] = get_args(Stage)


@dataclass(frozen=True, slots=True)
class Clause:
    """One sentence of an agreement. The id (`pupil_ks2.3`) stays when the words are edited."""

    id: str
    text: str
    heading: str = ""


@dataclass(frozen=True, slots=True)
class Consent:
    """A yes or no that a parent gives beside the signature; never pre-ticked."""

    code: str
    text: str
    needed_for_access: bool = False


@dataclass(frozen=True, slots=True)
class Agreement:
    """An acceptable use agreement as it ships; a school edits its own copy."""

    code: str
    title: str
    audience: Signer
    stages: tuple[Stage, ...]
    """Key stages it is for; empty where it is not about a pupil's age."""
    signed_by: tuple[Signer, ...]
    """Everybody in it must sign before there is access."""
    acknowledged_by: tuple[Signer, ...]
    reading_age: int | None
    preamble: str
    clauses: tuple[Clause, ...]
    """Complete: what it takes over from `based_on` is in it."""
    consents: tuple[Consent, ...]
    based_on: str | None


@dataclass(frozen=True, slots=True)
class AgreementRules:
    """When and how agreements are signed, renewed and kept."""

    renewal_months: int
    aligned_to: str
    also_when: str
    access: str
    staff: str
    pupils_who_move_stage: str
    evidence_kept: tuple[str, ...]
    copies: str
    paper: str
    languages: str
