"""The provider's tables of codes, as data: no client logic, no decisions.

Sources, named by each entry's `source`:

- *document*: the API document (kavenegar-api.md), *Reference Tables*: "Message Status Codes", "Message Display Types"
  and "Error Codes".
- *facts*: kavenegar-facts.md, *Codes missing from the document* (meanings) and *Meaning* (which statuses are final and
  which are refunded).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Source = Literal["document", "facts"]


@dataclass(frozen=True, slots=True)
class ErrorCode:
    """One value of `return.status`."""

    #: `return.status`, and with the live service the HTTP status as well
    code: int
    #: what it means, in English
    meaning: str
    #: the Persian `return.message`; only that of 200 is in the document, the others are what a panel shows
    persian: str
    #: whether the API document's table "Error Codes" lists it
    documented: bool
    #: which page the meaning comes from
    source: Source


@dataclass(frozen=True, slots=True)
class MessageStatus:
    """One value of an entry's `status`."""

    code: int
    #: `statustext`, the Persian words of the document's table
    persian: str
    #: the English words of the document's table
    english: str
    #: whether it never changes again (facts, *Meaning*)
    final: bool
    #: whether its cost is refunded (facts, *Meaning*)
    refunded: bool


def _documented(code: int, meaning: str, persian: str) -> ErrorCode:
    return ErrorCode(code, meaning, persian, documented=True, source="document")


def _found(code: int, meaning: str, persian: str) -> ErrorCode:
    return ErrorCode(code, meaning, persian, documented=False, source="facts")


#: `return.status` of an answer that says yes (document, "Error Codes", first row)
SUCCESS = _documented(200, "Success", "تایید شد")

_ERROR_CODES = (
    _documented(400, "Incomplete parameters", "پارامترها ناقص هستند"),
    _documented(401, "Invalid API key", "کد شناسایی API-Key معتبر نمی‌باشد"),
    _documented(402, "Operation failed", "عملیات ناموفق بود"),
    _found(403, "Wrong API key", "کد شناسایی API-Key معتبر نمی‌باشد"),
    _documented(404, "Method not found", "متد نامشخص است"),
    _documented(405, "Wrong HTTP method (GET/POST)", "متد Get/Post اشتباه است"),
    _found(406, "Mandatory value empty", "پارامترهای اجباری خالی ارسال شده‌اند"),
    _documented(407, "Access denied (IP restriction)", "دسترسی به اطلاعات مورد نظر برای شما امکان‌پذیر نیست"),
    _documented(409, "Server unavailable", "سرور قادر به پاسخگویی نیست، بعدا تلاش کنید"),
    _documented(411, "Invalid receptor number", "دریافت‌کننده نامعتبر است"),
    _documented(412, "Invalid sender number", "ارسال‌کننده نامعتبر است"),
    _documented(
        413,
        "Message empty or too long (max 900 chars)",
        "پیام خالی است و یا طول پیام بیش از حد مجاز می‌باشد",
    ),
    _documented(
        414,
        "Too many records (max 200 for send, 500 for status)",
        "حجم درخواست بیشتر از حد مجاز است",
    ),
    _found(415, "Start index too large", "اندیس شروع بزرگ‌تر از کل تعداد شماره‌های مورد نظر است"),
    _found(416, "Source IP does not match", "IP سرویس مبدا با تنظیمات مطابقت ندارد"),
    _documented(417, "Invalid date format", "تاریخ ارسال اشتباه است و فرمت آن صحیح نمی‌باشد"),
    _documented(418, "Insufficient credit", "اعتبار شما کافی نمی‌باشد"),
    _documented(419, "Array length mismatch", "طول آرایه متن و گیرنده و فرستنده هم‌اندازه نیست"),
    _found(420, "Links not allowed in the text", "استفاده از لینک در متن پیام برای شما محدود شده است"),
    _found(422, "Unsuitable character", "داده‌ها به دلیل وجود کاراکتر نامناسب قابل پردازش نیست"),
    _found(424, "Template not found", "الگوی مورد نظر پیدا نشد"),
    _found(426, "Needs the advanced service", "استفاده از این متد نیازمند سرویس پیشرفته می‌باشد"),
    _found(427, "Line needs an access level", "استفاده از این خط نیازمند ایجاد سطح دسترسی می‌باشد"),
    _found(428, "Cannot be read out by phone", "ارسال کد از طریق تماس تلفنی امکان‌پذیر نیست"),
    _found(429, "IP limited", "IP محدود شده است"),
    _found(431, "Code structure is wrong", "ساختار کد صحیح نمی‌باشد"),
    _found(432, "%token missing in the template", "پارامتر کد در متن پیام پیدا نشد"),
    _found(449, "No record", "رکوردی یافت نشد"),
    _found(451, "Too many calls in a period", "فراخوانی بیش از حد در بازه زمانی مشخص"),
    _found(501, "Test account, owner's number only", "فقط امکان ارسال پیام تست به شماره صاحب حساب کاربری وجود دارد"),
    _found(604, "Too many numbers", "تعداد شماره‌ها بیش از حد مجاز است"),
    _documented(607, "Invalid tag name", "نام تگ انتخابی اشتباه است"),
)

#: every `return.status` that says no, by code: the document's table "Error Codes" and the facts page's *Codes missing*
ERRORS: Mapping[int, ErrorCode] = MappingProxyType({entry.code: entry for entry in _ERROR_CODES})

_MESSAGE_STATUSES = (
    MessageStatus(1, "در صف ارسال", "In queue", final=False, refunded=False),
    MessageStatus(2, "زمان بندی شده", "Scheduled", final=False, refunded=False),
    MessageStatus(4, "ارسال شده به مخابرات", "Sent to operator", final=False, refunded=False),
    MessageStatus(5, "ارسال شده به مخابرات", "Sent to operator", final=False, refunded=False),
    MessageStatus(6, "خطا در ارسال", "Failed", final=True, refunded=False),
    MessageStatus(10, "رسیده به گیرنده", "Delivered", final=True, refunded=False),
    MessageStatus(11, "نرسیده به گیرنده", "Undelivered", final=True, refunded=False),
    MessageStatus(13, "لغو شده", "Cancelled", final=True, refunded=True),
    MessageStatus(14, "بلاک شده", "Blocked by recipient", final=True, refunded=True),
    MessageStatus(100, "شناسه نامعتبر", "Invalid ID", final=True, refunded=False),
)

#: every message status by code: the document's table "Message Status Codes". A live answer may hold others (50, say).
MESSAGE_STATUSES: Mapping[int, MessageStatus] = MappingProxyType({entry.code: entry for entry in _MESSAGE_STATUSES})
#: the status of a message that was cancelled, or never sent because debugmode is on (document; facts, *Meaning*)
CANCELLED = 13
#: statuses that never change again (facts, *Meaning*)
FINAL_STATUSES = frozenset(entry.code for entry in _MESSAGE_STATUSES if entry.final)
#: statuses whose cost is refunded (facts, *Meaning*)
REFUNDED_STATUSES = frozenset(entry.code for entry in _MESSAGE_STATUSES if entry.refunded)

#: what `type` asks of the phone: the document's table "Message Display Types"; acts on 3000-lines only (facts)
DISPLAY_TYPES: Mapping[int, str] = MappingProxyType(
    {
        0: "Flash message (not saved)",
        1: "Normal message (saved in phone memory)",
        2: "Saved in SIM card",
        3: "Saved in external application",
    }
)
