"""kaverun: declarative SMS campaigns on Kavenegar, each message sent exactly once."""

__version__ = "0.1.0"
