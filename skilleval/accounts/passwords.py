"""Password checks whose messages say the cure; Django's own are partly left in English."""

from django.contrib.auth import password_validation


class LongEnough(password_validation.MinimumLengthValidator):
    """At least so many characters."""

    def get_error_message(self) -> str:
        return f"密码太短，请至少设置 {self.min_length} 个字符"

    def get_help_text(self) -> str:
        return f"至少 {self.min_length} 个字符"


class NotCommon(password_validation.CommonPasswordValidator):
    """None of the passwords that are tried first."""

    def get_error_message(self) -> str:
        return "这个密码太常见，请换一个别人猜不到的"


class NotAllDigits(password_validation.NumericPasswordValidator):
    """Not a number alone."""

    def get_error_message(self) -> str:
        return "密码不能全是数字，请加上字母或符号"
