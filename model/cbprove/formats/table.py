"""All formats by their names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from cbprove.formats import github, junit, ktap, mail, markdown, sarif, short
from cbprove.formats.findings import Findings

FORMATS: Mapping[str, Callable[[Findings], str]] = MappingProxyType(
    {
        "short": short.text,
        "mail": mail.text,
        "markdown": markdown.text,
        "sarif": sarif.text,
        "github": github.text,
        "junit": junit.text,
        "ktap": ktap.text,
    }
)
