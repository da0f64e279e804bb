"""Roles (SPEC 12). A candidate is anybody with an account; every other role is a membership."""

from django.db import models


class Role(models.TextChoices):
    MANAGER = "manager", "机构负责人"
    REVIEWING = "reviewing", "资格审核"
    FINANCE = "finance", "财务"
    SCHEDULING = "scheduling", "考务排考"
    RESULTS = "results", "成绩"
    CERTIFICATES = "certificates", "证书"
    OFFICER = "officer", "院校/培训机构经办人"
    SUPERVISOR = "supervisor", "监管"
    AUTHORITY = "authority", "行业主管部门"
    CENTRE = "centre", "市职鉴中心"
    BUREAU = "bureau", "区人社局"
    ADMINISTRATOR = "administrator", "平台管理员"


#: Roles held at one provider.
PROVIDER_ROLES = (
    Role.MANAGER,
    Role.REVIEWING,
    Role.FINANCE,
    Role.SCHEDULING,
    Role.RESULTS,
    Role.CERTIFICATES,
)
#: Roles that work in the admin.
ADMIN_ROLES = (*PROVIDER_ROLES, Role.ADMINISTRATOR)
#: Roles that need a second factor.
STAFF_ROLES = (*ADMIN_ROLES, Role.SUPERVISOR, Role.AUTHORITY, Role.CENTRE, Role.BUREAU)


class InstitutionKind(models.TextChoices):
    SCHOOL = "school", "院校"
    TRAINING = "training", "社会培训机构"


class InstitutionState(models.TextChoices):
    APPLIED = "applied", "待核准"
    APPROVED = "approved", "已核准"
    REFUSED = "refused", "未核准"
    SUSPENDED = "suspended", "已暂停"


_S = InstitutionState
#: Who may move where: what was refused is corrected and judged again, what was suspended comes back.
INSTITUTION_MOVES: dict[str, frozenset[str]] = {
    _S.APPLIED: frozenset({_S.APPROVED, _S.REFUSED}),
    _S.REFUSED: frozenset({_S.APPLIED}),
    _S.APPROVED: frozenset({_S.SUSPENDED}),
    _S.SUSPENDED: frozenset({_S.APPROVED}),
}
#: States that carry the reason for them.
STATES_WITH_REASON = (_S.REFUSED, _S.SUSPENDED)
#: The tone of each state's tag.
INSTITUTION_TONES: dict[str, str] = {
    _S.APPLIED: "info",
    _S.APPROVED: "success",
    _S.REFUSED: "danger",
    _S.SUSPENDED: "warning",
}
