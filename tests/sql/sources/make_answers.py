"""Writes answers.json: what real Spark reads of small files.

    python make_answers.py              with pyspark 4.3.0 installed

A case is files, a format, options and perhaps a schema; its answer is the schema that Spark finds
and the rows, each value cast to string, or the error's class.  Rows are in the order of the files.
"""

import json
import os
import re
import shutil
import tempfile

CASES = []


def case(name, format, files, schema=None, path="", **options):
    if isinstance(files, str):
        files = {"a." + format: files}
    CASES.append({"name": name, "format": format, "files": files, "schema": schema, "path": path,
                  "options": {k: str(v).lower() if isinstance(v, bool) else str(v)
                              for k, v in options.items()}})


# -- CSV: fields --
case("csv plain", "csv", "a,b,c\n1,2,3\n")
case("csv header", "csv", "a,b,c\n1,2,3\n4,5,6\n", header=True)
case("csv header of two files", "csv", {"1.csv": "a,b\n1,2\n", "2.csv": "a,b\n3,4\n"}, header=True)
case("csv header with doubles and blanks", "csv", "a,a,,A b\n1,2,3,4\n", header=True)
case("csv empty lines", "csv", "a,b\n\n1,2\n\n\n3,4\n", header=True)
case("csv blank lines", "csv", "a,b\n   \n1,2\n", header=True)
case("csv crlf", "csv", "a,b\r\n1,2\r\n3,4", header=True)
case("csv quotes", "csv", 'a,b\n"x,y","he said ""hi"""\n"",z\n', header=True)
case("csv escape", "csv", 'a,b\n"x\\"y",1\n"back\\\\slash",2\n', header=True)
case("csv escape is quote", "csv", 'a,b\n"x""y",1\n"z",2\n', header=True, escape='"')
case("csv escape of escape", "csv", 'a\n"x\\\\"\n"y^^"\n', header=True,
     charToEscapeQuoteEscaping="\\")
case("csv quote in the middle", "csv", 'a,b\nx"y"z,1\n', header=True)
case("csv text behind a quote", "csv", 'a,b\n"x"y,1\n"p" ,2\n', header=True)
case("csv unclosed quote", "csv", 'a,b\n"x,1\n2,3\n', header=True)
case("csv other quote", "csv", "a,b\n'x,y',1\n", header=True, quote="'")
case("csv no quote", "csv", 'a,b\n"x,1\n', header=True, quote="")
case("csv sep tab", "csv", "a\tb\n1\t2\n", header=True, sep="\\t")
case("csv sep pipe", "csv", "a|b\n1|2\n", header=True, delimiter="|")
case("csv sep of two", "csv", "a||b\n1||2|3\n", header=True, sep="||")
case("csv too few", "csv", "a,b,c\n1\n1,2\n", header=True)
case("csv too many", "csv", "a,b\n1,2,3\n", header=True)
case("csv trailing separator", "csv", "a,b,\n1,2,\n", header=True)
case("csv comment", "csv", "# x\na,b\n#1,2\n3,#4\n", header=True, comment="#")
case("csv nulls", "csv", "a,b\n,x\n\"\",y\nNA,z\n", header=True, nullValue="NA")
case("csv empty value", "csv", 'a,b\n,1\n"",2\n', header=True, emptyValue="E")
case("csv white space", "csv", "a,b\n x , y \n\" q \" , 1\n", header=True)
case("csv white space ignored", "csv", "a , b\n x , y \n\" q \" , 1\n", header=True,
     ignoreLeadingWhiteSpace=True, ignoreTrailingWhiteSpace=True)
case("csv lineSep", "csv", "a,b;1,2;3,4", header=True, lineSep=";")
case("csv bom", "csv", "\ufeffa,b\n1,2\n", header=True)
case("csv utf8", "csv", "ä,b\nö,😀\n", header=True)
case("csv multiLine", "csv", 'a,b\n"x\ny",1\n"z\r\nw",2\n', header=True, multiLine=True)
case("csv line ends in quotes", "csv", 'a,b\n"x\ny",1\n', header=True)
case("csv multiLine nothing at the end", "csv", 'a,b\n1,2', header=True, multiLine=True)
case("csv maxColumns", "csv", "1,2,3\n", maxColumns=2)
case("csv maxCharsPerColumn", "csv", "abcdef,2\n", maxCharsPerColumn=3)
case("csv encoding", "csv", "a\n1\n", encoding="utf-8", header=True)
case("csv only header", "csv", "a,b\n", header=True, inferSchema=True)
case("csv no lines", "csv", {"a.csv": "", "b.csv": "x,y\n"}, inferSchema=True)
case("csv null char values", "csv", "a,b\n-,1\n", header=True, nullValue="-", inferSchema=True)

# -- CSV: types --
TYPES = ("i,l,d,b,s,dt,ts,n\n"
         "1,3000000000,1.5,true,x,2024-01-02,2024-01-02 03:04:05,\n"
         "-2,4,1e3,FALSE,,1999-12-31,2024-01-02T03:04:05.123,\n")
case("csv infer", "csv", TYPES, header=True, inferSchema=True)
case("csv infer mixed", "csv",
     "a,b,c,d,e\n1,1,1,true,2024-01-01\n1.5,x,2024-01-01,1,2024-01-01 01:00:00\n",
     header=True, inferSchema=True)
case("csv infer decimals", "csv",
     "a,b\n12345678901234567890,1\n1,99999999999999999999999999999999999999999\n",
     header=True, inferSchema=True)
case("csv infer special doubles", "csv", "a,b\nNaN,1\n-Inf,Inf\n1,2\n", header=True,
     inferSchema=True)
case("csv infer preferDate false", "csv", "a\n2024-01-01\n", header=True, inferSchema=True,
     preferDate=False)
case("csv infer leading zeros and plus", "csv", "a,b,c\n007,+5, 6\n8,9,10\n", header=True,
     inferSchema=True)
case("csv types", "csv", TYPES,
     "i int, l bigint, d double, b boolean, s string, dt date, ts timestamp, n int",
     header=True)
case("csv small types", "csv", "1,2,3.5,12.345,x\n127,32767,-0.0,1e2,y\n",
     "a tinyint, b smallint, c float, d decimal(6,2), e binary")
case("csv bad values", "csv", "1,2\nx,3\n4,y\n", "a int, b int")
case("csv bad values with corrupt column", "csv", "1,2\nx,3\n4\n5,6,7\n",
     "a int, b int, _corrupt_record string")
case("csv corrupt column of another name", "csv", "1,2\nx,3\n", "a int, b int, bad string",
     columnNameOfCorruptRecord="bad")
case("csv dropmalformed", "csv", "1,2\nx,3\n4\n5,6,7\n8,9\n", "a int, b int", mode="DROPMALFORMED")
case("csv failfast good", "csv", "1,2\n", "a int, b int", mode="FAILFAST")
case("csv failfast", "csv", "1,2\nx,3\n", "a int, b int", mode="FAILFAST")
case("csv overflow", "csv", "128,40000,3000000000,99999999999999999999\n",
     "a tinyint, b smallint, c int, d bigint")
case("csv decimals", "csv", "1.005,123456.7,1e2,x\n",
     "a decimal(4,2), b decimal(5,1), c decimal(5,0), d decimal(3,1)")
case("csv blanks around numbers", "csv", " 1, 2.5, true, 2024-01-01\n1 ,2.5 ,true ,2024-01-01 \n",
     "a int, b double, c boolean, d date")
case("csv dateFormat", "csv", "31/12/2024,2024.12.31 23:59\n", "a date, b timestamp",
     dateFormat="dd/MM/yyyy", timestampFormat="yyyy.MM.dd HH:mm")
case("csv dateFormat inferred", "csv", "a,b\n31/12/2024,2024.12.31 23:59\n", header=True,
     inferSchema=True,
     dateFormat="dd/MM/yyyy", timestampFormat="yyyy.MM.dd HH:mm")
case("csv dates of other forms", "csv", "2024,2024-1-2,20240102,2024-13-01\n",
     "a date, b date, c date, d date")
case("csv timestamps of other forms", "csv",
     "2024,2024-01-02 3:04,2024-01-02T03:04:05Z,2024-01-02 03:04:05+02:00\n",
     "a timestamp, b timestamp, c timestamp, d timestamp")
case("csv ntz", "csv", "2024-01-02 03:04:05,2024-01-02T03:04:05Z\n",
     "a timestamp_ntz, b timestamp_ntz")
case("csv nanValue", "csv", "nope,1\nbig,-big\n", "a double, b double", nanValue="nope",
     positiveInf="big",
     negativeInf="-big")
case("csv quoted null", "csv", '"",1\n,2\n', "a string, b int")
case("csv schema of fewer columns", "csv", "1,2,3\n", "a int, b int")
case("csv schema of more columns", "csv", "1,2\n", "a int, b int, c int")
case("csv header and schema", "csv", "b,a\n1,2\n", "a int, b int", header=True)
case("csv header and schema not enforced", "csv", "b,a\n1,2\n", "b int, a int", header=True,
     enforceSchema=False)
case("csv header does not conform", "csv", "b,a\n1,2\n", "a int, b int", header=True,
     enforceSchema=False)
case("csv locale sep empty", "csv", "a\n", sep="")
case("csv boolean words", "csv", "t,true\nTRUE,yes\n", "a boolean, b boolean")
case("csv array", "csv", "1\n", "a array<int>")
case("csv nested folders", "csv", {"k=1/a.csv": "x\n", "k=2/b.csv": "y\n"}, inferSchema=True)
case("csv glob", "csv", {"a1.csv": "1\n", "a2.csv": "2\n", "b1.csv": "3\n"}, path="a*.csv")
case("csv pathGlobFilter", "csv", {"a1.csv": "1\n", "a2.txt": "2\n"}, pathGlobFilter="*.csv")
case("csv hidden", "csv", {"_a.csv": "1\n", ".b.csv": "2\n", "c.csv": "3\n"})
case("csv missing", "csv", {"a.csv": "1\n"}, path="nothing.csv")
case("csv recursive", "csv", {"x/k=1/a.csv": "1\n", "y/b.csv": "2\n"}, recursiveFileLookup=True)

# -- partition folders --
for name, values in {"ints": ["1", "2"], "longs": ["1", "3000000000"], "decimals": ["1",
     "12345678901234567890"],
                     "doubles": ["1", "2.5"], "longs and doubles": ["3000000000", "2.5"],
                     "dates": ["2024-01-01", "2024-01-02"], "not dates": ["2024-1-1", "2024-01-02"],
                     "timestamps": ["2024-01-01 00%3A00%3A00", "2024-01-02 01%3A02%3A03.5"],
                     "dates and timestamps": ["2024-01-01", "2024-01-02 01%3A02%3A03"],
                     "ints and strings": ["1", "x"], "ints and dates": ["1", "2024-01-01"],
                     "escapes": ["a%2Fb", "c%3Dd"], "null": ["1", "__HIVE_DEFAULT_PARTITION__"],
                     "nulls alone": ["__HIVE_DEFAULT_PARTITION__"], "zeros": ["01", "02"],
                     "booleans": ["true", "false"], "exponent": ["1e3", "2"], "floats": ["1f",
                     "2d"]}.items():
    case("partition " + name, "text", {"k=%s/a.txt" % v: "line %d\n" % i for i,
    v in enumerate(values)})
case("partition two levels", "text", {"a=1/b=x/1.txt": "p\n", "a=2/b=y/2.txt": "q\n"})
case("partition with other files", "text", {"k=1/1.txt": "p\n", "2.txt": "q\n"})
case("partition conflicting names", "text", {"a=1/1.txt": "p\n", "b=2/2.txt": "q\n"})
case("partition conflicting depth", "text", {"a=1/1.txt": "p\n", "a=2/b=2/2.txt": "q\n"})
case("partition conflicting bases", "text", {"x/a=1/1.txt": "p\n", "y/a=2/2.txt": "q\n"})
case("partition user type", "csv", {"k=1/1.csv": "p\n", "k=2/2.csv": "q\n"}, "v string, k string")
case("partition user type fails", "csv", {"k=x/1.csv": "p\n"}, "v string, k int")
case("partition column in data", "csv", {"k=1/1.csv": "v,k\np,7\n", "k=2/2.csv": "v,k\nq,8\n"},
     header=True)
case("partition path below", "text", {"k=1/1.txt": "p\n"}, path="k=1")
case("partition basePath", "text", {"k=1/1.txt": "p\n", "k=2/1.txt": "q\n"}, path="k=1",
     basePath="<folder>")

# -- text --
case("text", "text", "a\nb\r\n\nc")
case("text lineSep", "text", "a;b;;c", lineSep=";")
case("text wholetext", "text", "a\nb\n", wholetext=True)
case("text empty file", "text", "")

# -- JSON --
case("json", "json", '{"a":1,"b":"x"}\n{"a":2,"c":true}\n')
case("json types", "json",
     '{"i":1,"l":3000000000,"h":123456789012345678901,"d":1.5,"e":1e3,"b":false,"s":"x","n":nul'
     'l,"o":{"p":1},"r":[1,2]}\n')
case("json merge", "json",
     '{"a":1,"b":1,"c":1,"d":[1],"e":{"x":1},"f":1}\n{"a":1.5,"b":"x","c":true,"d":["y"],"e":{"'
     'y":2},"f":null}\n')
case("json merge object and number", "json", '{"a":1}\n{"a":{"b":2}}\n{"a":[3]}\n')
case("json arrays", "json", '{"a":[]}\n{"a":[null]}\n{"a":[1,null,2.5]}\n{"a":[[1],[2]]}\n')
case("json empty array", "json", '{"a":[],"b":{}}\n')
case("json blank lines", "json", '\n{"a":1}\n   \n{"a":2}\n')
case("json corrupt", "json", '{"a":1}\n{"a":\nnot json\n{"a":2}\n')
case("json corrupt dropped", "json", '{"a":1}\n{"a":\n{"a":2}\n', mode="DROPMALFORMED")
case("json corrupt failfast", "json", '{"a":1}\n{"a":\n', mode="FAILFAST")
case("json corrupt with schema", "json", '{"a":1}\n{"a":\n{"a":"x"}\n{"a":3}\n',
     "a int, _corrupt_record string")
case("json corrupt with schema without column", "json", '{"a":1,"b":1}\n{"a":\n{"a":"x","b":2}\n',
     "a int, b int")
case("json dropped with schema", "json", '{"a":1}\n{"a":"x"}\n{"a":3}\n', "a int",
     mode="DROPMALFORMED")
case("json failfast with schema", "json", '{"a":1}\n{"a":"x"}\n', "a int", mode="FAILFAST")
case("json top-level array", "json", '[{"a":1},{"a":2}]\n{"a":3}\n')
case("json top-level array with schema", "json", '[{"a":1},{"a":2}]\n[]\n{"a":3}\n', "a int")
case("json top-level scalars", "json", '1\n"x"\n{"a":3}\n')
case("json multiLine", "json", '{\n "a": 1,\n "b": [1,\n 2]\n}\n', multiLine=True)
case("json multiLine array", "json", '[\n{"a": 1},\n{"a": 2}\n]\n', multiLine=True)
case("json multiLine corrupt", "json", '{\n "a": 1,\n', multiLine=True)
case("json escapes", "json", '{"a":"\\u00e4\\n\\"\\\\\\/\\t\\ud83d\\ude00"}\n')
case("json schema", "json", '{"a":1,"b":"x","z":9}\n{"b":"y"}\n{"a":null}\n',
     "a bigint, b string, c double")
case("json schema of types", "json",
     '{"a":1,"b":2,"c":3,"d":4,"e":1.5,"f":2.5,"g":true,"h":"x","i":"AQI=","j":"2024-01-02","k"'
     ':"2024-01-02T03:04:05Z","l":1.25}\n',
     "a tinyint, b smallint, c int, d bigint, e float, f double, g boolean, h string, i binary,"
     " j date, k timestamp, l decimal(5,2)")
case("json nested schema", "json",
     '{"a":[{"x":1},{"y":2}],"m":{"p":1,"q":null},"s":{"t":{"u":"v"}}}\n',
     "a array<struct<x:int,y:int>>, m map<string,int>, s struct<t:struct<u:string>>")
case("json numbers as strings", "json",
     '{"a":1,"b":1.50,"c":true,"d":{"x": 1, "y":[1, 2]},"e":[1, {"z":null}]}\n',
     "a string, b string, c string, d string, e string")
case("json strings as numbers", "json", '{"a":"1","b":"1.5","c":"true","d":"NaN","e":"Infinity"}\n',
     "a int, b double, c boolean, d double, e double")
case("json floats as ints", "json", '{"a":1.5}\n{"a":1.0}\n{"a":1e2}\n', "a int")
case("json overflow", "json", '{"a":300,"b":3000000000}\n', "a tinyint, b int")
case("json primitivesAsString", "json", '{"a":1,"b":true,"c":[1.5]}\n', primitivesAsString=True)
case("json prefersDecimal", "json", '{"a":1.5,"b":123456789012345678901}\n{"a":22.25,"b":1}\n',
     prefersDecimal=True)
case("json allowComments", "json", '{"a":1 /* x */}\n', allowComments=True)
case("json comments", "json", '{"a":1 /* x */}\n')
case("json single quotes", "json", "{'a':'x'}\n")
case("json no single quotes", "json", "{'a':'x'}\n", allowSingleQuotes=False)
case("json unquoted names", "json", '{a:1}\n', allowUnquotedFieldNames=True)
case("json leading zeros", "json", '{"a":007}\n', allowNumericLeadingZeros=True)
case("json non numeric", "json", '{"a":NaN,"b":Infinity,"c":-Infinity}\n')
case("json backslash any", "json", '{"a":"x\\qy"}\n', allowBackslashEscapingAnyCharacter=True)
case("json control chars", "json", '{"a":"x\ty"}\n')
case("json control chars allowed", "json", '{"a":"x\ty"}\n', allowUnquotedControlChars=True)
case("json double names", "json", '{"a":1,"a":2}\n')
case("json case of names", "json", '{"a":1,"A":2}\n')
case("json trailing text", "json", '{"a":1} x\n{"a":2}{"a":3}\n')
case("json infer timestamps", "json", '{"a":"2024-01-02T03:04:05","b":"2024-01-02"}\n',
     inferTimestamp=True)
case("json timestampFormat", "json", '{"a":"02/01/2024 03:04"}\n', "a timestamp",
     timestampFormat="dd/MM/yyyy HH:mm")
case("json dateFormat", "json", '{"a":"02/01/2024"}\n', "a date", dateFormat="dd/MM/yyyy")
case("json epoch", "json", '{"a":5,"b":7}\n', "a timestamp, b date")
case("json dropFieldIfAllNull", "json", '{"a":null,"b":[],"c":1,"d":{"e":null}}\n',
     dropFieldIfAllNull=True)
case("json lineSep", "json", '{"a":1};{"a":2}', lineSep=";")
case("json bom", "json", '\ufeff{"a":1}\n')
case("json empty object", "json", '{}\n{"a":1}\n')
case("json empty file", "json", "")
case("json map of missing", "json", '{"m":{}}\n{"m":null}\n{}\n', "m map<string,int>")
case("json bad element", "json", '{"a":[1,"x",3],"b":1}\n', "a array<int>, b int")
case("json bad nested", "json", '{"s":{"x":"no","y":1},"b":1}\n', "s struct<x:int,y:int>, b int")
case("json order of names", "json", '{"z":1,"a":2,"m":{"y":1,"b":2}}\n')
case("json deep", "json", '{"a":' + "[" * 40 + "1" + "]" * 40 + "}\n")
case("json number forms", "json", '{"a":-0,"b":-0.0,"c":1E+2,"d":0.1e-3,"e":1.0}\n')


def run(spark, case, folder):
    from py4j.protocol import Py4JJavaError
    from pyspark.errors import PySparkException
    for name, text in case["files"].items():
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8", newline="") as out:
            out.write(text)
    reader = spark.read.format(case["format"])
    for key, value in case["options"].items():
        reader = reader.option(key, value.replace("<folder>", folder))
    if case["schema"] is not None:
        reader = reader.schema(case["schema"])
    answer = {}
    try:
        rows = reader.load(os.path.join(folder, case["path"]))
        answer["schema"] = [[f.name, f.dataType.simpleString()] for f in rows.schema.fields]
        # Alone, so that what is read is what is asked for: a column more changes what is malformed.
        shown = rows.selectExpr(*["cast(`%s` as string) as c%d" % (f.name.replace("`", "``"), i)
                                  for i, f in enumerate(rows.schema.fields)])
        answer["rows"] = [list(r) for r in shown.collect()]
    except (PySparkException, Py4JJavaError) as e:
        # The classes of the error and of what it comes of, the outermost first.
        classes = re.findall(r"\[([A-Z_0-9.]+)\]", str(e))
        answer["error"] = list(dict.fromkeys(classes)) or str(e).split("\n")[0][:200]
    return answer


def main():
    from pyspark.sql import SparkSession
    spark = (SparkSession.builder.master("local[1]").config("spark.sql.session.timeZone", "UTC")
             .config("spark.ui.enabled", "false")
             .config("spark.ui.showConsoleProgress", "false").getOrCreate())
    spark.sparkContext.setLogLevel("OFF")
    for case in CASES:
        folder = tempfile.mkdtemp()
        case["answer"] = run(spark, case, folder)
        shutil.rmtree(folder)
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "answers.json"), "w") as out:
        out.write("[\n" + ",\n".join(json.dumps(c, ensure_ascii=False) for c in CASES) + "\n]\n")


if __name__ == "__main__":
    main()
