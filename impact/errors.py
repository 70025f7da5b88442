"""Every error the project raises on purpose, and the finding each of them carries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One fault of the input: where it is, what was found, what is allowed, what to do.

    `code` is stable and explained offline by `cx-impact explain CODE`. `rows` holds up to three
    places of the fault in words ("row 12: customer_id=0042, score=11").
    """

    code: str
    place: str
    found: str
    allowed: str
    remedy: str
    rows: tuple[str, ...] = ()

    def line(self) -> str:
        """The finding as one sentence for the terminal."""
        examples = f" (for example {'; '.join(self.rows)})" if self.rows else ""
        return f"{self.code} {self.place}: {self.found}{examples}; allowed: {self.allowed}; {self.remedy}"


class ImpactError(Exception):
    """Root of the errors that a user can act on. `exit_code` is the command's."""

    exit_code = 2


class InputError(ImpactError):
    """The study, its plan or its tables are wrong: all findings at once, nothing was written."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(finding.line() for finding in self.findings))


class TooThinError(ImpactError):
    """The input is in order but cannot carry an answer; the sentence says what data would be enough."""

    exit_code = 1

    def __init__(self, code: str, sentence: str, enough: str) -> None:
        self.code = code
        self.sentence = sentence
        self.enough = enough
        super().__init__(f"{sentence} {enough}")
