"""Asks a real Spark how it parses each statement of statements.txt, and writes answers.txt.

    python make_parser_answers.py        (needs pyspark)

An answer begins with "-- tree" (the parsed plan as Spark prints it) or "-- error" (the whole text of
the ParseException) and ends before the next "-- sql".
"""
import os

from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException
from pyspark.errors.exceptions.captured import convert_exception
from pyspark.sql import SparkSession

HERE = os.path.dirname(os.path.abspath(__file__))


def statements():
    with open(os.path.join(HERE, "statements.txt"), encoding="utf-8") as f:
        text = f.read()
    # One a line; a line that ends in a comment goes on in the next.
    for statement in text.replace("-- comment\n", "-- comment\0").rstrip("\n").split("\n"):
        yield statement.replace("\0", "\n")


def answer(parser, statement):
    try:
        return "-- tree\n" + parser.parsePlan(statement).toString().rstrip("\n")
    except Py4JJavaError as e:
        return "-- error\n" + str(convert_exception(e.java_exception)).split("\n\nJVM stacktrace")[0]
    except PySparkException as e:
        return "-- error\n" + str(e).split("\n\nJVM stacktrace")[0]


def main():
    spark = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
    spark.sparkContext.setLogLevel("OFF")
    parser = spark._jsparkSession.sessionState().sqlParser()
    with open(os.path.join(HERE, "answers.txt"), "w", encoding="utf-8") as out:
        for statement in statements():
            out.write("-- sql\n%s\n%s\n" % (statement, answer(parser, statement)))


main()
