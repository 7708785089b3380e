"""Landlock: the kernel refuses this process, and all that it starts, to write outside a folder.

    ruleset: what is handled ──▶ a rule for each folder or file that is allowed ──▶ restrict_self

Since Linux 5.13, without privileges, for good.  Newer kernels handle more, so what is asked for
depends on the version that the kernel names; from version 6 on, signals to processes outside are
refused, too.  See landlock(7) and linux/landlock.h.
"""
import ctypes
import os
import struct

_CREATE, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446      # the same numbers on every architecture
_VERSION = 1                # flag of create: tell the version
_PATH_BENEATH = 1           # kind of rule
_PR_SET_NO_NEW_PRIVS = 38
_O_PATH = 0o10000000

_WRITE_FILE = 1 << 1
_CHANGES = sum(1 << bit for bit in range(4, 13))        # removes and makes, of every kind
_REFER, _TRUNCATE = 1 << 13, 1 << 14                    # versions 2 and 3
_SCOPE_SIGNAL = 1 << 1                                  # version 6
_DEVICES = ("/dev/null", "/dev/zero", "/dev/full")


def version():
    """The kernel's version of Landlock; 0 without it.

    >>> version() >= 0
    True
    """
    return max(0, _libc().syscall(_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint(_VERSION)))


def allow_writes_only_in(folder):
    """From now on; whether the kernel could."""
    known = version()
    if known == 0:
        return False
    handled = _WRITE_FILE | _CHANGES | (_REFER if known >= 2 else 0) | (
        _TRUNCATE if known >= 3 else 0)
    # handled_access_fs, handled_access_net, scoped: what an older kernel knows is shorter
    attributes = struct.pack("=QQQ", handled, 0, _SCOPE_SIGNAL if known >= 6 else 0)
    attributes = attributes[:8 if known < 4 else 16 if known < 6 else 24]
    libc = _libc()
    ruleset = libc.syscall(_CREATE, attributes, ctypes.c_size_t(len(attributes)),
                           ctypes.c_uint(0))
    if ruleset < 0:
        return False
    try:
        _allow(libc, ruleset, folder, handled)
        for device in filter(os.path.exists, _DEVICES):
            _allow(libc, ruleset, device, handled & (_WRITE_FILE | _TRUNCATE))
        return (libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
                and libc.syscall(_RESTRICT_SELF, ruleset, ctypes.c_uint(0)) == 0)
    finally:
        os.close(ruleset)


def _allow(libc, ruleset, path, access):
    fd = os.open(path, _O_PATH | os.O_CLOEXEC)
    try:
        rule = struct.pack("=Qi", access, fd)           # packed, as the kernel has it
        if libc.syscall(_ADD_RULE, ruleset, ctypes.c_int(_PATH_BENEATH), rule, ctypes.c_uint(0)):
            raise OSError(ctypes.get_errno(), "landlock_add_rule", path)
    finally:
        os.close(fd)


def _libc():
    return ctypes.CDLL(None, use_errno=True)
