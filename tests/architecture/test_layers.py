"""The folder tree is the architecture: an include line may only reach to the left.

The order of the layers is written once, here; ARCHITECTURE.md prints it for people.
"""
import os
import re
import subprocess

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

LAYERS = ["core/base", "core/plugin", "core/data", "core/conf", "core/event", "core/memory",
          "core/lineage", "core/storage", "core/shuffle", "core/scheduler", "core/executor", "rdd", "graph",
          "sql/types", "sql/plan", "sql/kernels", "sql/records", "sql/functions", "sql/evaluate",
          "sql/parser", "sql/analyzer", "sql/optimizer", "sql/sources", "sql/physical", "sql/codegen",
          "sql/session",
          "mllib/linalg", "mllib/aggregate", "mllib/stat", "mllib/optim", "mllib/feature",
          "mllib/regression", "mllib/classification", "mllib/clustering", "mllib/evaluation",
          "py/runner", "py/ext"]
# Beside the order; nothing but the Python extension includes them.  Pictures are readers of lineage and
# events; the simulated cluster is a backend, which stands on core alone.
SIDE = {"core/viz": ["core/base", "core/data", "core/conf", "core/event", "core/lineage", "core/viz"],
        "sim": LAYERS[:LAYERS.index("core/executor") + 1] + ["sim"]}
# A worker is a process of its own: it knows the encoding of a batch and what values mean, and
# nothing of the engine.
WORKER = ["core/base", "core/data", "sql/types", "py/runner/protocol.h"]


def sources():
    out = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "--", "core", "sim", "rdd", "graph", "sql",
                          "mllib", "py"],
                         cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout.split()
    return [p for p in out if p.endswith((".c", ".h", ".def")) and os.path.exists(os.path.join(ROOT, p))]


def layer_of(path):
    known = LAYERS + list(SIDE)
    found = [name for name in known if path == name or path.startswith(name + "/")]
    return max(found, key=len) if found else None


def includes(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as f:
        for number, line in enumerate(f, 1):
            match = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
            if match:
                yield number, match.group(1)


def allowed(layer):
    if layer in SIDE:
        return SIDE[layer]
    left = LAYERS[:LAYERS.index(layer) + 1]
    return left + list(SIDE) if layer == "py/ext" else left


def test_every_source_is_in_a_layer():
    assert [p for p in sources() if layer_of(p) is None] == []


def test_includes_reach_only_to_the_left():
    wrong = []
    for path in sources():
        layer = layer_of(path)
        for number, target in includes(path):
            reached = layer_of(target)
            if reached is None or reached not in allowed(layer):
                wrong.append(f"{path}:{number}: {layer} must not include {target}")
    assert wrong == []


def test_private_headers_stay_in_their_folder():
    wrong = []
    for path in sources():
        for number, target in includes(path):
            if target.endswith("_private.h") and layer_of(target) != layer_of(path):
                wrong.append(f"{path}:{number}: {target} is private")
    assert wrong == []


def test_nothing_below_the_extension_knows_python():
    for path in sources():
        if not path.startswith("py/ext/"):
            with open(os.path.join(ROOT, path), encoding="utf-8") as f:
                assert "Python.h>" not in f.read(), path


def test_worker_links_little():
    for path in sources():
        if path.startswith("py/ext/worker_"):
            for number, target in includes(path):
                assert target.startswith("py/ext/") or any(target.startswith(w) for w in WORKER), f"{path}:{number}"


def test_only_render_includes_graphviz():
    users = [p for p in sources() if re.search(r"#\s*include\s+<(graphviz/)?(gvc|cgraph)\.h>",
                                               open(os.path.join(ROOT, p), encoding="utf-8").read())]
    assert all(os.path.dirname(p) == "core/viz" for p in users)


def test_file_names_are_unique():
    seen = {}
    for path in sources():
        name = os.path.basename(path)
        assert name not in seen, f"{path} and {seen.get(name)}"
        seen[name] = path


@pytest.mark.parametrize("limit", [100])
def test_lines_are_short(limit):
    wrong = [f"{path}:{n}" for path in sources() if not path.endswith(".def")
             for n, line in enumerate(open(os.path.join(ROOT, path), encoding="utf-8"), 1)
             if len(line.rstrip("\n")) > limit]
    assert wrong == []


def test_files_are_of_a_readable_size():
    """Past about 600 lines a file is asking to be two."""
    wrong = {path: n for path in sources()
             if (n := sum(1 for _ in open(os.path.join(ROOT, path), encoding="utf-8"))) > 650}
    assert wrong == {}


def test_every_folder_explains_itself():
    folders = {os.path.dirname(p) for p in sources()}
    folders = {f for f in folders if layer_of(f) == f}
    assert [f for f in sorted(folders) if not os.path.exists(os.path.join(ROOT, f, "README.md"))] == []
