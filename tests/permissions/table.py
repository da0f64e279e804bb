"""The permission matrix of addresses.txt: every address but the models' own admin pages, and who gets what there.

Columns: anonymous; the owner of the application; a stranger (another candidate); an officer of an institution; `own`,
the six roles of the provider applied at; `rival`, the six roles of another provider; `over`, supervisor, authority,
centre and bureau; `admin`, the administrator.

Answers: ok; go (led onwards); login; 403; 404; 405. A role's name in `own`, or several with commas, are those that get
it (`>`: are led onwards), the others 403. Where roles differ more, `role+role=answer,…,answer` gives theirs and that of
all others.
POST: `any`, everybody is answered; `405`, nobody may post; `same`, whoever may look may post, and is answered, if only
with what to mend; `reads`, answered like a GET and changes nothing for anybody; a role: of `own` this role alone, the
others 403.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Any

from django.urls import reverse

from skilleval.accounts.enums import PROVIDER_ROLES
from tests.permissions.world import OVERSEERS, World

TABLE = Path(__file__).parent / "addresses.txt"

#: The keys of everybody there may be, as a page sends them that acts on several.
EVERY_KEY = ",".join(str(key) for key in range(1, 20_000))
#: What whoever may do something sends; everybody else tries with the same.
BODIES: dict[str, dict[str, Any]] = {
    "profile_row_remove": {"confirmed": "1"},
    "application_credits": {"kind": "new"},
    "application_appointment": {"cancel": "1"},
    "application_withdraw": {"reason": "个人原因"},
    "admin:window_take_back": {"reason": "重复登记"},
    "application_seat": {"needed": "yes"},
    "member_seat": {"needed": "yes"},
    "admin:desk_walk_in_seat": {"needed": "yes"},
    "admin:desk_send_back": {"reasons": "papers", "note": "请补正"},
    "admin:desk_reject": {"reasons": "papers", "note": "不符合"},
    "admin:desk_receive_original": {"on": "2026-04-07"},
    "admin:desk_whole_number": {"purpose": "核对原件"},
    "admin:desk_group_approve": {"keys": EVERY_KEY},
    "admin:desk_group_return": {"keys": EVERY_KEY, "words": "请补正"},
    "admin:desk_group_originals": {"keys": EVERY_KEY, "whose": "all", "on": "2026-04-07", "handed_in_by": "王经办"},
    "admin:desk_appointment_arrive": {"received": "1"},
    "admin:desk_appointment_cancel": {"reason": "窗口停电"},
    "admin:desk_unpaid": {"reason": "对账单中没有"},
    "admin:desk_undo": {"reason": "记错订单"},
    "admin:fees_receipt_return": {"amount": "1", "reason": "多缴"},
    "admin:fees_receipt_reverse": {"reason": "重复登记"},
    "admin:fees_refund_account": {"account": "62220001", "bank": "样本银行"},
    "admin:fees_refund_decide": {"decision": "refuse", "answer": "账户待核实"},
    "admin:fees_refund_record": {"paid_on": "2026-04-07", "bank_reference": "HD0001"},
    "admin:fees_refund_cancel": {"reason": "重复"},
    "admin:statement_columns_page": {"column_0": "value_on", "column_2": "incoming"},
    "admin:statement_decide_lines": {"to": "unrelated", "line": "1"},
    "admin:statement_line_page": {"to": "unrelated"},
    "admin:statement_commit_page": {"seen": "what an older page showed"},
    "admin:scheduling_examsession_staff": {"propose": "1"},
    "admin:scheduling_venue_hours": {"day_5": "08:30-17:00"},
    "admin:scheduling_venue_closures": {"first": "2026-05-01", "last": "2026-05-03", "reason": "检修"},
    "admin:scheduling_room_plan": {"step": "save", "plan": "座座座无"},
    "admin:scheduling_batch_cancel": {"reason": "考点停电"},
    "admin:scheduling_examsession_redraw": {"reason": "座位图更正"},
    "admin:scheduling_examsession_people": {"verb": "split", "people": "1"},
    "admin:scheduling_examsession_move": {
        "reason": "考点停电",
        "held_on": "2026-04-25",
        "starts_at": "09:00",
        "then": "refund",
    },
    "admin:marks_send_back_page": {"reason": "请核对"},
    "admin:marks_reopen_page": {"reason": "请核对"},
    "admin:certificates_ask_void": {"reason": "发错"},
    "admin:certificates_ask_replace": {"reason": "姓名更正"},
    "admin:certificates_decide": {"decision": "refuse", "answer": "证据不足"},
    "case_report_on": {"facts": "x", "clauses": "M-1.2", "found": "review"},
    "case_notify": {"facts": "x", "clauses": "M-1.2", "confirm": "1"},
    "case_hear": {"text": "x", "how": "desk", "confirm": "1"},
    "case_propose": {"kind": "dismiss", "reasons": "x", "on_defence": "y", "confirm": "1", "seen": "dismiss"},
    "case_serve": {"how": "desk", "on": "2026-04-08", "confirm": "1"},
    "case_appeal_record": {"text": "x", "how": "desk", "confirm": "1"},
    **{f"case_{step}": {"reason": "理由", "confirm": "1"} for step in ("return", "dismiss", "uphold", "lift")},
    "case_suspend": {"reason": "证据待查", "confirm": "1"},
    "my_case_defence": {"text": "不是这样的"},
    "my_case_appeal": {"text": "处理过重"},
    "admin:message_words": {"subject": "请缴费", "body": "请尽快缴费。"},
    "admin:message_template_words": {"subject": "请缴费", "body": "{缴费截止}缴 {应缴金额}。", "save": "1"},
    "admin:institution_refuse": {"reason": "证照不清晰"},
    "admin:institution_suspend": {"reason": "证照过期"},
    "admin:institution_invite": {"contact": "colleague@example.test"},
    "admin:institution_phone": {"purpose": "核对经办人"},
    "admin:institution_amend": {"name": "更名后的培训学校", "kind": "training"},
    "institution_contact": {"contact_name": "联系人", "contact_phone": "13800009005"},
    "officer_invite": {"contact": "colleague@example.test"},
    "group_pass": {"scope": "all", "sign": "2", "agreed": "on"},
    "member_withdraw": {"reason": "离校"},
    "group_reference": {"reference": "SH2026-1"},
    "account_login": {"login": "nobody@example.test", "password": "wrong-wrong-wrong"},
}
#: What looking writes: a ticket's first fetching, and the audit event of a form with the whole number on it.
LOOKING_WRITES = {
    "admin:registration_claim_document": {"core_auditevent"},
    "ticket_page": {"scheduling_admissionticket", "scheduling_ticketfetch"},
    "ticket_pdf": {"scheduling_admissionticket", "scheduling_ticketfetch"},
    "ticket_bundle": {"core_auditevent", "scheduling_admissionticket", "scheduling_ticketfetch"},
    "application_form_pdf": {"core_auditevent"},
    "admin:desk_walk_in_form": {"core_auditevent"},
    "member_form": {"core_auditevent"},
    "group_forms": {"core_auditevent"},
    "group_seats": {"core_auditevent"},
    **{f"admin:scheduling_examsession_{of}": {"core_auditevent"} for of in ("sheets", "sheet", "sheets_file")},
    "admin:scheduling_examsession_group_list": {"core_auditevent"},
    "group_returned_book": {"core_auditevent"},
    "admin:fees_overview_xlsx": {"core_auditevent"},
    "admin:fees_month_xlsx": {"core_auditevent"},
    "admin:fees_month_pdf": {"core_auditevent"},
    "certificate_pdf": {"core_auditevent"},
    "decision_letter": {"core_auditevent"},
    "lifting_letter": {"core_auditevent"},
}
#: The few answers with a whole document number, each an audit event.
WHOLE = {
    ("application_form_pdf", "GET"),
    ("admin:desk_walk_in_form", "GET"),
    ("member_form", "GET"),
    ("group_forms", "GET"),
    ("group_returned_book", "GET"),
    ("group_city", "POST"),
    ("decision_letter", "GET"),
    ("lifting_letter", "GET"),
    ("admin:desk_whole_number", "POST"),
    ("admin:takeover_report_file", "POST"),
    ("ban_load_report", "POST"),
    ("admin:institution_phone", "POST"),
    ("certificate_pdf", "GET"),
    ("admin:certificates_print_one", "POST"),
}
#: Likewise the one action of a list that gives out papers.
WHOLE_ACTIONS = {"print_selected"}


@dataclass(frozen=True)
class Row:
    """A line of the table."""

    name: str
    of: str
    answers: tuple[str, ...]  # in the order of COLUMNS
    post: str

    def __str__(self) -> str:
        return f"{self.name} {self.of}".removesuffix(" -")

    def address(self, world: World) -> str:
        return reverse(self.name, args=[_argument(world, part) for part in self.of.split("/") if part != "-"])

    def expected(self, actor: str) -> str:
        """What a GET answers to an actor."""
        column, _, role = actor.partition(" ")
        answer = self.answers[COLUMNS[column if role else actor]]
        if "=" in answer:
            return _of_role(answer, role or actor)
        named = answer.removesuffix(">").split(",")
        if set(named) <= set(PROVIDER_ROLES):
            gets = "go" if answer.endswith(">") else "ok"
            return gets if role in named else "403"
        return answer

    def expected_of_post(self, actor: str) -> tuple[str, ...]:
        """What a POST may answer. A page that takes none may say so before it asks whose it is."""
        seen = self.expected(actor)
        if self.post in PROVIDER_ROLES and actor.startswith("own "):
            return ANSWERED if actor == f"own {self.post}" else ("403",)
        if self.post == "405":
            return ("405",) if seen in ANSWERED else (seen, "405")
        return ANSWERED if seen in ANSWERED or self.post == "any" else (seen,)


COLUMNS = {"anonymous": 0, "owner": 1, "stranger": 2, "officer": 3, "own": 4, "rival": 5, "administrator": 7} | {
    role.value: 6 for role in OVERSEERS
}
#: Somebody who may post is answered, if only with what to mend.
ANSWERED = ("ok", "go", "400", "422")


def rows() -> list[Row]:
    """The table's lines."""
    return [Row(line[0], line[1], tuple(line[2:10]), line[10]) for line in lines_of(TABLE, 11)]


def lines_of(table: Path, columns: int) -> list[list[str]]:
    """The words of a table's lines, without comments."""
    lines = [line.split() for line in table.read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]
    assert all(len(line) == columns for line in lines), [line for line in lines if len(line) != columns]
    return lines


def _of_role(answer: str, role: str) -> str:
    """What a role gets of `role+role=answer,…,answer`."""
    *given, others = answer.split(",")
    pairs = [pair.split("=") for pair in given]
    return next((word for roles, word in pairs if role in roles.split("+")), others)


def _argument(world: World, part: str) -> Any:
    """`=word` is the word itself; `thing.field` is read from the world."""
    if part.startswith("="):
        return part[1:]
    thing, *path = part.split(".")
    return reduce(getattr, path, world.things[thing])
