"""Codes are stored and labels are not, so a code must go on meaning what it meant in earlier packs."""

from collections.abc import Iterable

from packs.reading import PackError
from packs.schema import Pack


def refuse_changed_meanings(packs: Iterable[Pack]) -> None:
    """Compares each pack with those before it (by code, then version), where a change can be detected.

    An option asks for a text in all packs or in none; a duty stays in its area; and a later version
    of the same pack does not open uploads that an earlier one barred. Raises PackError.
    """
    specify: dict[tuple[str, str], tuple[bool, str]] = {}
    areas: dict[str, tuple[str, str]] = {}
    barred: dict[tuple[str, str], str] = {}
    for pack in packs:
        folder = f"{pack.code}/v{pack.version}"
        for each in pack.form.fields():
            for option in each.options:
                asks = option.specify_key is not None
                asked, where = specify.setdefault((each.key, option.code), (asks, folder))
                if asks != asked:
                    change = "asks for a text here, but not" if asks else "asks for no text here, but does"
                    raise PackError(
                        f"{folder}/form.yaml",
                        f"{each.key}.{option.code}.specify",
                        f"the option {change} in {where}; a changed meaning needs a new code.",
                    )
                _refuse_opened(pack, f"{each.key}.{option.code}", option.uploads_barred, folder, barred)
            _refuse_opened(pack, each.key, each.uploads_barred, folder, barred)
        for duty in pack.duties:
            area, where = areas.setdefault(duty.id, (duty.area, folder))
            if duty.area != area:
                raise PackError(
                    f"{folder}/duties.yaml",
                    f"{duty.area}.{duty.id}",
                    f"the duty stands under “{area}” in {where}; a changed meaning needs a new id.",
                )


def _refuse_opened(pack: Pack, key: str, is_barred: bool, folder: str, barred: dict[tuple[str, str], str]) -> None:
    name = (pack.code, key)
    if is_barred:
        barred.setdefault(name, folder)
    elif name in barred:
        raise PackError(
            f"{folder}/form.yaml",
            f"{key}.uploads_barred",
            f"uploads were barred in {barred[name]}; a later version cannot open them.",
        )
