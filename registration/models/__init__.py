"""Windows, candidates, applications, groups and their rosters, claims, credits, resit schemes and bans."""

from registration.models.applications import Application, ApplicationLog, Ban, Evidence, RollOver, WalkIn
from registration.models.candidates import Candidate, Education, HeldCertificate, ProfessionalTitle, WorkPeriod
from registration.models.claims import Claim
from registration.models.credits import Credit
from registration.models.desk import Appointment, DeskClosure, ReviewReason
from registration.models.groups import (
    Group,
    OriginalsReceipt,
    PhotoPack,
    PreliminaryReview,
    Roster,
    RosterRow,
    Submission,
)
from registration.models.reinstatements import Reinstatement
from registration.models.schemes import ResitScheme, SubjectMapping
from registration.models.takeovers import TakeOver
from registration.models.windows import CalendarPattern, Window, WindowChange

__all__ = [
    "Application",
    "ApplicationLog",
    "Appointment",
    "Ban",
    "CalendarPattern",
    "Candidate",
    "Claim",
    "Credit",
    "DeskClosure",
    "Education",
    "Evidence",
    "Group",
    "HeldCertificate",
    "OriginalsReceipt",
    "PhotoPack",
    "PreliminaryReview",
    "ProfessionalTitle",
    "Reinstatement",
    "ResitScheme",
    "ReviewReason",
    "RollOver",
    "Roster",
    "RosterRow",
    "SubjectMapping",
    "Submission",
    "TakeOver",
    "WalkIn",
    "Window",
    "WindowChange",
    "WorkPeriod",
]
