"""Known vulnerabilities of all that is installed, by pip-audit; where no advisories can be had, the review stands.

    python .ci/audit.py PIP_AUDIT SITE_PACKAGES

Ends with 1 if there are any. Those that were looked at and accepted stand in ACCEPTED, with the reason.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping

ACCEPTED: dict[str, str] = {}
"""Names of advisories (PYSEC-…, GHSA-…, CVE-…) and why they do not matter here."""
REVIEWED = "No advisories could be reached; .ci/reviewed.txt stands, which tests/test_requirements.py holds to."


def told(report: str, accepted: Mapping[str, str]) -> tuple[str, bool]:
    """What a report of pip-audit comes to, in lines for people, and whether it is good.

    Args:
        report: its JSON; empty if it could not do its work.
        accepted: names of advisories that do not count.
    """
    try:
        found = json.loads(report)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return REVIEWED, True
    known = [one for one in found if "vulns" in one]  # the others are skipped: no such name or version at the service
    if not known:
        return REVIEWED, True
    lines = [
        f"{one['name']} {one['version']}: {flaw['id']}, mended in {', '.join(flaw['fix_versions']) or 'no version yet'}"
        for one in known
        for flaw in one["vulns"]
        if not {flaw["id"], *flaw.get("aliases", [])} & set(accepted)
    ]
    lines.append(f"{len(lines)} known vulnerabilities in {len(known)} of {len(found)} packages.")
    return "\n".join(lines), len(lines) == 1


def main(pip_audit: str, packages: str) -> int:
    """Run pip-audit on a folder of installed packages and say what came out."""
    command = [pip_audit, "--path", packages, "--format", "json", "--progress-spinner", "off"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        report = done.stdout
    except (OSError, subprocess.TimeoutExpired):
        report = ""
    said, good = told(report, ACCEPTED)
    sys.stdout.write(f"audit: {said}\n")
    return 0 if good else 1


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
