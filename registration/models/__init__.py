"""Windows, candidates, applications and bans."""

from registration.models.applications import Application, ApplicationLog, Ban, Evidence, RollOver
from registration.models.candidates import Candidate, Education, HeldCertificate, ProfessionalTitle, WorkPeriod
from registration.models.windows import CalendarPattern, Window

__all__ = [
    "Application",
    "ApplicationLog",
    "Ban",
    "CalendarPattern",
    "Candidate",
    "Education",
    "Evidence",
    "HeldCertificate",
    "ProfessionalTitle",
    "RollOver",
    "Window",
    "WorkPeriod",
]
