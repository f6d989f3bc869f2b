"""Reads over schools and people, by noun."""

from schools.selectors.families import relatives
from schools.selectors.posts import appointments_waiting
from schools.selectors.school import (
    PersonFound,
    PostHolder,
    acting_holders,
    adopted_pack,
    coordinator_name,
    entering_viewer,
    find_people,
    pack_of,
    people_by_id,
    post_holders,
    school_of,
    school_settings,
    schools_of,
    standing,
    viewer_for,
)

__all__ = [
    "PersonFound",
    "PostHolder",
    "acting_holders",
    "adopted_pack",
    "appointments_waiting",
    "coordinator_name",
    "entering_viewer",
    "find_people",
    "pack_of",
    "people_by_id",
    "post_holders",
    "relatives",
    "school_of",
    "school_settings",
    "schools_of",
    "standing",
    "viewer_for",
]
