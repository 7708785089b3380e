"""Makes a folder of links that Python takes for the installed package.

    python link_package.py PACKAGE_SOURCE LABS ROOT FOLDER STAMP EXTENSION…

LABS, the folder of the lessons' labs, becomes PACKAGE/labs; the folders of ROOT that have headers for
plug-ins become those of PACKAGE/include.  Links to files and folders, not
copies: what is edited in the source tree is what runs.
"""
import os
import sys

HEADERS = ("core", "rdd", "sql")


def link(target, path):
    if os.path.lexists(path):
        if os.readlink(path) == target:
            return
        os.unlink(path)
    os.symlink(target, path)


def main(source, labs, root, folder, stamp, *extensions):
    include = os.path.join(folder, "include")
    os.makedirs(include, exist_ok=True)
    for name in HEADERS:
        link(os.path.join(root, name), os.path.join(include, name))
    wanted = {name: os.path.join(source, name) for name in os.listdir(source)
              if name not in ("__pycache__", "meson.build")}
    wanted["labs"] = labs
    wanted.update((os.path.basename(path), os.path.abspath(path)) for path in extensions)
    for name in set(os.listdir(folder)) - set(wanted) - {"__pycache__", "include"}:
        os.unlink(os.path.join(folder, name))
    for name, target in wanted.items():
        link(target, os.path.join(folder, name))
    with open(stamp, "w", encoding="utf-8"):
        pass


if __name__ == "__main__":
    main(*sys.argv[1:])
