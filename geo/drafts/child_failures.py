"""The errors of a child process that ended without an outcome: too slow, too large, crashed, killed."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from geo.errors import BadSource, GeoError

_SIGKILL = 9


class Failures(NamedTuple):
    """Messages, in English and Vietnamese, for a process that ended without an outcome."""

    too_slow: tuple[str, str]
    too_large: tuple[str, str]
    crashed: tuple[str, str]
    failed: tuple[str, str]


_OF_FILE = Failures(
    too_slow=(
        "Reading the file took longer than the limit. Split it, or ask the operator to raise the limit.",
        "Đọc tệp lâu hơn mức cho phép. Hãy tách nhỏ tệp, hoặc nhờ quản trị viên nâng giới hạn.",
    ),
    too_large=(
        "The file needs more memory than is allowed. Split it.",
        "Tệp cần nhiều bộ nhớ hơn mức cho phép. Hãy tách nhỏ tệp.",
    ),
    crashed=(
        "The reader of this format crashed on the file: it is damaged. Export or copy it again.",
        "Trình đọc định dạng này đã dừng đột ngột khi đọc tệp: tệp bị hỏng. Hãy xuất hoặc chép lại tệp.",
    ),
    failed=("Reading the file failed", "Đọc tệp thất bại"),
)
_OF_VERSION = Failures(
    too_slow=(
        "Restoring took longer than the limit. Ask the operator to raise it (GEO_IMPORT_SECONDS).",
        "Khôi phục lâu hơn mức cho phép. Hãy nhờ quản trị viên nâng giới hạn (GEO_IMPORT_SECONDS).",
    ),
    too_large=(
        "Restoring needs more memory than the limit. Ask the operator to raise it (GEO_IMPORT_MEMORY_MB).",
        "Khôi phục cần nhiều bộ nhớ hơn mức cho phép. Hãy nhờ quản trị viên nâng giới hạn (GEO_IMPORT_MEMORY_MB).",
    ),
    crashed=(
        "The restoring process crashed. Try again; nothing is done twice.",
        "Tiến trình khôi phục đã dừng đột ngột. Hãy làm lại; không có gì bị làm hai lần.",
    ),
    failed=("Restoring failed", "Khôi phục thất bại"),
)


_OF_ATLAS = Failures(
    too_slow=(
        "Preparing the version took longer than the limit. Ask the operator to raise it (GEO_IMPORT_SECONDS).",
        "Chuẩn bị phiên bản lâu hơn mức cho phép. Hãy nhờ quản trị viên nâng giới hạn (GEO_IMPORT_SECONDS).",
    ),
    too_large=(
        "Preparing the version needs more memory than the limit. Ask the operator to raise it (GEO_IMPORT_MEMORY_MB).",
        "Chuẩn bị phiên bản cần nhiều bộ nhớ hơn mức cho phép. Hãy nhờ quản trị viên nâng giới hạn"
        " (GEO_IMPORT_MEMORY_MB).",
    ),
    crashed=(
        "The process that prepares the version crashed. It is tried again automatically.",
        "Tiến trình chuẩn bị phiên bản đã dừng đột ngột. Hệ thống sẽ tự thử lại.",
    ),
    failed=("Preparing the version failed", "Chuẩn bị phiên bản thất bại"),
)
_OF_COHORT = Failures(
    too_slow=(
        "Saving the cohort took longer than the limit. Ask the operator to raise it (GEO_IMPORT_SECONDS).",
        "Lưu nhóm sản phẩm lâu hơn mức cho phép. Hãy nhờ quản trị viên nâng giới hạn (GEO_IMPORT_SECONDS).",
    ),
    too_large=(
        "Saving the cohort needs more memory than the limit. Ask the operator to raise it (GEO_IMPORT_MEMORY_MB).",
        "Lưu nhóm sản phẩm cần nhiều bộ nhớ hơn mức cho phép. Hãy nhờ quản trị viên nâng giới hạn"
        " (GEO_IMPORT_MEMORY_MB).",
    ),
    crashed=(
        "The process that saves the cohort crashed. Try again; nothing is done twice.",
        "Tiến trình lưu nhóm sản phẩm đã dừng đột ngột. Hãy làm lại; không có gì bị làm hai lần.",
    ),
    failed=("Saving the cohort failed", "Lưu nhóm sản phẩm thất bại"),
)
_OF_TASK = {"restore": _OF_VERSION, "prepare": _OF_ATLAS, "cohort": _OF_COHORT}


def failures_of(order: Mapping[str, Any]) -> Failures:
    """The messages for an order by its task."""
    return _OF_TASK.get(order["task"], _OF_FILE)


_STARVED = ("MemoryError", "Unable to allocate", "Cannot allocate memory", "failed to map segment")
"""Messages of Python, numpy and the dynamic loader when an allocation fails."""


def error_of(code: int, errors: str, failures: Failures, *, timed_out: bool) -> GeoError:
    """The error for a process that ended with the exit status `code` and `errors` on its standard error."""
    if timed_out:
        return BadSource(*failures.too_slow)
    if any(words in errors for words in _STARVED):
        return BadSource(*failures.too_large)
    if code == -_SIGKILL:
        return BadSource(
            "The job was killed, perhaps for lack of memory. Try again; nothing is done twice.",
            "Tác vụ bị dừng đột ngột, có thể do máy chủ thiếu bộ nhớ. Hãy làm lại; không có gì bị làm hai lần.",
        )
    if code < 0:
        return BadSource(*failures.crashed)
    last = (errors.strip().splitlines() or [str(code)])[-1]
    return GeoError(*(f"{words}: {last}" for words in failures.failed))
