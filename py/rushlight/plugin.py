"""C plug-ins: a single .c file takes the place of one part of the engine.

    >>> from rushlight import plugin                                            # doctest: +SKIP
    >>> path = plugin.build("lru.c")                                            # doctest: +SKIP
    >>> conf = SparkConf().set("spark.rushlight.plugins", path)                 # doctest: +SKIP

The file includes the header that declares the part (rushlight/include), and names it at its end
with RUSH_PLUGIN: `seams()` lists the parts, core/plugin/plugin.h says how a plug-in finds the
engine's functions.  It is compiled with the compiler of $CC, or cc, and the headers of GLib, which
pkg-config finds; it is linked with nothing.
"""
import hashlib
import os
import re
import shlex
import shutil
import subprocess
import tempfile

INCLUDE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "include")

_FLAGS = ["-std=gnu11", "-g", "-O1", "-Wall", "-Wmissing-prototypes", "-Wno-unknown-warning-option",
          "-Werror=implicit-function-declaration", "-Werror=incompatible-pointer-types",
          "-Werror=int-conversion", "-Werror=return-type", "-fPIC", "-shared"]
_SANITIZER = ["-fsanitize=address,undefined", "-fno-omit-frame-pointer"]
_INSTALL = ("On Debian and Ubuntu: apt install gcc pkg-config libglib2.0-dev; on Fedora: dnf "
            "install gcc pkgconf glib2-devel; on macOS: xcode-select --install, brew install "
            "pkg-config glib")


class PluginBuildError(Exception):
    """A plug-in could not be built.  `messages` are those of the compiler about the student's own
    lines, "lru.c:12: error: …"; `line` is the first line that has an error, or None.

    >>> raise PluginBuildError("lru.c:12: error: expected ';'", ["lru.c:12: error: expected ';'"])
    Traceback (most recent call last):
    rushlight.plugin.PluginBuildError: lru.c:12: error: expected ';'
    """

    def __init__(self, text, messages=()):
        super().__init__(text)
        self.messages = list(messages)
        lines = [re.match(r".*?:(\d+): error", message) for message in self.messages]
        self.line = next((int(match.group(1)) for match in lines if match), None)


def build(source, to=None, sanitize=False):
    """Compiles `source` to a shared object, and returns its path.

    `to` is where it goes; otherwise its name is made of what is in it, in a folder of its own, and
    what is there already is not built again.  With `sanitize` it watches its own memory (Address-
    and UndefinedBehaviorSanitizer): see `sanitizer_environment`.

    >>> import os, tempfile
    >>> path = os.path.join(tempfile.mkdtemp(), "lifo.c")
    >>> with open(path, "w") as f:
    ...     _ = f.write('''
    ... #include "core/scheduler/seams.h"
    ... static gint newest_first (const RushSchedulable *a, const RushSchedulable *b)
    ... { return b->stage_id - a->stage_id; }
    ... static const RushSchedulingPolicy lifo = { "LIFO", newest_first, FALSE };
    ... RUSH_PLUGIN (RUSH_FIFO_POLICY_PART (&lifo));
    ... ''')
    >>> os.path.basename(build(path)).startswith("lifo-")
    True
    """
    source = os.path.abspath(source)
    if not os.path.isfile(source):
        raise PluginBuildError(f"{source}: there is no such file")
    command = [*_compiler(), *_FLAGS, *(_SANITIZER if sanitize else []), f"-I{INCLUDE}",
               *_glib_flags()]
    target = os.path.abspath(to) if to else _usual_target(source, command)
    if to is None and os.path.exists(target):
        return target
    _compile(command, source, target)
    return target


def seams():
    """The parts of the engine that a plug-in may take: a list of (name, version, header, what it
    does).

    >>> [name for name, *_ in seams()][:3]
    ['partitioner', 'combiner', 'eviction-policy']
    """
    from rushlight import _engine
    return _engine.seams()


def sanitizer_environment():
    """Variables that a Python needs which loads a plug-in built with sanitize=True: the
    sanitizer's library must be there before anything else.

    >>> sorted(sanitizer_environment())
    ['ASAN_OPTIONS', 'LD_PRELOAD']
    """
    found = subprocess.run([*_compiler(), "-print-file-name=libasan.so"], stdout=subprocess.PIPE,
                           text=True, check=False).stdout.strip()
    # Python itself frees little of what it has at its end.
    return {"LD_PRELOAD": os.path.realpath(found), "ASAN_OPTIONS": "detect_leaks=0"}


# ---- what it is built with ----

def _compiler():
    command = shlex.split(os.environ.get("CC", "")) or ["cc"]
    if shutil.which(command[0]) is None:
        raise PluginBuildError(
            f"There is no C compiler {command[0]!r}. {_INSTALL}; or set CC to one.")
    return command


def _glib_flags():
    if shutil.which("pkg-config") is None:
        raise PluginBuildError(
            f"There is no pkg-config, which knows where GLib's headers are. {_INSTALL}.")
    found = subprocess.run(["pkg-config", "--cflags", "glib-2.0"], stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE, text=True, check=False)
    if found.returncode != 0:
        raise PluginBuildError(
            f"GLib's headers are missing (pkg-config knows no glib-2.0). {_INSTALL}.")
    return shlex.split(found.stdout)


def _usual_target(source, command):
    """By content: a process never loads two different files under one name."""
    with open(source, "rb") as f:
        known = hashlib.sha256(f.read() + "\0".join([source, *command]).encode()
                               + _state_of_headers())
    folder = os.path.join(tempfile.gettempdir(), f"rushlight-plugins-{os.getuid()}")
    os.makedirs(folder, mode=0o700, exist_ok=True)
    if os.stat(folder).st_uid != os.getuid():
        raise PluginBuildError(f"{folder} belongs to somebody else: say where to build to")
    name = os.path.splitext(os.path.basename(source))[0]
    return os.path.join(folder, f"{name}-{known.hexdigest()[:16]}.so")


def _state_of_headers():
    """Other versions of seams make other plug-ins of one source."""
    with open(os.path.join(INCLUDE, "core", "plugin", "seams.def"), "rb") as f:
        return f.read()


# ---- building ----

def _compile(command, source, target):
    folder = os.path.dirname(target)
    if not os.path.isdir(folder):
        raise PluginBuildError(f"{folder}: there is no such folder")
    handle, half = tempfile.mkstemp(suffix=".so", dir=folder)
    os.close(handle)
    try:
        done = subprocess.run([*command, "-o", half, source], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, errors="replace", check=False,
                              env={**os.environ, "LC_ALL": "C"})
        if done.returncode != 0:
            messages = shorten(done.stdout, source)
            raise PluginBuildError("\n".join(messages) or done.stdout.strip(), messages)
        os.replace(half, target)
    finally:
        if os.path.exists(half):
            os.unlink(half)


def shorten(output, source):
    """Of what a compiler says, the lines about the student's file, with its name alone; what is
    wrong in a macro of a header is told by the line that uses it.

    >>> shorten("/a/lru.c: In function 'f':\\n/a/lru.c:3:9: error: 'x' undeclared", "/a/lru.c")
    ["lru.c:3: error: 'x' undeclared"]
    """
    name = os.path.basename(source)
    kept, elsewhere = [], None      # elsewhere: in a macro of a header, whose user comes in a note
    for line in output.splitlines():
        match = re.match(r"(.*?):(\d+):(?:\d+:)? (?:fatal )?(error|warning|note): (.*)", line)
        if match is None:
            continue
        file, number, kind, text = match.groups()
        is_own = os.path.basename(file) == name
        if kind == "note":
            if is_own and elsewhere is not None:
                kept.append(f"{name}:{number}: {elsewhere}")
                elsewhere = None
            continue
        if elsewhere is not None:
            kept.append(f"{name}: {elsewhere}")
        elsewhere = None if is_own else f"{kind}: {text} ({os.path.relpath(file, INCLUDE)})"
        if is_own:
            kept.append(f"{name}:{number}: {kind}: {text}")
    return kept + ([f"{name}: {elsewhere}"] if elsewhere else [])
