"""The section of graphs: PageRank against a sparse product, and against libraries of graphs."""
import measure
from sql_sections import HERE, PEER, SUBMIT

APP = str(HERE / "graph_pagerank.py")


def seconds_of(argv):
    top, *lines = measure.once(argv)[3].splitlines()
    return float(top), {what: float(taken) for what, taken in map(str.split, lines)}


def graph(tmp):
    print("\nPageRank, 10 iterations, RMAT scale 18, 2.0 M edges; local[2]; best of several")
    path = tmp + "/rmat18.txt"
    measure.once([PEER, APP, "make", path])
    seen = {"rushlight": seconds_of([*SUBMIT, APP, "rushlight", path])}
    for peer in ("scipy", "igraph", "networkx"):
        seen[peer] = seconds_of([PEER, APP, peer, path])
    print(f"{'':<14}{'read s':>10}{'build s':>10}{'rank s':>10}")
    for name, (_, taken) in seen.items():
        print(f"{name:<14}" + "".join(f"{taken[what]:>10.3f}" if what in taken else f"{'':>10}"
                                      for what in ("read", "build", "rank")))
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
