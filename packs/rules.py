"""What a pack says about the types and flags ticked on one incident."""

from collections.abc import Collection, Iterator

from packs.schema import FormField, Option, Pack, Step


def guidance_for(pack: Pack, types: Collection[str], flags: Collection[str]) -> tuple[Step, ...]:
    """What to do now, most urgent first, no step twice. Duty I1 (CC 4, CM 4, NS 11, PR flowchart).

    `types` are codes of the field `types`, `flags` the keys of single ticks that are ticked
    (`sexual_images`, `accidental`, …). The general steps are always there; codes that this edition
    does not have add nothing, since a page asks this before anything was checked.
    """
    guidance = pack.guidance
    wanted = guidance.general.union(
        *(guidance.types.get(code, ()) for code in types), *(guidance.flags.get(key, ()) for key in flags)
    )
    return tuple(step for step in guidance.steps if step.id in wanted)


def uploads_barred(pack: Pack, types: Collection[str], flags: Collection[str]) -> str | None:
    """Why no file may be added, in words for the user; None where files may be.

    Duties P7, P8 (NS 11.2, NS 11.3, CM 4.6).
    """
    if any(each.uploads_barred for each in _ticked(pack, types, flags)):
        return pack.form.uploads_barred_reason
    return None


def is_serious(pack: Pack, types: Collection[str], flags: Collection[str]) -> bool:
    """Whether the head teacher and the safeguarding lead must know.

    Duties R6, P1, P7 to P10 (CC 4.1, CM 4.1, PR flowchart, NS 11).
    """
    return any(each.serious for each in _ticked(pack, types, flags))


def _ticked(pack: Pack, types: Collection[str], flags: Collection[str]) -> Iterator[Option | FormField]:
    yield from (option for option in pack.form.field("types").options if option.code in types)
    yield from (flag for flag in pack.form.flags if flag.key in flags)
