"""`scrubjay reference update` as a user calls it. No test asks anything beyond this machine."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

LIMITS = """Payment Allowance Limits for Medicare Part B Drugs,,,,,,,,,,
"Effective January 1, 2026 through March 31, 2026",,,,,,,,,,
HCPCS Code,Short Description,HCPCS Code Dosage,Payment Limit,Co-insurance Percentage,Vaccine AWP%,Vaccine Limit,\
Blood AWP%,Blood limit,Clotting Factor,Notes
J2919,Methylpred,5 MG,0.210,20,,,,,,
"""


@pytest.fixture
def served():
    """What a server on this machine gives, by path."""
    pages: dict[str, bytes] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = pages.get(self.path)
            self.send_response(200 if body is not None else 404)
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", pages
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def update(served, scrubjay, tmp_path):
    """Call `scrubjay reference update` with addresses on this machine."""
    url, _ = served
    (tmp_path / "addresses.yaml").write_text(
        f"""
licences: {{ama: Accept the terms of the AMA.}}
sources:
  - {{name: limits, title: Payment limits, period: quarter, addresses: ["{url}/{{month}}-{{year}}.csv"],
     page: "{url}/page", link: null, licence: ama, citation: a test, verified_on: unverified}}
  - {{name: free, title: A free list, period: none, addresses: ["{url}/free.csv"], page: "{url}/page", link: null,
     licence: null, citation: a test, verified_on: 2026-01-02}}
""",
        encoding="utf-8",
    )

    def call(*args):
        return scrubjay(
            "reference", "update", "--addresses", "addresses.yaml", "--downloads", "downloads", "--reference", "ref",
            "--on", "2026-02-01", *args, cwd=tmp_path,
        )  # fmt: skip

    return call


def test_fetch_load_and_look_up(update, served, scrubjay, tmp_path) -> None:
    served[1]["/january-2026.csv"] = LIMITS.encode()
    done = update("--only", "limits", "--accept-licence", "ama")
    assert (done.returncode, done.stderr) == (0, "")
    assert "fetched" in done.stdout
    assert "address unverified" not in done.stdout
    assert "Releases for 2026-02-01: 1 file fetched" in done.stdout
    found = scrubjay("code", "J2919", "--on", "2026-02-01", "--reference", "ref", "--json", cwd=tmp_path)
    limits = json.loads(found.stdout)["payment_limits"]
    assert [(f["values"]["payment_limit"], f["source"]["edition"]) for f in limits] == [("0.21", "2026-01")]


def test_json(update, served) -> None:
    served[1]["/january-2026.csv"] = LIMITS.encode()
    done = update("--json", "--accept-licence", "ama")
    body = json.loads(done.stdout)
    assert done.returncode == 3
    assert [(s["source"], s["outcome"], s["is_verified"]) for s in body["sources"]] == [
        ("limits", "downloaded", False), ("free", "not-found", True),
    ]  # fmt: skip
    assert body["on"] == "2026-02-01"
    assert [f["outcome"] for f in body["loaded"]["files"]] == ["loaded"]
    assert body["sources"][0]["bytes"] == len(LIMITS)
    assert len(body["sources"][0]["sha256"]) == 64


def test_a_licence_named_is_a_question_unnamed_a_remark(update, served, one_line) -> None:
    served[1]["/free.csv"] = LIMITS.encode()
    done = update()
    assert (done.returncode, done.stderr) == (0, "")
    assert "Not fetched: Accept the terms of the AMA." in done.stdout
    assert "1 waiting for a licence" in " ".join(done.stdout.split())
    done = update("--only", "limits")
    assert done.returncode == 2
    assert "--accept-licence" in one_line(done.stderr)


def test_a_page_in_place_of_the_file(update, served, one_line, tmp_path) -> None:
    served[1]["/free.csv"] = b"<!doctype html><html>Licence for use of CPT"
    done = update("--only", "free")
    assert done.returncode == 3
    assert "a web page with a licence notice came in place of the file" in one_line(done.stderr)
    assert not (tmp_path / "ref/manifest.json").exists()


def test_a_file_that_is_no_release(update, served, one_line) -> None:
    served[1]["/free.csv"] = b"a,b\n1,2\n"
    done = update("--only", "free")
    assert done.returncode == 3
    assert "nothing in it is a release of a known source" in one_line(done.stderr)


def test_dry_run_writes_nothing(update, tmp_path) -> None:
    done = update("--dry-run", "--accept-licence", "ama")
    assert done.returncode == 0
    assert "/january-2026.csv" in done.stdout
    assert done.stdout.count("[address unverified]") == 1
    assert "2 files would be looked for; nothing was asked" in done.stdout
    assert not (tmp_path / "downloads").exists()


def test_the_packaged_addresses_are_listed_as_unverified(scrubjay) -> None:
    done = scrubjay("reference", "update", "--list")
    assert done.returncode == 0
    assert "unverified" in done.stdout
    rows = json.loads(scrubjay("reference", "update", "--list", "--json").stdout)
    assert {"hcpcs", "asp-limits"} <= {r["name"] for r in rows}
    assert not any(r["is_verified"] for r in rows)


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["--only", "asp"], "no source is called 'asp'"),
        (["--accept-licence", "AMA"], "no licence is called 'AMA'"),
        (["--on", "2026"], "YYYY-MM-DD"),
        (["--addresses", "none.yaml"], "none.yaml: cannot be read"),
        (["--downloads", "ref"], "is the reference folder"),
        (["--downloads", "addresses.yaml", "--only", "free"], "addresses.yaml: cannot be made"),
    ],
)
def test_wrong_usage(update, one_line, args, says) -> None:
    done = update(*args)
    assert (done.returncode, done.stdout) == (2, "")
    assert says in one_line(done.stderr)
