"""A finance clerk with a bank's file in the admin: upload, columns, each line's button, the commit, the result."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from fees.models import LedgerEntry, Order, Receipt, Statement
from fees.services.statement_booking import BOOK
from fees.services.statements import sums_to_book
from skilleval.accounts.enums import Role
from skilleval.core import clock
from skilleval.core.jobs import drain
from skilleval.core.models import AuditEvent, Job
from skilleval.journeys.desk.today import tasks_of
from tests.factories import ApplicationFactory, ProviderFactory, staff
from tests.fees.makers import order_for
from tests.fees.statements.bank_files import HEADER, text
from tests.fees.test_statements import NOW, row

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def clerk(client: Client) -> Client:
    """The browser of a provider's finance clerk."""
    client.force_login(staff(ProviderFactory(), Role.FINANCE))
    return client


@pytest.fixture
def orders(clerk: Client) -> list[Order]:
    provider = ProviderFactory._meta.model.objects.get()
    made = [ApplicationFactory(state="approved", offering__provider=provider) for _ in range(3)]
    return [order_for(application) for application in made]


def send(clerk: Client, *rows: tuple[str, ...]) -> Any:
    provider = ProviderFactory._meta.model.objects.get()
    content = SimpleUploadedFile("三月流水.csv", text(HEADER, *rows))
    answer = clerk.post(address("upload_page"), {"provider": provider.pk, "upload": content})
    drain()
    return answer


def address(page: str, *args: Any) -> str:
    return reverse(f"admin:statement_{page}", args=args)


def page(statement: Statement, query: str = "") -> str:
    return reverse("admin:fees_statement_change", args=[statement.pk]) + query


def ready(clerk: Client, *rows: tuple[str, ...]) -> Statement:
    send(clerk, *rows)
    return with_columns(clerk, Statement.objects.get())


def with_columns(clerk: Client, statement: Statement) -> Statement:
    columns = ("value_on", "outgoing", "incoming", "balance", "payer", "payer_account", "reference", "serial")
    chosen = {f"column_{place}": meaning for place, meaning in enumerate(columns)}
    assert clerk.post(address("columns_page", statement.pk), chosen).status_code == 302
    drain()
    return statement


def test_from_the_upload_to_the_result(clerk: Client, orders: list[Order]) -> None:
    one, short, other = orders
    send(clerk, row(1, "400", one.payer), row(2, "40", short.payer), row(3, "400", "某人", "请查收"))
    statement = Statement.objects.get()
    assert clerk.get(page(statement)).headers["Location"] == address("columns_page", statement.pk)
    polled = clerk.get(page(statement), headers={"HX-Request": "true"})
    assert polled.headers["HX-Redirect"] == address("columns_page", statement.pk)
    asked = clerk.get(address("columns_page", statement.pk))
    assert [field.initial for field in asked.context["form"].columns_of()] == [
        *("value_on", "outgoing", "incoming", "balance", "payer", "payer_account", "reference", "serial")
    ]
    with_columns(clerk, statement)
    shown = clerk.get(page(statement))
    assert [line.row.number for line in shown.context["lines"]] == [3, 4]
    assert "像是差了零" in shown.content.decode()
    clerk.post(address("decide_lines", statement.pk), {"take": f"{statement.lines.get(number=3).pk}:0"})
    line = statement.lines.get(number=4)
    found = clerk.get(address("line_page", statement.pk, line.pk), {"q": other.number})
    assert other.payer in found.content.decode()
    clerk.post(address("line_page", statement.pk, line.pk), {"order": other.pk})
    assert not Receipt.objects.exists()
    asked = clerk.get(address("commit_page", statement.pk))
    assert "3 笔 ¥840.00" in asked.content.decode()
    clerk.post(address("commit_page", statement.pk), {"seen": asked.context["book"].token})
    assert "正在入账" in clerk.get(page(statement)).content.decode()
    drain()
    done = clerk.get(page(statement)).content.decode()
    assert "3 笔 ¥840.00 已用于订单" in done
    assert "尚缺 ¥360.00" in done
    assert set(Order.objects.values_list("payer", "state")) == {
        *((one.payer, "paid"), (short.payer, "open"), (other.payer, "paid"))
    }
    assert LedgerEntry.objects.count() == 2


def test_a_commit_of_other_sums_than_were_shown_asks_again(clerk: Client, orders: list[Order]) -> None:
    statement = ready(clerk, row(1, "400", orders[0].payer))
    answer = clerk.post(address("commit_page", statement.pk), {"seen": "2/800.00/0/0"}, follow=True)
    assert "请核对新的笔数和金额" in answer.content.decode()
    assert not Receipt.objects.exists()


def test_several_lines_are_marked_at_once(clerk: Client, orders: list[Order]) -> None:
    statement = ready(clerk, row(1, "12", "某人"), row(2, "13", "某人"), row(3, "14", "某人"))
    keys = list(statement.lines.order_by("number").values_list("pk", flat=True))
    told = clerk.post(
        address("decide_lines", statement.pk) + "?state=doubtful", {"to": "unrelated", "line": keys[:2]}, follow=True
    )
    assert told.redirect_chain[-1][0].endswith("?state=doubtful")
    assert list(statement.lines.order_by("number").values_list("state", flat=True)) == [
        *("unrelated", "unrelated", "doubtful")
    ]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"to": "booked", "line": "1"},
        {"take": "x"},
        {"take": "1:²"},
        {"take": "0:0"},
        {"to": "known", "line": "9" * 30},
    ],
)
def test_what_makes_no_sense_is_said(clerk: Client, orders: list[Order], body: dict[str, str]) -> None:
    statement = ready(clerk, row(1, "12", "某人"))
    answer = clerk.post(address("decide_lines", statement.pk), body, follow=True)
    assert [message.level_tag for message in answer.context["messages"]][-1] == "error"
    assert statement.lines.get().decided_at is None


def test_one_meaning_for_one_column(clerk: Client) -> None:
    send(clerk, row(1, "12"))
    statement = Statement.objects.get()
    answer = clerk.post(address("columns_page", statement.pk), {"column_0": "value_on", "column_1": "value_on"})
    assert answer.status_code == 400
    assert "已经选给第 1 列" in answer.content.decode()
    answer = clerk.post(address("columns_page", statement.pk), {"column_0": "value_on"})
    assert "请指定收入金额所在的列" in answer.content.decode()


def test_the_same_file_again_leads_to_where_it_is(clerk: Client) -> None:
    statement = ready(clerk, row(1, "12"))
    again = send(clerk, row(1, "12"))
    assert again.headers["Location"] == page(statement)
    assert "没有重复登记" in clerk.get(page(statement)).content.decode()


def test_what_is_fetched_is_recorded_and_calculates_nothing(clerk: Client, orders: list[Order]) -> None:
    statement = ready(clerk, row(1, "400", orders[0].payer, "=HYPERLINK(1)"))
    book = openpyxl.load_workbook(io.BytesIO(clerk.post(address("result_file", statement.pk)).content))
    cells = [cell.value for cell in book.active[2]]
    assert (cells[3], cells[4], cells[6], cells[7]) == (
        *(orders[0].payer, "'=HYPERLINK(1)", "可入账", orders[0].number),
    )
    fetched: Any = clerk.post(address("bank_file", statement.pk))
    assert b"".join(fetched.streaming_content).startswith(HEADER[0].encode())
    assert {event.action for event in AuditEvent.objects.filter(action__startswith="statement.")} >= {
        *("statement.exported", "statement.file_fetched")
    }


def test_a_list_of_many_lines_is_paged_and_asks_no_more(clerk: Client, django_assert_max_num_queries: Any) -> None:
    statement = ready(clerk, *[row(number, f"{number}.00", "某人") for number in range(1, 121)])
    first = clerk.get(page(statement))
    with django_assert_max_num_queries(20):
        second = clerk.get(page(statement, f"?state=doubtful&after={first.context['next_key']}"))
    third = clerk.get(page(statement, f"?state=doubtful&after={second.context['next_key']}"))
    back = clerk.get(page(statement, f"?state=doubtful&before={third.context['prev_key']}"))
    numbers = [[line.row.number for line in answer.context["lines"]] for answer in (first, second, third, back)]
    assert numbers[0] + numbers[1] + numbers[2] == list(range(2, 122))
    assert numbers[3] == numbers[1]


def test_a_file_that_is_none_says_what_to_do(clerk: Client) -> None:
    provider = ProviderFactory._meta.model.objects.get()
    clerk.post(address("upload_page"), {"provider": provider.pk, "upload": SimpleUploadedFile("a.xls", b"%PDF-1.4")})
    drain()
    answer = clerk.get(page(Statement.objects.get())).content.decode()
    assert "这不是表格文件" in answer
    assert "重新上传" in answer


def test_work_that_broke_down_is_gone_on_with(clerk: Client, orders: list[Order]) -> None:
    send(clerk, row(1, "400", orders[0].payer))
    statement = with_columns(clerk, Statement.objects.get())
    clerk.post(address("commit_page", statement.pk), {"seen": sums_to_book(statement).token})
    Job.objects.filter(kind=BOOK).update(state="quarantined")
    shown = clerk.get(page(statement)).content.decode()
    assert address("resume", statement.pk) in shown
    assert address("discard_page", statement.pk) in shown
    assert clerk.get(address("discard_page", statement.pk)).status_code == 200
    clerk.post(address("resume", statement.pk))
    drain()
    assert "已用于订单" in clerk.get(page(statement)).content.decode()


def test_what_waits_stands_on_the_first_page(clerk: Client, orders: list[Order]) -> None:
    def told() -> list[int]:
        return [task.count for task in tasks_of(user, NOW.date()) if "银行流水" in task.title]

    user: Any = clerk.get(reverse("admin:index")).wsgi_request.user
    assert told() == []
    statement = ready(clerk, row(1, "400", orders[0].payer))
    assert told() == [1]
    seen = clerk.get(address("commit_page", statement.pk)).context["book"].token
    clerk.post(address("commit_page", statement.pk), {"seen": seen})
    drain()
    assert told() == []
