"""Makes inbox.png, the picture of the sandbox's inbox in the README, anew: `make pictures`.

Needs chromium (Debian: apt-get install chromium). Every number in it is of a prefix that is assigned to nobody.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from kaverun.kavenegar import Client, Tokens
from kaverun.sandbox import Sandbox, SandboxSettings

PICTURE = Path(__file__).with_name("inbox.png")
LARGEST = 200_000
NOWRUZ = 1_774_000_000  # 20 March 2026, the last day of 1404
TEMPLATES = (("login", "کد ورود شما: %token"),)

GREETING = (
    "نیلوفر عزیز، نوروزتان پیروز! باشگاه مشتریان لاله سالی پر از شادی برایتان آرزو می‌کند.\n"
    "هدیه‌ی شما: NOROOZ-1405\nلغو۱۱"
)
REMINDER = (
    "یادآوری: نوبت شما فردا ساعت ۱۰:۳۰ در درمانگاه مهر است. لطفا ده دقیقه زودتر تشریف بیاورید و نتیجه‌ی آزمایش را "
    "همراه داشته باشید. برای لغو نوبت عدد ۲ را بفرستید."
)


def fill(sandbox: Sandbox) -> None:
    """One message of each kind, the last one on top."""
    sandbox.clock.stop()
    sandbox.clock.set(NOWRUZ)
    client = Client.connect(sandbox.url, "picture")
    client.send("09090000006", "سارا عزیز، سفارش شما آماده است.", sender="30002626", tag="orders")
    client.lookup("09261234567", "login", Tokens("48213"))
    sandbox.clock.advance(60)
    client.make_tts("09271112233", "کد ورود شما: ۴ ۸ ۲ ۱ ۳")
    sandbox.clock.advance(5)
    client.send("09241112233", REMINDER, date=NOWRUZ + 86_400, localids=[901], tag="appointment")
    client.send("09251234567", GREETING, localids=[902], tag="nowruz-1405")


def shoot(address: str, profile: str) -> None:
    flags = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--hide-scrollbars",
        "--blink-settings=preferredColorScheme=1",
    ]
    page = ["--window-size=1000,1150", "--virtual-time-budget=5000", f"--screenshot={PICTURE}", address]
    command = [shutil.which("chromium") or "chromium", *flags, f"--user-data-dir={profile}", *page]
    subprocess.run(command, check=True, capture_output=True, timeout=60)


def main() -> None:
    with Sandbox(SandboxSettings(templates=TEMPLATES)) as sandbox, tempfile.TemporaryDirectory() as profile:
        fill(sandbox)
        shoot(f"http://{sandbox.host_and_port}/", profile)
    size = PICTURE.stat().st_size
    if size > LARGEST:
        sys.exit(f"{PICTURE} has {size} bytes, more than {LARGEST}")


if __name__ == "__main__":
    main()
