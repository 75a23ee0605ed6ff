"""What a failure of the machine below means: is it worth another try, and what is said to people."""

import errno

from django.db import InterfaceError, OperationalError

DISK_FULL = "服务器磁盘空间已满，这次操作没有完成，已保存的数据不受影响。请联系系统管理员清理磁盘后重试。"


def is_disk_full(error: BaseException | None) -> bool:
    """Whether no space left on a disk is behind this error, in the file system or in either database."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            return True
        # SQLite has no code for it in Python's module; PostgreSQL's is 53100.
        if "disk is full" in str(error) or getattr(error, "sqlstate", None) == "53100":
            return True
        error = error.__cause__ or error.__context__
    return False


def is_passing(error: BaseException) -> bool:
    """Whether the database was only away, or undid this work because of another's: the same may work next time.

    An InterfaceError is also what a value raises that cannot be stored; that one will never work.
    """
    if is_disk_full(error):
        return False
    return isinstance(error, OperationalError) or (isinstance(error, InterfaceError) and "closed" in str(error))
