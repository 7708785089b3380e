"""Copies of files, folders and archives, made so that nobody ever sees half of one.

What addFile and addArchive (_sharing.py) bring is put together in a temporary folder beside its
place, and moved there when it is complete.
"""
import filecmp
import os
import shutil
import tarfile
import tempfile
import zipfile
from urllib.parse import unquote, urlsplit
from urllib.request import urlretrieve

from rushlight.errors.engine import (
    IllegalArgumentException, InvalidInputException, SparkRuntimeException,
    UnsupportedOperationException)

_WEB = ("http", "https", "ftp")


def resolve(path):
    """(the address as listFiles shows it, the path; None: not of this machine)."""
    scheme = urlsplit(path).scheme
    if scheme in _WEB:
        return path, None
    if scheme not in ("", "file"):
        raise UnsupportedOperationException(
            f'No FileSystem for scheme "{scheme}": files of this machine and of '
            f'{", ".join(_WEB)} can be added', "UNSUPPORTED")
    source = unquote(urlsplit(path).path) if scheme else os.path.abspath(path)
    if not os.path.exists(source):
        raise InvalidInputException(f"File file:{source} does not exist", "NOT_FOUND")
    return path if scheme else f"file:{source}", source


def fetch(key, source, root):
    """Copies a file or folder into the folder `root`; `key` is its address, `source` its path, or
    None if it is not of this machine."""
    with _beside(root) as folder:
        if source is None:
            source = _download(key, folder)
        target = os.path.join(root, os.path.basename(source.rstrip("/")))
        if os.path.lexists(target):
            if os.path.isfile(target) and filecmp.cmp(source, target, shallow=False):
                return
            raise SparkRuntimeException(
                f"File {target} exists and does not match contents of {key}: tasks could not tell "
                "two files of one name apart")
        copy = os.path.join(folder, "copy")
        if os.path.isdir(source):
            shutil.copytree(source, copy)
        else:
            shutil.copy(source, copy)
            os.chmod(copy, os.stat(copy).st_mode | 0o111)   # tasks may run it, as with Spark
        os.replace(copy, target)


def unpack(key, source, root, name):
    """Unpacks an archive into a folder of `root`, called `name`, or if that is empty as the archive
    is.  A folder of this name that is there goes."""
    with _beside(root) as folder:
        if source is None:
            source = _download(key, folder)
        target = os.path.normpath(os.path.join(root, name or os.path.basename(source)))
        if not target.startswith(root + os.sep):    # what is removed below is ours alone
            raise IllegalArgumentException(
                f"{key}#{name}: the name behind # leads out of the folder of added files",
                "INVALID_ARGUMENT")
        unpacked = os.path.join(folder, "unpacked")
        _extract(source, unpacked)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        if os.path.isdir(target):
            shutil.rmtree(target)
        os.replace(unpacked, target)


def _beside(root):
    return tempfile.TemporaryDirectory(dir=os.path.dirname(root))


def _download(address, folder):
    path = os.path.join(folder, os.path.basename(unquote(urlsplit(address).path)) or "index")
    try:
        urlretrieve(address, path)
    except OSError as e:
        raise InvalidInputException(f"{address} cannot be read: {e}", "NOT_FOUND") from None
    return path


def _extract(archive, folder):
    """What is in an archive, into a new folder; a file that is none is just copied."""
    name = archive.lower()
    if name.endswith((".zip", ".jar")):
        with zipfile.ZipFile(archive) as z:
            z.extractall(folder)
    elif name.endswith((".tar", ".tar.gz", ".tgz")):
        with tarfile.open(archive) as tar:
            if hasattr(tarfile, "data_filter"):
                tar.extractall(folder, filter="data")
            else:
                tar.extractall(folder)
    else:
        shutil.copy(archive, folder)
