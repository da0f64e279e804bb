"""What a person brings to an application, as the eligibility rules read it (SPEC 4): facts, no judgment."""

import re
from dataclasses import dataclass, field
from datetime import date

#: How certificates are numbered: 22 characters on level certificates, 16 digits on old 职业资格 ones (SPEC 9.5).
CERTIFICATE_NUMBER = re.compile(r"[0-9A-Z]{22}|[0-9]{16}")


@dataclass(frozen=True)
class Job:
    """Work in one occupation from `start` up to, not including, `end`; None while it goes on."""

    code: str
    start: date
    end: date | None = None


@dataclass(frozen=True)
class HeldCertificate:
    """A level certificate, or an old 职业资格 certificate of that level (SPEC 4)."""

    code: str
    level: str
    issued: date


@dataclass(frozen=True)
class Study:
    """Schooling that may meet a clause. `school_class` exists at technical schools only.

    `validated` marks a 经评估论证 programme. A graduation dated later than the submission doesn't count; without a
    date the status alone is believed.
    """

    school: str
    school_class: str
    major: str
    status: str
    validated: bool = False
    graduated_on: date | None = None


@dataclass(frozen=True)
class Title:
    """A professional title (职称), or with `qualification` a 专业技术人员职业资格, which clause 1.2 doesn't admit."""

    grade: str
    obtained: date
    matches: bool
    qualification: bool = False


@dataclass(frozen=True)
class Background:
    """Everything a person states. An unknown birth date can't prove an age; unknown schooling bars nothing."""

    born: date | None
    intends_to_work: bool = False
    jobs: tuple[Job, ...] = ()
    certificates: tuple[HeldCertificate, ...] = ()
    studies: tuple[Study, ...] = ()
    titles: tuple[Title, ...] = ()
    schooling: str = ""


@dataclass(frozen=True)
class Target:
    """What is applied for: work and certificates count by occupation code, the work type doesn't matter (SPEC 4)."""

    code: str
    level: str
    related_codes: frozenset[str] = field(default_factory=frozenset)
    minimum_schooling: str = ""

    def counts(self, code: str) -> bool:
        """Whether an occupation is the target's own or a related one."""
        return code == self.code or code in self.related_codes
