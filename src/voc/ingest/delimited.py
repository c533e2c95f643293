"""Lines of CSV or TSV -> records, a record being as many lines as its quotes hold together.

One stray quote must not swallow the rows after it. So a record is taken apart again, its first line refused and the
next ones read anew, when its quotes are malformed or never closed (within `LONGEST_RECORD` lines), when it has more
cells than the header, or when each of its lines looks like a row of its own.
"""

from __future__ import annotations

import csv
import sys
from collections import deque
from collections.abc import Iterable, Iterator

from voc.ingest.columns import match
from voc.ingest.rows import Record, Refused

DELIMITERS = ",\t;|"
LONGEST_RECORD = 10_000
NEVER_CLOSED = "a quote is never closed"


class Records:
    """An iterator over the records of a file; set `width` to the number of columns once the header is known."""

    def __init__(self, lines: Iterable[str], *, delimiter: str) -> None:
        csv.field_size_limit(sys.maxsize)
        self.width = 0
        self._delimiter = delimiter
        self._lines = enumerate(lines, 1)
        self._again: deque[tuple[int, str]] = deque()
        self._damaged_until = 0

    def __iter__(self) -> Iterator[Record | Refused]:
        while first := self._next_line():
            if first[1].strip():
                yield self._record(first)

    def _next_line(self) -> tuple[int, str] | None:
        return self._again.popleft() if self._again else next(self._lines, None)

    def _record(self, first: tuple[int, str]) -> Record | Refused:
        taken = [first]
        try:
            cells = next(csv.reader(self._feed(taken), delimiter=self._delimiter, strict=True))
        except csv.Error as error:
            return self._broken(taken, _reason(error))
        cells = self._without_empty_tail(cells)
        if len(taken) > 1 and (self._too_wide(cells) or self._each_a_row(taken)):
            return self._broken(taken, NEVER_CLOSED)
        if self._too_wide(cells) or (first[0] <= self._damaged_until and len(cells) != self.width):
            return Refused(first[0], f"has {len(cells)} cells under a header of {self.width}", first[1].rstrip("\r\n"))
        return Record(first[0], cells, "".join(line for _, line in taken).rstrip("\r\n"))

    def _feed(self, taken: list[tuple[int, str]]) -> Iterator[str]:
        """The lines of one record, as far as the csv reader asks for them; they pile up in `taken`."""
        yield taken[0][1]
        while len(taken) < LONGEST_RECORD and (line := self._next_line()):
            taken.append(line)
            yield line[1]

    def _broken(self, taken: list[tuple[int, str]], reason: str) -> Record | Refused:
        (number, line), *others = taken
        self._again.extendleft(reversed(others))
        self._damaged_until = max(self._damaged_until, taken[-1][0])
        line = line.rstrip("\r\n")
        literal = line.split(self._delimiter)
        if self._delimiter == "\t" and len(literal) == self.width:  # many write TSV without any quoting
            return Record(number, literal, line)
        return Refused(number, f"has broken quotes: {reason}", line)

    def _without_empty_tail(self, cells: list[str]) -> list[str]:
        while self._too_wide(cells) and not cells[-1].strip():
            cells = cells[:-1]
        return cells

    def _too_wide(self, cells: list[str]) -> bool:
        return 0 < self.width < len(cells)

    def _each_a_row(self, taken: list[tuple[int, str]]) -> bool:
        """Whether the lines of one record rather are rows: nearly all, the first and the last have all delimiters."""
        rows = [line.count(self._delimiter) == self.width - 1 for _, line in taken]
        enough = len(rows) >= (2 if self.width > 2 else 4)
        return self.width > 1 and enough and rows[0] and rows[-1] and sum(rows) >= 0.8 * len(rows)


def sniff_delimiter(head: list[str], needs: str = "text") -> str:
    """The delimiter of a table from its first lines: one that cuts out a column it `needs`, else the most frequent.

    >>> sniff_delimiter(["编号;内容;评分", "1;好用，推荐,5"]), sniff_delimiter(["text"])
    (';', ',')
    """
    first = next((line for line in head if line.strip()), "")

    def strength(delimiter: str) -> tuple[bool, int]:
        named = any(needs in match(cell.strip(' "\r\n\ufeff') for cell in line.split(delimiter)) for line in head)
        return named and delimiter in first, first.count(delimiter)

    return max(DELIMITERS, key=strength)


def _reason(error: csv.Error) -> str:
    known = {"unexpected end of data": NEVER_CLOSED, "new-line character": "a line break outside quotes"}
    return next((told for part, told in known.items() if part in str(error)), "text follows a closing quote")
