"""What --verbose shows before a program starts, in the order in which spark-submit does: which
files were read, what the command line was taken for, and the settings that come of it.
"""
import sys

from rushlight.cli.options import FLAGS

_MAIN = "rushlight.cli.program"     # what runs the program; SparkSubmit's would be a Java class


def show(options, settings):
    """On stderr, without secrets."""
    print("\n".join(_lines(options, settings)), file=sys.stderr)


def _lines(options, settings):
    for path, properties in options.files:
        yield f"Using properties file: {path}"
        for key, value in properties.items():
            yield f"Adding default property: {_redacted(key, value)}"
    yield "Parsed arguments:"
    for label, value in _parsed(options, settings):
        yield f"  {label:<23} {value}"
    yield "\nSpark properties used, those of --conf and of properties files:"
    named = {**{key: value for _, file in reversed(options.files) for key, value in file.items()},
             **options.conf}
    for key in sorted(key for key in named if key not in options.ignored):
        yield f"  ({_redacted(key, named[key], ',')})"
    yield f"\nMain class:\n{_MAIN}\nArguments:"
    yield from [str(options.program), *options.arguments]
    yield "Spark config:"
    for key, value in sorted(settings.items()):
        yield f"({_redacted(key, value, ',')})"
    yield from _plugins(settings)
    yield ""


def _plugins(settings):
    """Which parts of the engine are somebody else's; what does not fit fails when a context is
    made."""
    import rushlight.context  # noqa: F401  (makes the engine's errors Python's)
    from rushlight._engine import plugins
    from rushlight._summary import describe_plugins
    from rushlight.errors import PySparkException
    try:
        parts = plugins(settings.get("spark.rushlight.plugins", ""))
    except (PySparkException, OSError) as e:
        yield str(e)
    else:
        yield from filter(None, [describe_plugins(parts)])


def _parsed(options, settings):
    """Pairs of a label and what --verbose writes after it."""
    for flag in FLAGS:
        if flag.label is None:
            continue
        if flag.setting is not None:
            value = settings.get(flag.setting)
        elif flag.value is None:
            value = str(flag.name in options.switches).lower()
        else:
            value = options.flags.get(flag.name)
        yield flag.label, _redacted(flag.setting or flag.name, value).partition("=")[2]
    yield "primaryResource", str(options.program)
    yield "childArgs", "[" + " ".join(options.arguments) + "]"


def _redacted(key, value, between="="):
    from rushlight._engine import redact
    return f"{key}{between}{'null' if value is None else redact(key, str(value))}"
