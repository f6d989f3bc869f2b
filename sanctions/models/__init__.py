"""Frameworks, cases, decisions and what follows from them."""

from sanctions.models.cases import Case, FactsRecord, Proposal
from sanctions.models.decisions import Decision, Restorative, Sanction, Warning
from sanctions.models.dry_runs import DryRun, DryRunChange
from sanctions.models.frameworks import FrameworkDraft, FrameworkVersion
from sanctions.models.letters import Letter, LetterCopy, LetterLink
from sanctions.models.tasks import Task

__all__ = [
    "Case",
    "Decision",
    "DryRun",
    "DryRunChange",
    "FactsRecord",
    "FrameworkDraft",
    "FrameworkVersion",
    "Letter",
    "LetterCopy",
    "LetterLink",
    "Proposal",
    "Restorative",
    "Sanction",
    "Task",
    "Warning",
]
