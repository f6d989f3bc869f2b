"""Schools, their people, who holds which post, and what it takes two people to change."""

from schools.models.appointing import Appointment
from schools.models.emergency import EmergencyAccess
from schools.models.families import Guardian
from schools.models.officer import OfficerChange
from schools.models.people import Person, Pupil, StaffRecord
from schools.models.school import PackAdoption, School, Term
from schools.models.users import Membership, Post, User, in_force

__all__ = [
    "Appointment",
    "EmergencyAccess",
    "Guardian",
    "Membership",
    "OfficerChange",
    "PackAdoption",
    "Person",
    "Post",
    "Pupil",
    "School",
    "StaffRecord",
    "Term",
    "User",
    "in_force",
]
