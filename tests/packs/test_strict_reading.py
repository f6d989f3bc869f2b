"""Anything at all in a file is read or refused, never a crash."""

import shutil
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from packs import loader, strict_yaml
from packs.loader import PackError
from packs.reading import read_file


def test_yes_no_and_on_are_words(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text('a: yes\nb: no\non: off\nc: 1.5\nd: 007\ne: "1"\nf: true\ng: ~\nh: -3\n')
    assert read_file(path, "a.yaml").value == {
        "a": "yes",
        "b": "no",
        "on": "off",
        "c": "1.5",
        "d": "007",
        "e": "1",
        "f": True,
        "g": None,
        "h": -3,
    }


def test_the_parser_in_python_refuses_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(yaml, "CSafeLoader")
    assert strict_yaml.parse("a: {b: [1, x]}", "a.yaml") == {"a": {"b": [1, "x"]}}
    for text, reason in [("a: [", "not written as YAML"), ("a: \x07", "not written as YAML"), ("a: &x 1", "anchor")]:
        with pytest.raises(PackError, match=reason):
            strict_yaml.parse(text, "a.yaml")


@given(st.one_of(st.binary(max_size=200), st.text(alphabet="ab:-[]{}&*!#|>'\"\n ?,%@~", max_size=80).map(str.encode)))
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_bytes(content)
    try:
        node = read_file(path, "any.yaml")
    except PackError as caught:
        refused = caught
    else:
        assert isinstance(node.value, dict)
        return
    assert refused.file == "any.yaml"
    assert refused.reason


CONTENTS = {
    (version, file): (version / file).read_text(encoding="utf-8").splitlines()
    for version in (loader.DATA / "camden_2012" / "v1", loader.DATA / "camden_2021" / "v1")
    for file in loader.FILES
}


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_damaged_line_is_accepted_or_refused_but_never_a_crash(folder: Path, data: st.DataObject) -> None:
    file = data.draw(st.sampled_from(loader.FILES))
    lines = list(CONTENTS[loader.DATA / "camden_2021" / "v1", file])
    at = data.draw(st.integers(0, len(lines) - 1))
    junk = st.sampled_from(["", "[]", "{}", "- 1", "x: y", "null", "true", "12", "a: {b: [c]}", "  - {code: a}", "'"])
    kept = lines[at].split(":")[0]
    lines[at] = data.draw(st.one_of(junk, junk.map(lambda new: f"{kept}: {new}")))
    (folder / file).write_text("\n".join(lines), encoding="utf-8")
    refused = None
    try:
        loader.load_folder(folder)
    except PackError as caught:
        refused = caught
    shutil.copy(loader.DATA / "camden_2021" / "v1" / file, folder / file)
    assert refused is None or refused.file.startswith("camden_2021/v1/")
