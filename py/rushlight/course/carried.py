"""What goes into a format beside its own files: the lab, Rushlight, and how to install it."""
import os
import re
import shutil
import stat
from dataclasses import dataclass

from rushlight._version import RUSHLIGHT
from rushlight.lesson import LessonError

# What Rushlight is built and run with; as in the Makefile.  The headers are for exercises in C.
APT_PACKAGES = (
    "gcc", "libc6-dev", "pkg-config", "libglib2.0-dev", "libgraphviz-dev", "libzstd-dev",
    "zlib1g-dev", "libbz2-dev", "libpcre2-dev", "libopenblas-pthread-dev", "liblapacke-dev",
    "ca-certificates", "tzdata")
_WHEEL = re.compile(r"rushlight-[^-]+(-\d[^-]*)?-cp3(?P<minor>\d+)-[^-]+-[^-]+\.whl")
_TEMPLATES = os.path.join(os.path.dirname(__file__), "templates")


@dataclass(frozen=True)
class Carried:
    """What a teacher chose for all formats."""

    wheel: str = ""             # the file; without one Rushlight is installed by name and version
    kinds: tuple = ("python", "c")

    def __post_init__(self):
        if self.wheel and not os.path.isfile(self.wheel):
            raise LessonError(f"there is no file {self.wheel}: build the wheel with "
                              "`pip wheel --no-deps -w dist .` in Rushlight's source, and name "
                              "what is then in dist")
        if self.wheel and not _WHEEL.fullmatch(self.wheel_name):
            raise LessonError(f"{self.wheel_name} is no wheel of Rushlight: its name must be like "
                              f"rushlight-{RUSHLIGHT}-cp311-cp311-linux_x86_64.whl")

    @property
    def wheel_name(self):
        return os.path.basename(self.wheel)

    @property
    def python_version(self):
        """"3.11" of a wheel for it; "3" without one: any that Rushlight runs on."""
        return f"3.{_WHEEL.fullmatch(self.wheel_name)['minor']}" if self.wheel else "3"

    @property
    def python_packages(self):
        """The interpreter, with what makes virtual environments, as Debian and Ubuntu call them."""
        python = f"python{self.python_version}"
        return python, f"{python}-venv", f"{python}-dev"

    def requirement(self, folder):
        """What pip is asked to install, when the wheel lies in a folder."""
        return f"{folder}/{self.wheel_name}" if self.wheel else f"rushlight=={RUSHLIGHT}"

    def how_to_install(self, folder):
        """What students read, when the wheel lies in a folder."""
        if self.wheel:
            return f"`pip install {os.path.normpath(f'{folder}/{self.wheel_name}')}`"
        return ("`pip install` of the wheel that your teacher gives you, or `make build` in "
                "Rushlight's source")

    def copy_wheel(self, folder):
        if self.wheel:
            os.makedirs(folder, exist_ok=True)
            shutil.copy(self.wheel, folder)

    def exercises(self, lab, only=None):
        """The lab's exercises of the chosen kinds."""
        found = [e for e in lab.exercises if e.kind in self.kinds and only in (None, e.kind)]
        if not found:
            raise LessonError(f"lab {lab.number} has no exercise in {only or self.kinds[0]}")
        return found


def render(name, **values):
    """A template with every @NAME@ replaced."""
    with open(os.path.join(_TEMPLATES, name), encoding="utf-8") as f:
        text = f.read()
    for key, value in values.items():
        text = text.replace(f"@{key}@", str(value))
    left = re.findall(r"@[A-Z_]+@", text)
    if left:
        raise ValueError(f"{name}: nothing is given for {', '.join(left)}")
    return text


def setup_sh(carried, *more):
    """The script that installs Rushlight, and more packages, into $ROOT/rushlight."""
    return render("setup.sh", PYTHON=f"python{carried.python_version}",
                  APT_PACKAGES=" ".join((*APT_PACKAGES, *carried.python_packages)),
                  REQUIREMENTS=" ".join((f'"{carried.requirement("$ROOT/source")}"', *more)))


def write(folder, name, text, executable=False):
    """A text file in a folder that is made if need be; its path."""
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    if executable:
        os.chmod(path, os.stat(path).st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
    return path


def copy_lab(lab, folder):
    """The lab's folder, with its solutions and without what Python left, into a folder."""
    target = os.path.join(folder, lab.name)
    shutil.copytree(lab.folder, target, dirs_exist_ok=True,
                    ignore=shutil.ignore_patterns("__pycache__", "*.pyc", "*.so", "*.o"))
    return target


def pack(folder, path):
    """A zip of all that is in a folder, with the right to execute kept; its path.  Its owner alone
    may read it: in it are the secret of the course, and solutions."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, stat.S_IRUSR | stat.S_IWUSR), "wb") as f:
        os.fchmod(f.fileno(), stat.S_IRUSR | stat.S_IWUSR)      # before anything is in it
    return shutil.make_archive(path.removesuffix(".zip"), "zip", folder)


def fresh(path):
    """A folder with nothing of an earlier build but the history of a repository."""
    os.makedirs(path, exist_ok=True)
    for entry in list(os.scandir(path)):
        if entry.name == ".git":
            continue
        if entry.is_dir(follow_symlinks=False):
            shutil.rmtree(entry.path)
        else:
            os.unlink(entry.path)
    return path
