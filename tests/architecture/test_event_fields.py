"""The tables of core/event/event_fields.c have every member of every struct that events are made of.

A digest of a run is made from the tables: a member that they lack could change unseen.
"""
import os
import re

import pytest

EVENT = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))),
                     "core", "event")
HEADERS = ["accumulable.h", "event.h", "plan_info.h", "storage_level.h", "task_metrics.h"]
NO_FIELDS = {("RushRddInfo", "refs"), ("RushStageInfo", "refs")}  # how many share it: no event tells
NOT_TOLD = {"RushEvent"}  # what holds the payload


def read(name):
    with open(os.path.join(EVENT, name), encoding="utf-8") as f:
        return re.sub(r"/\*.*?\*/", "", f.read(), flags=re.S)


def members(body):
    for declaration in body.split(";"):
        for part in declaration.split(","):
            match = re.search(r"(\w+)\s*(\[[^]]*\])?\s*$", part)
            if match:
                yield match.group(1)


def structs():
    found = {}
    for name in HEADERS:
        text = read(name)
        for body, struct in re.findall(r"typedef struct\s*\{([^{}]*)\}\s*(\w+);", text):
            found[struct] = list(members(body))
        for struct, body in re.findall(r"^struct _(\w+)\s*\{([^{}]*)\};", text, flags=re.M):
            found[struct] = list(members(body))
    return {struct: names for struct, names in found.items() if struct not in NOT_TOLD}


def tables():
    text = read("event_fields.c")
    return {struct: re.findall(r"\b(?:INT|TEXT|CHARS|TEXTS|INTS|STRUCT|POINTER|POINTERS|STRUCTS|LIST) "
                               r"\((\w+)", body)
            for struct, body in re.findall(r"^#define S (\w+)\n(.*?)^#undef S", text, flags=re.M | re.S)}


def test_the_headers_are_read():
    assert structs()["RushExecutorRemoved"] == ["time_ms", "executor_id", "reason"]
    assert "host" in structs()["RushTaskInfo"] and "children" in structs()["RushPlanInfo"]


@pytest.mark.parametrize("struct", sorted(structs()))
def test_every_member_is_a_field(struct):
    wanted = [name for name in structs()[struct] if (struct, name) not in NO_FIELDS]
    assert tables().get(struct) == wanted
