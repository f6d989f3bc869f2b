"""Agreements and their versions, the register of signatures, links, class sessions, campaigns, what follows of it."""

from aup.models.agreements import AgreementSettings, AgreementVersion, Draft, Withdrawal
from aup.models.bundles import Bundle
from aup.models.campaigns import Campaign, Invitation
from aup.models.follow_ups import FollowUp
from aup.models.links import SigningLink
from aup.models.sessions import ClassSession
from aup.models.signatures import Scan, Signature

__all__ = [
    "AgreementSettings",
    "AgreementVersion",
    "Bundle",
    "Campaign",
    "ClassSession",
    "Draft",
    "FollowUp",
    "Invitation",
    "Scan",
    "Signature",
    "SigningLink",
    "Withdrawal",
]
