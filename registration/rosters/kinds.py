"""正考 or 补考, and the subjects: what a row asks for, and whether the person's credits allow it (SPEC 9.3)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from registration.enums import ApplicationKind
from registration.resits import VALID_YEARS
from registration.rosters.faults import Fault
from registration.rosters.reading import Reading
from skilleval.catalogue.enums import SubjectKind

NEW, RESIT = ApplicationKind.NEW.value, ApplicationKind.RESIT.value
AS_NEW = "申报类型请填写正考，并清空补考科目"
GIVES_UP = "确认放弃的不需修改"


def read_kind(row: Reading, level: str, subjects: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """The kind of application and the subjects to sit; what doesn't go together becomes a fault."""
    named = row.values.get("resit_subjects", ())
    if row.values.get("kind") != RESIT:
        if named and "kind" not in row.bad:
            cure = f"补考的，申报类型请填写补考；不补考的，{AS_NEW}"
            row.stop("kind", "credits", "填写了补考科目，申报类型却不是补考", cure)
        return NEW, tuple(subjects)
    if level not in VALID_YEARS:
        row.stop("kind", "credits", "专项职业能力没有补考", AS_NEW)
    elif not named:
        row.stop("resit_subjects", "credits", "补考须填写补考科目", f"请填写：{words(subjects)}")
    elif not set(named) <= set(subjects):
        other = words(subject for subject in named if subject not in subjects)
        row.stop("resit_subjects", "credits", f"本项目没有{other}科目", f"请填写：{words(subjects)}")
    elif len(named) == len(subjects):
        row.stop("resit_subjects", "credits", "补考科目不能是全部科目", f"只填未合格的科目；全部重考的，{AS_NEW}")
    return RESIT, tuple(subject for subject in subjects if subject in named)


def credit_faults(kind: str, named: Sequence[str], subjects: Sequence[str], passed: Iterable[str]) -> list[Fault]:
    """What a person's live credits say to a row: `passed` are the subjects they cover (SPEC 9.3).

    A resit sits exactly what is missing; a new application gives the credits up, which the officer has to know.
    """
    done = [subject for subject in subjects if subject in set(passed)]
    left = [subject for subject in subjects if subject not in done]
    if kind != RESIT:
        return [_forfeits(done, left)] if done else []
    if not done:
        cure = f"{AS_NEW}；成绩在其他评价机构取得的，请向该机构申报补考"
        return [Fault("kind", "credits", "该人员在本评价机构没有可用于补考的合格成绩", cure)]
    if not left:
        return [Fault("kind", "credits", "该人员的各科目都有合格成绩，没有可补考的科目", AS_NEW)]
    if named and set(named) != set(left):
        return [
            Fault("resit_subjects", "credits", f"该人员应补考的科目是{words(left)}", f"补考科目请填写：{words(left)}")
        ]
    return []


def words(subjects: Iterable[str]) -> str:
    """Subjects as a cell names them."""
    return "、".join(str(SubjectKind(subject).label) for subject in subjects)


def _forfeits(done: Sequence[str], left: Sequence[str]) -> Fault:
    message = f"重新申报将放弃该人员{words(done)}的合格成绩"
    resit = f"要保留的，申报类型请填写补考、补考科目填写{words(left)}；" if left else ""
    return Fault("kind", "credits", message, f"{resit}{GIVES_UP}", stops=False)
