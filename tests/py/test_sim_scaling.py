"""bench/sim_scaling.py: the scaling curve says what the page about it says."""
import os
import sys
import xml.etree.ElementTree as ET

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "bench"))
import sim_scaling as scaling  # noqa: E402


def test_ten_machines_are_nearly_ten_times_as_quick():
    one, ten = scaling.seconds(1), scaling.seconds(10)
    assert 9 < one / ten < 10
    assert scaling.ideal(10) < ten


def test_beyond_the_knee_more_machines_take_longer():
    assert scaling.seconds(1000) > scaling.seconds(400) > scaling.ideal(400)


def test_each_cause_alone_is_a_floor():
    hosts, n_tasks = 1000, 2 * 1000 * scaling.CORES * scaling.TASKS_A_CORE
    alone = {name: scaling.seconds(hosts, **what) for name, what in scaling.VARIANTS}
    assert alone["launches alone"] >= n_tasks * scaling.DRIVER_S
    pieces = (n_tasks / 2) ** 2 * scaling.SEEK_S / hosts
    assert alone["pieces of the shuffle alone"] >= pieces
    assert min(alone.values()) == alone["none of these"] > scaling.ideal(hosts)
    assert max(alone.values()) == alone["all of these"]


def test_the_picture_has_a_line_for_each_cause_and_the_knee():
    curves = {name: [scaling.ideal(n) * 1.5 for n in scaling.HOSTS] for name, _ in scaling.VARIANTS}
    root = ET.fromstring(scaling.picture(curves, 500, 10))
    lines = root.findall("{http://www.w3.org/2000/svg}polyline")
    assert len(lines) == len(scaling.VARIANTS) + 1
    assert all(len(line.get("points").split()) == len(scaling.HOSTS) for line in lines)
    words = "".join(root.itertext())
    assert all(name in words for name, _ in scaling.VARIANTS)
    assert f"{scaling.HOSTS[10]} machines are the quickest" in words
