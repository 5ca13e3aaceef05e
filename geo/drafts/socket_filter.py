"""A filter of the Linux kernel (seccomp) under which a process cannot open a network socket, whatever a library tries.

GDAL has no switch that keeps all of its drivers from the network. The filter needs no rights. On other systems, and on
processors whose system calls are not in the table, the options of child_environment.py alone hold.
"""

import ctypes
import errno
import platform
import struct
import sys

_SOCKET_CALL = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}
"""Processor -> its mark in the kernel's record of a system call (AUDIT_ARCH_*), and the number of `socket`."""
_ARCH_AT, _NUMBER_AT, _FAMILY_AT = 4, 0, 16
"""Where struct seccomp_data holds the mark, the number, and the first argument of a call."""
_LOAD, _IF_EQUAL, _RETURN = 0x20, 0x15, 0x06
_ALLOW, _FAIL = 0x7FFF0000, 0x00050000 | errno.EACCES
_SET_NO_NEW_PRIVILEGES, _SET_SECCOMP, _FILTER_MODE = 38, 22, 2


class _Program(ctypes.Structure):
    """struct sock_fprog."""

    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def close_network() -> bool:
    """Let every later `socket` call of this thread and its children fail (EACCES) but those for local (Unix) sockets.

    Return whether the kernel does so; it cannot be undone.
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
