"""The section of graphs: PageRank against a sparse product, and against libraries of graphs."""
import measure
from sql_sections import HERE, PEER, SUBMIT

APP = str(HERE / "graph_pagerank.py")


def seconds_of(argv):
    """(the largest rank, seconds by measure, CPU seconds by measure) of one program."""
    top, *lines = measure.once(argv)[3].splitlines()
    rows = [line.split() for line in lines]
    return (float(top), {what: float(wall) for what, wall, _ in rows},
            {what: float(cpu) for what, _, cpu in rows})


def graph(tmp, edges="2000000"):
    print(f"\nPageRank, 10 iterations, RMAT scale 18, {int(edges):,} edges; local[2]; best of several")
    path = tmp + "/rmat18.txt"
    measure.once([PEER, APP, "make", path, edges])
    seen = {"rushlight": seconds_of([*SUBMIT, APP, "rushlight", path])}
    for peer in ("scipy", "igraph", "networkx"):
        seen[peer] = seconds_of([PEER, APP, peer, path])
    measures = ("read", "build", "rank")
    print(f"{'':<14}" + "".join(f"{what + ' s':>10}{'cpu s':>8}" for what in measures))
    for name, (_, wall, cpu) in seen.items():
        print(f"{name:<14}" + "".join(f"{wall[what]:>10.3f}{cpu[what]:>8.3f}" if what in wall
                                      else f"{'':>18}" for what in measures))
    ours, scipy = seen["rushlight"], seen["scipy"]
    if abs(ours[0] - scipy[0]) > 1e-8:
        raise SystemExit(f"the answers differ: {ours[0]} and {scipy[0]}")
    measure.ratio("ten rounds, of SciPy's sparse product", ours[1]["rank"] / scipy[1]["rank"], 2, at_most=True)
    measure.ratio("text to graph, of numpy.loadtxt alone", ours[1]["build"] / scipy[1]["read"], 1, at_most=True)
    for peer in ("igraph", "networkx"):
        theirs = seen[peer][1]
        measure.ratio(f"times faster than {peer}, building counted, reading not",
                      (theirs["build"] + theirs["rank"]) / (ours[1]["build"] + ours[1]["rank"]), 1)


SECTIONS = {"graph": graph}
