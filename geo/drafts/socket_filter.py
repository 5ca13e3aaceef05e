"""A seccomp filter of the Linux kernel that refuses network sockets to a process, whatever library asks for one.

GDAL has no option that turns off networking in all of its drivers. The filter needs no privileges. On other systems and
processors only the options of child_environment.py apply.
"""

import ctypes
import errno
import platform
import struct
import sys

_SOCKET_CALL = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}
"""Processor -> its AUDIT_ARCH_* constant, and the number of the system call `socket`."""
_ARCH_AT, _NUMBER_AT, _FAMILY_AT = 4, 0, 16
"""Offsets in struct seccomp_data of the architecture, the number, and the first argument of a system call."""
_LOAD, _IF_EQUAL, _RETURN = 0x20, 0x15, 0x06
_ALLOW, _FAIL = 0x7FFF0000, 0x00050000 | errno.EACCES
_SET_NO_NEW_PRIVILEGES, _SET_SECCOMP, _FILTER_MODE = 38, 22, 2


class _Program(ctypes.Structure):
    """struct sock_fprog."""

    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def close_network() -> bool:
    """Make `socket` fail with EACCES in this thread and its children, except for local (Unix) sockets; irreversible.

    Return False where the system or the kernel has no such filter.
    """
    call = _SOCKET_CALL.get(platform.machine()) if sys.platform == "linux" else None
    if call is None:
        return False
    code = _filter(*call)
    library = ctypes.CDLL(None, use_errno=True)
    program = _Program(len(code) // 8, code)
    if library.prctl(_SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0:
        return False
    return bool(library.prctl(_SET_SECCOMP, _FILTER_MODE, ctypes.byref(program), 0, 0) == 0)


def _filter(arch: int, socket_number: int) -> bytes:
    """The filter: instructions of (code, jump if true, jump if false, value) of the Berkeley Packet Filter."""
    unix = 1
    rows = (
        (_LOAD, 0, 0, _ARCH_AT), (_IF_EQUAL, 0, 4, arch),
        (_LOAD, 0, 0, _NUMBER_AT), (_IF_EQUAL, 0, 2, socket_number),
        (_LOAD, 0, 0, _FAMILY_AT), (_IF_EQUAL, 0, 1, unix),
        (_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _FAIL),
    )  # fmt: skip
    return b"".join(struct.pack("HBBI", *row) for row in rows)
