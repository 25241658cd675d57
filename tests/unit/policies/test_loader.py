"""Reading policy files: broken ones give one clear line, shipped ones load."""

from __future__ import annotations

import pytest

from scrubjay.errors import PolicyError
from scrubjay.policies import PolicySet, load_policy_file
from scrubjay.policies.loader import shipped_policies


def refusal(path):
    with pytest.raises(PolicyError) as caught:
        load_policy_file(path)
    assert "\n" not in caught.value.one_line()
    return caught.value


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("id: [mine\nname: x\n", 2, "is no valid YAML"),
        ("id: mine\n\tname: x\n", 2, "is no valid YAML"),
        ("id: &a [*b]\n", 1, "is no valid YAML"),
        ("id: !!python/object:os.system x\n", 1, "is no valid YAML"),
        ("a: 1\n---\nb: 2\n", 2, "is no valid YAML"),
        ("", 1, "holds no policy"),
        ("- id: mine\n", 1, "holds no policy"),
        ("mine", 1, "holds no policy"),
        ("id: mine\nname: Mine\nid: yours\n", 3, "id stands twice"),
        ("parameters:\n  requires_ndc: []\n  requires_ndc: []\n", 3, "requires_ndc stands twice"),
        ("[a, b]: c\n", 1, "is no valid YAML"),
        ("1: c\n", 1, "is missing"),
    ],
)
def test_a_broken_file(tmp_path, text, line, words):
    file = tmp_path / "mine.yaml"
    file.write_text(text, encoding="utf-8")
    error = refusal(file)
    assert error.where == f"{file}:{line}"
    assert words in error.what


def test_a_deeply_nested_file(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text("id: " + "[" * 20_000, encoding="utf-8")
    assert "nested" in refusal(file).what


def test_a_file_that_cannot_be_read(tmp_path):
    assert "cannot be read" in refusal(tmp_path / "none.yaml").what
    assert "cannot be read" in refusal(tmp_path).what
    (tmp_path / "binary.yaml").write_bytes(b"id: \xff\xfe")
    assert "UTF-8" in refusal(tmp_path / "binary.yaml").what


def test_shipped_packs_load():
    shipped = shipped_policies()
    assert {p.id for p in shipped} >= {"commercial", "medicaid", "medicare-part-a", "medicare-part-b"}
    assert [p.id for p in shipped] == sorted(p.id for p in shipped)
    assert all(p.match for p in shipped)
    assert set(PolicySet.base().ids) == {p.id for p in shipped}
