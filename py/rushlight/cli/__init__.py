"""The command `rushlight`.

    rushlight submit [options] app.py [arguments]     runs a PySpark program
    rushlight dag -o picture.svg app.py [arguments]   runs it and draws its jobs
    rushlight shell [options]                         Python's prompt with sc and spark
    rushlight replay LOG [options]                    a logged run on other clusters
    rushlight simulate SCENARIO [options]             a program without data on no cluster at all
    rushlight chaos [options]                         programs under random faults
    rushlight picture KIND LOG [-o FILE]              a logged run, drawn
    rushlight course build | check | grade            labs in the formats of teachers' tools
    rushlight quiz [options]                          interview practice

    options.py      spark-submit's flags and ours, into settings; properties.py: files of settings
    submit.py       submit and dag, from the command line to the exit status
    program.py      a program run as Python would run it, and what is shown when it ends
    verbose.py      what --verbose shows
    shell.py        what `rushlight shell` becomes; prompt.py: what makes Python's prompt a shell
    launched.py     the settings of a program that nothing of this has started
    handover.py     a program whose master is a cluster goes to the real PySpark
    replay.py       what an event log says of other clusters
    simulate.py     what a scenario says of a cluster
    chaos.py        random programs, random faults
    plugin.py       C files built, that take the place of parts of the engine
    picture.py      what an event log looks like
    course.py       labs in the formats of teachers' tools, their proof, submissions graded
    lesson.py       labs; rushlight.lesson does the work
    quiz.py         questions whose answers the engine computes
"""
import os
import sys

from rushlight._version import BOTH

USAGE = """\
usage: rushlight submit [options] app.py [arguments]         run a PySpark program
       rushlight dag [-o FILE] [options] app.py [arguments]  run it and draw its jobs
       rushlight shell [options]                             a Python prompt with sc and spark
       rushlight replay LOG [options]                        a logged run on other clusters
       rushlight simulate SCENARIO [options]                 stages without data on no cluster
       rushlight chaos [options]                             programs under random faults
       rushlight plugin build FILE.c | seams                 parts of the engine in C
       rushlight picture KIND LOG [-o FILE]                  a logged run, drawn
       rushlight course build | check | grade                labs for teachers' tools
       rushlight lesson COMMAND                              labs, handed out and graded
       rushlight quiz [options]                              interview practice
       rushlight --version

`rushlight submit --help` lists the options; they are spark-submit's."""


def main(argv=None):
    """The entry point; returns the exit status."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if not arguments:
        print(USAGE, file=sys.stderr)
        return 2
    command = arguments.pop(0)
    if command in ("--help", "-h", "help"):
        print(USAGE)
        return 0
    if command in ("--version", "version"):
        print(f"rushlight {BOTH}")
        return 0
    if command in ("submit", "dag"):
        from rushlight.cli.submit import submit
        return submit(arguments, draws=command == "dag")
    if command == "shell":
        from rushlight.cli.shell import shell
        return shell(arguments)
    if command == "replay":
        from rushlight.cli.replay import replay
        return _piped(replay, arguments)
    if command == "simulate":
        from rushlight.cli.simulate import simulate
        return _piped(simulate, arguments)
    if command == "picture":
        from rushlight.cli.picture import picture
        return _piped(picture, arguments)
    if command == "lesson":
        from rushlight.cli.lesson import lesson
        return _piped(lesson, arguments)
    if command == "course":
        from rushlight.cli.course import course
        return _piped(course, arguments)
    if command == "plugin":
        from rushlight.cli.plugin import plugin
        return _piped(plugin, arguments)
    if command == "chaos":
        from rushlight.cli.chaos import chaos
        return _piped(chaos, arguments)
    if command == "quiz":
        from rushlight.cli.quiz import quiz
        return _piped(quiz, arguments)
    print(f"rushlight: no command {command!r}\n{USAGE}", file=sys.stderr)
    return 2


def _piped(command, arguments):
    """The status of a command whose reader may leave before the end, as `head` does."""
    try:
        status = command(arguments)
        sys.stdout.flush()
        return status
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
