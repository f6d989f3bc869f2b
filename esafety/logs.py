"""What a log may say of an error: its kind and its place, never its words."""

import logging
import traceback
from collections.abc import Iterator
from types import TracebackType

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class PlaceOnly(logging.Formatter):
    """Writes an exception as its class and the lines it passed, with those of its causes.

    The words of an exception may quote what somebody typed: Postgres puts the failing row into its own. They are taken
    out of the line as well, for Celery and Django put them there.
    """

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        for failure in _with_causes(record.exc_info[1] if record.exc_info else None):
            said = str(failure)
            # The last one: as it stands within the repr of another class.
            for words in (repr(failure), said, repr(said)[1:-1]):
                if words:
                    record.message = record.message.replace(words, type(failure).__name__)
        return super().formatMessage(record)

    def formatException(self, ei: ExcInfo) -> str:  # noqa: N802
        lines: list[str] = []
        for failure in _with_causes(ei[1]):
            lines.append(f"{type(failure).__module__}.{type(failure).__qualname__}, at")
            lines += [
                f"  {frame.filename}:{frame.lineno} in {frame.name}"
                for frame in traceback.extract_tb(failure.__traceback__)
            ]
        return "\n".join(lines)


def _with_causes(failure: BaseException | None) -> Iterator[BaseException]:
    """An exception, then what it came of; one that came of itself ends."""
    seen: set[int] = set()
    while failure is not None and id(failure) not in seen:
        seen.add(id(failure))
        yield failure
        failure = failure.__cause__ or failure.__context__
