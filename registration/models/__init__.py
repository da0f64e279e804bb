"""Windows, candidates, applications, credits, resit schemes and bans."""

from registration.models.applications import Application, ApplicationLog, Ban, Evidence, RollOver
from registration.models.candidates import Candidate, Education, HeldCertificate, ProfessionalTitle, WorkPeriod
from registration.models.credits import Credit
from registration.models.reinstatements import Reinstatement
from registration.models.schemes import ResitScheme, SubjectMapping
from registration.models.windows import CalendarPattern, Window

__all__ = [
    "Application",
    "ApplicationLog",
    "Ban",
    "CalendarPattern",
    "Candidate",
    "Credit",
    "Education",
    "Evidence",
    "HeldCertificate",
    "ProfessionalTitle",
    "Reinstatement",
    "ResitScheme",
    "RollOver",
    "SubjectMapping",
    "Window",
    "WorkPeriod",
]
