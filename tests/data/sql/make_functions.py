"""Asks a real Spark what calls of functions give, for tests/sql/functions/test_functions.c.

    SPARK_LOCAL_IP=127.0.0.1 python tests/data/sql/make_functions.py > tests/data/sql/functions.txt

Each line is: the call, TAB, its type, TAB, its value as Spark casts it to a string (NULL: it is null).
Calls take literals alone: 1, 1.5, 2.5D, 'text', null, date'…', timestamp'…', true, and array(…).
"""
import sys

from pyspark.sql import SparkSession

CALLS = r"""
length('héllo') char_length('abc ') octet_length('é') bit_length('é')
substring('hello', 0, 2) substring('hello', -3, 2) substring('hello', -10, 7) substring('héllo', 2) substr('hello', 2, 100)
substring('hello', 2, -1) left('hello', 2) left('hello', -1) right('hello', 2) right('hello', 0) right('hi', 9)
substring_index('www.apache.org', '.', 2) substring_index('www.apache.org', '.', -2) substring_index('www.apache.org', '.', 0)
substring_index('www.apache.org', 'x', 1) substring_index('www.apache.org', '.', 9) substring_index('www.apache.org', '.', -9)
concat('a', 'b', 'c') concat('a', null) concat_ws(',', 'a', null, 'b', array('c', null, 'd')) concat_ws(',', null) concat_ws(null, 'a')
repeat('ab', 3) repeat('ab', 0) space(3) upper('straße') lower('ÀÉ') initcap('hello wORLD foo-bar') upper('abc1')
trim('  a ') ltrim('  a ') rtrim('  a ') btrim('xxaxx', 'x') trim('') btrim('éaé', 'é')
lpad('hi', 5, 'xy') rpad('hi', 5, 'xy') lpad('hello', 2, 'x') lpad('hi', 5) lpad('hi', 5, '') rpad('é', 3, '€a')
instr('hello', 'l') locate('l', 'hello', 4) locate('', 'hello') locate('é', 'aéb') instr('abc', '') locate('a', 'a', 0)
startswith('hello', 'he') endswith('hello', 'lo') contains('hello', 'ell') contains('hello', 'xyz') startswith('', '')
year(date'2020-02-29') month(date'2020-02-29') day(date'2020-02-29') quarter(date'2020-05-31') dayofyear(date'2020-12-31')
dayofweek(date'2020-02-29') weekday(date'2020-02-29') weekofyear(date'2021-01-01') last_day(date'2020-02-01') year(date'0001-01-01')
hour(timestamp'2020-03-08 03:30:15.5') minute(timestamp'2020-03-08 03:30:15.5') second(timestamp'1969-12-31 23:59:59.5')
date_add(date'2020-02-28', 2) date_sub(date'2020-03-01', 1) datediff(date'2020-03-01', date'2020-02-28') add_months(date'2020-01-31', 1)
add_months(date'2020-03-31', -1) next_day(date'2020-02-29', 'MO') trunc(date'2020-05-17', 'MM') trunc(date'2020-05-17', 'week') trunc(date'2020-05-17', 'quarter')
trunc(date'2020-05-17', 'nothing') date_trunc('hour', timestamp'2020-03-08 03:30:15.5') date_trunc('month', timestamp'2020-03-08 03:30:15.5') date_trunc('x', timestamp'2020-03-08 03:30:15.5')
months_between(timestamp'2020-03-31 00:00:00', timestamp'2020-02-29 00:00:00') months_between(timestamp'2020-03-15 12:00:00', timestamp'2020-02-29 00:00:00')
make_date(2020, 2, 29) unix_date(date'1970-01-02') date_from_unix_date(10) unix_seconds(timestamp'1970-01-01 00:00:01') timestamp_seconds(1.5) timestamp_millis(1500)
date_format(timestamp'2020-03-08 03:30:15.5', 'yyyy/MM/dd HH:mm:ss') from_unixtime(0, 'yyyy-MM-dd') from_unixtime(86400) dayname(date'2020-02-29') monthname(date'2020-02-29')
unix_timestamp(timestamp'2020-01-01 00:00:00') unix_timestamp('2020-01-01', 'yyyy-MM-dd') from_utc_timestamp(timestamp'2020-01-01 00:00:00', 'Asia/Tokyo') to_utc_timestamp(timestamp'2020-01-01 00:00:00', 'Asia/Tokyo')
sqrt(2D) cbrt(27D) exp(1D) expm1(1D) ln(0D) ln(10D) log(2D, 8D) log(10D) log10(100D) log2(8D) log1p(0D) log1p(-1D) sign(-2.5D) signum(0D) pow(2D, 10D) atan2(1D, 1D) hypot(3D, 4D)
degrees(1D) radians(180D) rint(2.5D) sin(1D) cos(1D) tan(1D) cot(1D) asin(2D) sinh(1D) tanh(1D) factorial(20) factorial(21) factorial(-1) isnan(1D) isnan(null) pi() e()
shiftleft(1, 33) shiftright(-8, 1) shiftrightunsigned(-8, 1) bit_count(255) bin(5) bin(-1) hex(255) hex(-1) hex('abc') unhex('616263') unhex('F') unhex('G1')
conv('100', 2, 10) conv('ff', 16, 10) conv('-10', 10, -16) conv('-10', 10, 16) conv('zz', 36, 10) conv('', 10, 2) conv('9', 8, 10) conv('99999999999999999999', 10, 16)
abs(-5) abs(-2.5) abs(-2.5D) pmod(-5, 3) pmod(5, -3) pmod(-5.5D, 3D) pmod(-5.5, 3.0)
round(2.5) round(-2.5) round(2.5D) bround(2.5) bround(3.5D) round(1234.567, -2) round(125, -1) bround(125, -1) round(2.345D, 2) round(1.005D, 2) round(-0.5D) round(1e20D, 2) round(12345, 2)
floor(2.5) ceil(2.5) floor(-2.5D) ceil(-2.5D) floor(2) ceil(1.234, 2) floor(-1.234, 2) floor(1e30D) ceil(-0.5D) round(99.9)
greatest(1, 3, 2) least(3, 1, 2) greatest(null, 1) least(null, 1) greatest('a', 'b') nanvl(1D, 2D) nanvl(null, 2D)
hash(1) hash('a') hash('a', 'b') hash(null) hash(2.5D) hash(date'2020-01-01') hash(true) hash(1.5) xxhash64(1) xxhash64('a') xxhash64(1, 'a', null) xxhash64(2.5D) hash(array(1, 2)) xxhash64('abcdefghijklmnopqrstuvwxyz0123456789')
md5('a') sha1('a') sha2('a', 256) sha2('a', 0) sha2('a', 512) sha2('a', 1) crc32('a') base64('abc') unbase64('YWJj')
array(1, 2, 3) array(1, null) array() size(array(1, 2)) size(array()) array_contains(array(1, 2), 2) array_contains(array(1, null), 2) array_position(array(3, 2, 1), 1) array_position(array(1), 5)
arrays_overlap(array(1, 2), array(2, 3)) arrays_overlap(array(1, 2), array(3, 4)) arrays_overlap(array(1, null), array(3)) element_at(array(1, 2, 3), -1) element_at(array(1, 2, 3), 2) try_element_at(array(1), 5) get(array(1, 2), 1) get(array(1, 2), 5)
sort_array(array(3, 1, null, 2)) sort_array(array(3, 1, null, 2), false) array_distinct(array(1, 2, 1, null, null)) array_union(array(1, 2), array(2, 3)) array_intersect(array(1, 2), array(2, 3)) array_except(array(1, 2), array(2, 3))
array_remove(array(1, 2, 1), 1) array_compact(array(1, null, 2)) slice(array(1, 2, 3, 4), 2, 2) slice(array(1, 2, 3, 4), -2, 5) flatten(array(array(1, 2), array(3))) array_append(array(1), 2) array_prepend(array(1), 2)
sequence(1, 5) sequence(5, 1, -2) sequence(3, 3) array_min(array(3, 1, 2)) array_max(array(3, null, 2)) array_join(array('a', null, 'b'), '-') array_join(array('a', null, 'b'), '-', 'x') array_repeat('a', 2) array_repeat(1, 0) concat(array(1), array(2, 3))
map('a', 1, 'b', 2) map_keys(map('a', 1, 'b', 2)) map_values(map('a', 1, 'b', 2)) map_contains_key(map('a', 1), 'a') element_at(map('a', 1), 'a') element_at(map('a', 1), 'z') map_from_arrays(array('a', 'b'), array(1, 2)) map_entries(map('a', 1)) named_struct('x', 1, 'y', 'b')
ascii('é') ascii('') chr(65) reverse('héllo') reverse(array(1, 2, 3)) replace('abcabc', 'b', 'xx') replace('abc', '', 'x') translate('AaBbCc', 'abc', '123') translate('abc', 'ab', 'x')
levenshtein('kitten', 'sitting') levenshtein('', 'abc') soundex('Robert') soundex('Pfister') soundex('1a') find_in_set('ab', 'abc,b,ab,c,def') find_in_set('a,b', 'a,b') elt(2, 'a', 'b') elt(5, 'a') overlay('Spark SQL', '_', 6) overlay('Spark SQL', 'CORE', 7) overlay('Spark SQL', 'ANSI ', 7, 0) overlay('Spark SQL', 'tructured', 2, 4)
format_number(1234567.891, 2) format_number(1234.5, 0) format_number(12332.123456D, 4) format_string('%d %s %.2f|%5d|%-5s|%05d', 1, 'a', 1.5D, 3, 'x', 42) format_string('%x %X %c %%', 255, 255, 65) printf('%,d', 1234567)
split('a,b,,c,,', ',') split('a,b,c', ',', 2) split('abc', '') split('oneAtwoBthreeC', '[ABC]', -1) split('a.b', '\\.') split_part('11.12.13', '.', 3) split_part('11.12.13', '.', -1)
regexp_extract('100-200', '(\\d+)-(\\d+)', 1) regexp_extract('100-200', '(\\d+)-(\\d+)') regexp_extract('foo', '(\\d+)', 1) regexp_replace('100-200', '(\\d+)', 'num') regexp_replace('abc', '(b)', '[$1]') regexp_replace('aaa', 'a', 'b', 2) rlike('abc', 'b.') regexp_like('abc', '^b') regexp('abc', 'c$')
regexp_extract_all('100-200, 300-400', '(\\d+)-(\\d+)', 1) regexp_count('aXbX', 'X') regexp_instr('abc', 'b') regexp_substr('abc', 'b.') regexp_substr('abc', 'x')
get_json_object('{"a":{"b":[1,2,{"c":"x"}]}}', '$.a.b[2].c') get_json_object('{"a":1}', '$.b') get_json_object('{"a":[1,2]}', '$.a') get_json_object('{"a":{"b":1}}', '$.a') get_json_object('not json', '$.a')
json_array_length('[1,2]') json_array_length('{}') array_sort(array(3, null, 1)) map_concat(map('a', 1), map('b', 2)) map_from_entries(map_entries(map('a', 1)))
getbit(5, 0) getbit(5, 1) bit_get(5, 2) width_bucket(5.3D, 0.2D, 10.6D, 5) width_bucket(-2.1D, 1.3D, 3.4D, 3) width_bucket(8.1D, 0.0D, 5.7D, 4) width_bucket(-0.9D, 5.2D, 0.5D, 2) positive(3)
url_encode('https://a b.c/é?x=1&y') url_decode('a+b%2Fc%C3%A9') nullifzero(0) nvl2(null, 1, 2) nullif(1, 1) nullif(1, 2) if(true, 1, 2) equal_null(null, null) typeof(1.5) int('12') bigint('12') double('1.5') string(12) boolean('yes') date('2020-01-01')
to_date('2020-05-17', 'yyyy-MM-dd') to_timestamp('17/05/2020 10:20', 'dd/MM/yyyy HH:mm') try_to_timestamp('x', 'yyyy') to_date('2020-05-17') date_part('year', date'2020-05-17') date_part('dow', date'2020-05-17')
"""


def split_calls(text):
    """Calls are separated by blanks that stand outside of all brackets and strings."""
    call, depth, quoted = "", 0, False
    for c in text:
        if c == "'":
            quoted = not quoted
        elif not quoted and c in "([":
            depth += 1
        elif not quoted and c in ")]":
            depth -= 1
        if c.isspace() and depth == 0 and not quoted:
            if call:
                yield call
            call = ""
        else:
            call += c


def main():
    spark = (SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
             .config("spark.sql.session.timeZone", "America/Los_Angeles").getOrCreate())
    spark.sparkContext.setLogLevel("OFF")
    calls = list(split_calls(CALLS))
    for call in calls:
        try:
            row = spark.sql(f"SELECT typeof(x), cast(x AS string) FROM (SELECT {call} AS x)").first()
            value = "NULL" if row[1] is None else row[1].replace("\\", "\\\\").replace("\n", "\\n")
            print(call, row[0], value, sep="\t")
        except Exception as e:
            print(f"{call}: {str(e)[:200]}", file=sys.stderr)


if __name__ == "__main__":
    main()
