"""Counts with their nouns, as every sentence for people has them."""

from __future__ import annotations


def plural(count: int, noun: str, nouns: str = "") -> str:
    """Such as "1 message" and "1,200 messages"; `nouns` is the plural where it is not the noun with an s."""
    return f"{count:,} {noun if count == 1 else nouns or f'{noun}s'}"
