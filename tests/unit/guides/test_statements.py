"""One sentence at a time: what the checker finds in it and how it judges that."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml

from scrubjay.guides.check_text import GuideCheck, check_document
from scrubjay.guides.said import TextVerdict
from scrubjay.guides.text_file import Builder
from scrubjay.reference import Reference

ON = date(2026, 11, 26)
CASES = yaml.safe_load((Path(__file__).parent / "statements.yaml").read_text(encoding="utf-8"))
BAD = (TextVerdict.FALSE, TextVerdict.OUTDATED, TextVerdict.MISLEADING)
WORST = (*BAD, TextVerdict.CANNOT_TELL, TextVerdict.TRUE)


def judged(text: str, page: str | None = None) -> GuideCheck:
    builder = Builder("guide.txt", "txt")
    if page:
        builder.add("heading", f"{page}", line=1)
    builder.add("paragraph", text, line=2)
    return check_document(builder.done(), Reference.starter(), on=ON, as_of=ON)


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["text"][:70])
def test_statement(case) -> None:
    found = [s for s in judged(case["text"], case.get("page")).statements if s.place]
    told = [(s.kind, str(s.verdict), s.said) for s in found]
    if case.get("none"):
        assert not [t for t, s in zip(told, found, strict=True) if s.verdict in BAD], told
        return
    wanted = {k: v for k, v in case.items() if k not in ("text", "page", "none")}
    for kind, verdict in wanted.items():
        of_kind = [s.verdict for s in found if s.kind == kind]
        worst = next((str(v) for v in WORST if v in of_kind), "nothing found")
        assert worst == verdict, told
