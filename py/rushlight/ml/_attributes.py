"""ML attributes: what a column's metadata says about the features in it.

    numbers    {"ml_attr": {"type": "nominal", "name": "i", "vals": ["a", "b"]}}
    vectors    {"ml_attr": {"num_attrs": 3, "attrs": {"numeric": [{"idx": 0, "name": "x"}],
                                                      "nominal": [{"idx": 1, "vals": […]}]}}}

An attribute is such a dict, with its type; one of a vector that nothing is known about is numeric
and has no name.  Stages hand attributes on: an indexer writes the labels, an encoder names its
places after them, an assembler collects all names, and a model's summary can tell what each
coefficient stands for.

Mirrors org.apache.spark.ml.attribute.{Attribute,AttributeGroup}.
"""

_TYPES = ("numeric", "nominal", "binary")


def attribute_of(field):
    """The attribute of a column of numbers; None: its metadata says nothing."""
    known = field.metadata.get("ml_attr", {})
    return dict(known) if "type" in known or "name" in known else None


def group_size(field):
    """How many features the vectors of a column have; -1: the metadata does not say."""
    known = field.metadata.get("ml_attr", {})
    if "num_attrs" in known:
        return known["num_attrs"]
    return sum(map(len, known["attrs"].values())) if "attrs" in known else -1


def group_of(field):
    """The attributes of the vectors of a column, in order; None: unknown."""
    known = field.metadata.get("ml_attr", {})
    if "attrs" not in known:
        return None
    found = [{"type": "numeric"} for _ in range(group_size(field))]
    for kind, attributes in known["attrs"].items():
        for attribute in attributes:
            rest = {k: v for k, v in attribute.items() if k != "idx"}
            found[attribute["idx"]] = {"type": kind, **rest}
    return found


def nominal(name, values):
    """Metadata of a column of the places of labels."""
    return {"ml_attr": {"type": "nominal", "name": name, "vals": list(values)}}


def group_metadata(attributes):
    """Metadata of a column of vectors, by their attributes, or by how many there are."""
    if isinstance(attributes, int):
        return {"ml_attr": {"num_attrs": attributes}}
    if not attributes:
        return {"ml_attr": {"num_attrs": 0}}
    kinds = {}
    for idx, attribute in enumerate(attributes):
        if attribute == {"type": "numeric"}:
            continue
        rest = {k: v for k, v in attribute.items() if k != "type"}
        kinds.setdefault(attribute.get("type", "numeric"), []).append({"idx": idx, **rest})
    known = {"num_attrs": len(attributes)}
    if kinds:
        known["attrs"] = {kind: kinds[kind] for kind in _TYPES if kind in kinds}
    return {"ml_attr": known}
