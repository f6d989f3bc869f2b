"""Schools, their people, and who holds which post."""

from schools.models.people import Person, Pupil, StaffRecord
from schools.models.school import PackAdoption, School, Term
from schools.models.users import Membership, Post, User

__all__ = ["Membership", "PackAdoption", "Person", "Post", "Pupil", "School", "StaffRecord", "Term", "User"]
