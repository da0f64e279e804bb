"""How allauth knows the portal: telephones, messages through the outbox, and nothing that tells who has an account."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.stages import EmailVerificationStage
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.http import HttpRequest

from skilleval.accounts import phones, services
from skilleval.accounts.models import User
from skilleval.core import outbox
from skilleval.core.enums import Channel
from skilleval.core.errors import Refused

SITE = "技能评价申报平台"


class OneContactStage(EmailVerificationStage):
    """An e-mail address has to be verified, unless the account was opened by telephone and that is verified."""

    def handle(self) -> Any:
        user = self.login.user
        if user is not None and user.phone_verified and self.login.email is None:
            return None, True
        return super().handle()


class PortalAccountAdapter(DefaultAccountAdapter):
    """Telephones as E.164, one message for one cause, Chinese words."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": "账号或密码不正确，请核对后重试；忘记密码可用验证码登录",
        "phone_password_mismatch": "账号或密码不正确，请核对后重试；忘记密码可用验证码登录",
        "username_password_mismatch": "账号或密码不正确，请核对后重试；忘记密码可用验证码登录",
        "invalid_login": "请填写注册时使用的手机号码或电子邮箱",
        "too_many_login_attempts": "尝试次数过多，请 5 分钟后再试",
        "incorrect_code": "验证码不正确，请核对最近一次收到的验证码",
        "incorrect_password": "密码不正确，请重新输入",
        "enter_current_password": "当前密码不正确，请重新输入",
        "select_only_one": "手机号码和电子邮箱只填一项",
        "same_as_current": "与当前的相同，请填写新的",
        "rate_limited": "操作过于频繁，请稍后再试",
        "phone_taken": services.TAKEN,
        "email_taken": services.TAKEN,
    }

    # --- telephones ----------------------------------------------------------------------------------------------
    def phone_form_field(self, **kwargs: Any) -> Any:
        from skilleval.accounts.fields import PhoneField

        return PhoneField(**kwargs)

    def clean_phone(self, phone: str) -> str:
        try:
            return phones.normalise(phone)
        except Refused as refused:
            raise ValidationError(refused.message) from refused

    def get_phone(self, user: User) -> tuple[str, bool] | None:
        return (user.phone, user.phone_verified) if user.phone else None

    def set_phone(self, user: User, phone: str, verified: bool) -> None:
        services.set_phone(user, phone=phone, verified=verified)

    def set_phone_verified(self, user: User, phone: str) -> None:
        services.set_phone(user, phone=phone, verified=True)

    def get_user_by_phone(self, phone: str) -> User | None:
        """Whoever has proved that the number is theirs; an unverified claim to it is nobody's."""
        return User.objects.by_phone(phone).filter(phone_verified=True).first()

    def send_verification_code_sms(self, user: User, phone: str, code: str, **kwargs: Any) -> None:
        self._text(phone, "验证码", f"您的验证码是 {code}，15 分钟内有效。请勿告诉他人。", user)

    def send_unknown_account_sms(self, phone: str, **kwargs: Any) -> None:
        self._text(phone, "登录提示", "有人用此号码请求登录，但此号码没有账号。如是您本人，请先注册。")

    def send_account_already_exists_sms(self, phone: str) -> None:
        self._text(phone, "注册提示", "有人用此号码注册，但此号码已有账号。如是您本人，请用短信验证码登录。")

    def can_delete_email(self, email_address: Any) -> bool:
        """The last verified way in stays: nobody locks themselves out."""
        verified = email_address.user.emailaddress_set.filter(verified=True).exclude(pk=email_address.pk)
        return bool(email_address.user.phone_verified or verified.exists()) and super().can_delete_email(email_address)

    # --- messages ------------------------------------------------------------------------------------------------
    def format_email_subject(self, subject: str) -> str:
        return f"【{SITE}】{subject}"

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """E-mails are rows of the outbox like every other message; no subject holds anything personal."""
        from allauth.core import context as current

        rendered: EmailMessage = self.render_mail(
            template_prefix, email, {"request": current.request, "site": SITE, "site_url": settings.SITE_URL, **context}
        )
        user = context.get("user")
        outbox.send(
            key=f"account:{uuid4()}",
            channel=Channel.EMAIL,
            subject=str(rendered.subject),
            body=str(rendered.body),
            recipient_id=getattr(user, "pk", None),
            address=email,
        )

    def _text(self, phone: str, subject: str, body: str, user: User | None = None) -> None:
        outbox.send(
            key=f"account:{uuid4()}",
            channel=Channel.SMS,
            subject=subject,
            body=f"【{SITE}】{body}",
            recipient_id=user.pk if user else None,
            address=phone,
        )

    # --- logging in ----------------------------------------------------------------------------------------------
    def get_login_stages(self) -> list[str]:
        ours = f"{OneContactStage.__module__}.{OneContactStage.__qualname__}"
        return [ours if path.endswith(".EmailVerificationStage") else path for path in super().get_login_stages()]

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """One limit for each account tried, by whichever of its names; the rate limiter digests the key."""
        login = credentials.get("phone") or credentials.get("email") or ""
        return f"login:{login.lower()}"
