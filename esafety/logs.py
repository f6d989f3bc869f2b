"""What a log may say of an error: its kind and its place, never its words."""

import logging
import traceback
from types import TracebackType

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class PlaceOnly(logging.Formatter):
    """Writes an exception as its class and the lines it passed, with those of its causes.

    The words of an exception may quote what somebody typed: Postgres puts the failing row into its own.
    """

    def formatException(self, ei: ExcInfo) -> str:  # noqa: N802
        lines: list[str] = []
        failure = ei[1]
        seen: set[int] = set()
        while failure is not None and id(failure) not in seen:
            seen.add(id(failure))
            lines.append(f"{type(failure).__module__}.{type(failure).__qualname__}, at")
            lines += [
                f"  {frame.filename}:{frame.lineno} in {frame.name}"
                for frame in traceback.extract_tb(failure.__traceback__)
            ]
            failure = failure.__cause__ or failure.__context__
        return "\n".join(lines)
