"""The frozen facts of the originals.

Rule: the facts of an original and the document made of our declarations are condensed by one function, and
must come out equal; how things are described to people is not compared.

    python -m tests.contract.facts original.swagger.json > tests/contract/smartdialog_facts.json
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from viesti.connector.compare import condense

__all__ = ["FACTS", "condense", "load"]

FACTS = Path(__file__).with_name("smartdialog_facts.json")


def load() -> dict[str, Any]:
    """The facts of the original."""
    facts: dict[str, Any] = json.loads(FACTS.read_text(encoding="utf-8"))
    return facts


def _lines(value: Any, depth: int) -> str:
    """JSON with a line for each parameter and member, so that a change shows as one."""
    if not isinstance(value, dict) or isinstance(value.get("type"), str) or not value:
        return json.dumps(value, ensure_ascii=False)
    inner = " " * (depth + 1)
    rows = [f"{inner}{json.dumps(name)}: {_lines(each, depth + 1)}" for name, each in value.items()]
    return "{\n" + ",\n".join(rows) + "\n" + " " * depth + "}"


def _main() -> None:
    document = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    sys.stdout.write(_lines(condense(document), 0) + "\n")


if __name__ == "__main__":
    _main()
