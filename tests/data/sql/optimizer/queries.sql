SELECT k FROM t WHERE v > 1 + 2
SELECT k FROM (SELECT * FROM t WHERE v > 1) WHERE k < 5
SELECT k + 1 AS x FROM (SELECT k FROM t) WHERE k > 1
SELECT x FROM (SELECT k + v AS x, s FROM t) WHERE x > 3
SELECT t.k, u.w FROM t JOIN u ON t.k = u.k WHERE t.v > 1 AND u.w < 5 AND t.v > u.w
SELECT t.k, u.w FROM t LEFT JOIN u ON t.k = u.k WHERE u.w > 1
SELECT t.k, u.w FROM t LEFT JOIN u ON t.k = u.k AND u.w > 1
SELECT t.k, u.w FROM t RIGHT JOIN u ON t.k = u.k AND t.v > 1
SELECT t.k, u.w FROM t FULL JOIN u ON t.k = u.k WHERE t.k = 1
SELECT t.k FROM t FULL JOIN u ON t.k = u.k
SELECT count(*) FROM t
SELECT count(k) FROM t GROUP BY v
SELECT v, c FROM (SELECT v, count(*) AS c, sum(k) AS s FROM t GROUP BY v) WHERE v > 1 AND c > 2
SELECT year(dt) y, sum(v) FROM t GROUP BY year(dt)
SELECT DISTINCT k FROM t
SELECT k FROM t UNION SELECT k FROM u
SELECT k FROM t UNION ALL SELECT k FROM u UNION ALL SELECT w FROM u
SELECT * FROM (SELECT k, v FROM t UNION ALL SELECT k, w FROM u) WHERE k > 3
SELECT k FROM t INTERSECT SELECT k FROM u
SELECT k FROM t EXCEPT SELECT k FROM u
SELECT k FROM t LIMIT 5
SELECT k FROM t ORDER BY v LIMIT 5
SELECT k FROM (SELECT k, v FROM t ORDER BY v)
SELECT k FROM (SELECT k FROM t LIMIT 10) LIMIT 5
SELECT * FROM (SELECT k FROM t UNION ALL SELECT k FROM u) LIMIT 5
SELECT k FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.k = t.k AND u.w > 1)
SELECT k FROM t WHERE NOT EXISTS (SELECT * FROM u WHERE u.k = t.k)
SELECT k FROM t WHERE k IN (SELECT k FROM u)
SELECT k FROM t WHERE k NOT IN (SELECT k FROM u)
SELECT k FROM t WHERE k IN (SELECT k FROM u) OR v > 5
SELECT k FROM t WHERE v > (SELECT max(w) FROM u)
SELECT k FROM t WHERE v > (SELECT max(w) FROM u WHERE u.k = t.k)
SELECT k, (SELECT count(*) FROM u WHERE u.k = t.k) c FROM t
SELECT k FROM t WHERE k IN (SELECT k FROM t WHERE v > 1)
SELECT k FROM t WHERE true
SELECT k FROM t WHERE false
SELECT k FROM t WHERE NOT (k > 1)
SELECT k FROM t WHERE NOT (k > 1 AND v < 2)
SELECT k FROM t WHERE (k = 1 AND v = 2) OR (k = 1 AND v = 3)
SELECT k FROM t WHERE s LIKE 'a%' AND s LIKE '%b' AND s LIKE '%c%' AND s LIKE 'd'
SELECT k FROM t WHERE k IN (1, 2, 1)
SELECT k FROM t WHERE k IN (1)
SELECT k FROM t WHERE k <=> k
SELECT CASE WHEN true THEN k ELSE v END FROM t
SELECT if(false, k, v) FROM t
SELECT CAST(k AS int), CAST(CAST(k AS bigint) AS bigint) FROM t
SELECT t.k FROM t, u, (SELECT k AS kk, w AS ww FROM u) x WHERE t.v = x.ww AND x.kk = u.k
SELECT k FROM t WHERE dt < date '1998-12-01' - interval '90' day
SELECT sum(v) OVER (PARTITION BY k ORDER BY v) x FROM t
SELECT * FROM (SELECT k, v, rank() OVER (PARTITION BY k ORDER BY v) r FROM t) WHERE k > 1 AND r < 3
WITH x AS (SELECT k, v FROM t WHERE v > 1) SELECT a.k FROM x a JOIN x b ON a.k = b.k
SELECT max(DISTINCT k) FROM t
SELECT k, 'x' AS x FROM t GROUP BY k, 'x'
SELECT a.k FROM t a JOIN t b ON a.k = b.k
SELECT k FROM (SELECT k, explode(array(1, 2)) AS e FROM t) WHERE k > 1
SELECT /*+ BROADCAST(u) */ t.k FROM t JOIN u ON t.k = u.k
SELECT coalesce(k, 1, v) FROM t
SELECT v, w FROM t CROSS JOIN u
SELECT k FROM t WHERE v IS NOT NULL AND v > 1
SELECT t.k FROM t LEFT SEMI JOIN u ON t.k = u.k AND u.w > 1
SELECT t.k FROM t LEFT ANTI JOIN u ON t.k = u.k AND u.w > 1 AND t.v > 2
SELECT k, count(DISTINCT v), count(DISTINCT s), sum(v) FROM t GROUP BY k
SELECT count(DISTINCT v), count(DISTINCT s, k), count(*) FROM t
SELECT count(DISTINCT v) FILTER (WHERE k > 1) FROM t
SELECT k FROM t EXCEPT ALL SELECT k FROM u
SELECT k FROM t INTERSECT ALL SELECT k FROM u
SELECT t.k, x.m FROM t, LATERAL (SELECT max(w) AS m FROM u WHERE u.k = t.k) x
SELECT t.k, x.m FROM t, LATERAL (SELECT t.k + 1 AS m) x
SELECT k FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.k = t.k LIMIT 1)
SELECT k FROM t WHERE (k, v) IN (SELECT k, w FROM u)
SELECT k FROM t WHERE k NOT IN (SELECT k FROM u WHERE u.w = t.v)
SELECT k, EXISTS (SELECT 1 FROM u WHERE u.k = t.k) e FROM t
SELECT k FROM t WHERE v = (SELECT count(*) FROM u WHERE u.k = t.k)
SELECT k FROM t WHERE k IN (SELECT k FROM u WHERE w IN (SELECT v FROM t))
SELECT k FROM t WHERE s IS NULL AND s = 'x'
SELECT count(*) FROM (SELECT k FROM t ORDER BY v)
SELECT k FROM (SELECT k, v FROM t ORDER BY v) ORDER BY k
SELECT * FROM (SELECT DISTINCT k, v FROM t) WHERE k = 3
SELECT a.k FROM t a LEFT JOIN u b ON a.k = b.k LEFT JOIN u c ON b.w = c.w WHERE c.k > 1
SELECT k FROM t WHERE v > 1 UNION ALL SELECT k FROM t WHERE false
SELECT t.k FROM t JOIN u ON t.k = u.k AND false
SELECT t.k FROM t JOIN u ON t.k = u.k WHERE t.s LIKE 'a%' OR u.name = 'b'
SELECT v + 0, 1 + k + 2 FROM t WHERE 1 = 1
SELECT k FROM t WHERE EXISTS (SELECT 1 FROM u WHERE w > 1)
SELECT k FROM t WHERE NOT EXISTS (SELECT 1 FROM u)
SELECT k FROM t WHERE v > 1 AND (k IN (SELECT k FROM u) OR EXISTS (SELECT 1 FROM u WHERE u.w = t.v))
SELECT * FROM VALUES (1, 'a'), (2, 'b') AS x(i, n) WHERE i > 1
SELECT i + 1 AS j, upper(n) AS m FROM VALUES (1, 'a'), (2, 'b') AS x(i, n)
SELECT i FROM VALUES (1), (2), (3) AS x(i) LIMIT 2
SELECT 1 AS one, 'a' AS s
SELECT * FROM VALUES (1, 2) AS x(a, b) JOIN t ON x.a = t.k
SELECT k FROM t WHERE k + 1 + 2 > 5
SELECT 1 + k + 2 + v + 3 AS x FROM t
SELECT k * 2 * 3 AS x, 2 + (3 + k) AS y FROM t
SELECT k, 1 AS one FROM t ORDER BY one, k
SELECT one + 1 AS two FROM (SELECT k, 1 AS one FROM t)
SELECT k, x FROM (SELECT k, 'a' AS x FROM t) WHERE x = 'a' AND k > 1
SELECT k FROM t WHERE k > 1L
SELECT k FROM t WHERE k = 1.0
SELECT k FROM t WHERE k > 2147483648
SELECT k FROM t WHERE k < 9999999999
SELECT k FROM t WHERE k = 1.5
SELECT k FROM t WHERE k IN (1L, 2L)
SELECT k FROM t WHERE v > 1.5
SELECT k FROM t WHERE d > 1
SELECT k FROM t WHERE d = 1.234
SELECT k FROM t WHERE f > 1
SELECT k FROM t WHERE dt > '2020-01-01'
SELECT k FROM t WHERE ts > '2020-01-01'
SELECT k FROM t WHERE ts >= date '2020-01-01'
SELECT k FROM t WHERE CAST(ts AS date) = date '2020-01-01'
SELECT k FROM t WHERE year(dt) = 2020
SELECT k FROM t WHERE s = 1
SELECT k FROM t WHERE k IN (1,2,3,4,5,6,7,8,9,10,11,12)
SELECT k FROM t WHERE s IN ('a','b','c','d','e','f','g','h','i','j','k')
SELECT k FROM t WHERE k NOT IN (1, 2, NULL)
SELECT k FROM t WHERE k IN (3, 2, 3, 1)
SELECT k FROM t WHERE k BETWEEN 1 AND 5
SELECT k FROM t WHERE CASE WHEN k > 1 THEN 'a' ELSE 'b' END = 'a'
SELECT k FROM t WHERE CASE WHEN k = 1 THEN 'x' WHEN k = 2 THEN 'y' ELSE 'z' END IN ('x', 'y')
SELECT k FROM t WHERE if(k > 1, true, false)
SELECT k FROM t WHERE if(k > 1, true, NULL)
SELECT if(k > 1, true, false) AS a, if(k > 1, false, true) AS b FROM t
SELECT k FROM t WHERE CASE WHEN k > 1 THEN v > 2 ELSE false END
SELECT k FROM t WHERE NULL AND k > 1
SELECT k FROM t WHERE k > 1 OR NULL
SELECT CASE WHEN k > 1 THEN 1 WHEN k > 2 THEN 1 ELSE 1 END AS x FROM t
SELECT CASE k WHEN 1 THEN 'a' WHEN 2 THEN 'b' END = 'a' AS x FROM t
SELECT coalesce(NULL, k, NULL, v) AS x, coalesce(1, k) AS y, nvl(k, 0) AS z FROM t
SELECT nullif(k, 1) AS x, ifnull(k, 2) AS y FROM t
SELECT k IS NULL AND k IS NOT NULL AS x, k = k AS y, NOT (k <=> NULL) AS z FROM t
SELECT count(1) AS a, count(k) AS b, count(NULL) AS c FROM t
SELECT sum(d) AS a, avg(d) AS b FROM t
SELECT sum(CAST(d AS decimal(8,2))) AS a, avg(CAST(d AS decimal(8,2))) AS b FROM t
SELECT sum(CAST(d AS decimal(8,2))) OVER (PARTITION BY k) AS a FROM t
SELECT k, sum(v) OVER (PARTITION BY k) a, max(v) OVER (PARTITION BY k) b FROM t
SELECT k, sum(v) OVER (PARTITION BY k ORDER BY dt) a, sum(v) OVER (PARTITION BY k) b FROM t
SELECT k, sum(v) OVER (PARTITION BY k, s) a, sum(v) OVER (PARTITION BY k) b FROM t
SELECT k, v, row_number() OVER (ORDER BY v) r FROM t LIMIT 5
SELECT * FROM (SELECT k, v, row_number() OVER (PARTITION BY k ORDER BY v DESC) r FROM t) WHERE r = 1
SELECT * FROM (SELECT k, v, row_number() OVER (PARTITION BY k ORDER BY v DESC) r FROM t) WHERE r <= 3
SELECT * FROM (SELECT k, v, dense_rank() OVER (ORDER BY v) r FROM t) WHERE r < 4
SELECT * FROM (SELECT k, first(v) OVER (PARTITION BY k ORDER BY dt) f1 FROM t) WHERE k = 2
SELECT k, lag(v) OVER (PARTITION BY k ORDER BY dt) p, lead(v) OVER (PARTITION BY k ORDER BY dt) n FROM t
SELECT first_value(v) OVER (PARTITION BY k ORDER BY dt ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) x FROM t
SELECT k, v - lag(v, 1, 0) OVER (PARTITION BY k ORDER BY dt) AS diff FROM t WHERE v IS NOT NULL
SELECT (SELECT max(w) FROM u) AS a, (SELECT min(w) FROM u) AS b FROM t
SELECT k FROM t WHERE v > (SELECT avg(w) FROM u) AND v < (SELECT max(w) FROM u)
SELECT (SELECT count(*) FROM u) AS a, (SELECT sum(w) FROM u WHERE k > 1) AS b
SELECT k FROM t EXCEPT SELECT k FROM t WHERE v > 1
SELECT k, v FROM t WHERE v > 0 EXCEPT SELECT k, v FROM t WHERE v > 5
SELECT DISTINCT k FROM (SELECT k, count(*) c FROM t GROUP BY k)
SELECT DISTINCT k, v FROM (SELECT DISTINCT k, v FROM t)
SELECT k, max(c) FROM (SELECT k, v, count(*) c FROM t GROUP BY k, v) GROUP BY k
SELECT k, count(*) FROM (SELECT DISTINCT k FROM t) GROUP BY k
SELECT k FROM t GROUP BY k, k + 1
SELECT k + 1, count(*) FROM t GROUP BY k + 1 HAVING count(*) > 1
SELECT k, count(*) AS n FROM t GROUP BY k ORDER BY n DESC LIMIT 3
SELECT k FROM t ORDER BY k LIMIT 10 OFFSET 5
SELECT k FROM t LIMIT 0
SELECT k FROM t ORDER BY 1 LIMIT ALL
SELECT count(*) FROM (SELECT k FROM t LIMIT 10)
SELECT k FROM (SELECT k FROM t ORDER BY k) SORT BY k
SELECT * FROM t JOIN u USING (k)
SELECT a.k FROM t a, t b, u WHERE a.k = b.k AND b.v = u.w
SELECT * FROM t LEFT JOIN u ON t.k = u.k WHERE u.k IS NULL
SELECT DISTINCT t.k FROM t LEFT JOIN u ON t.k = u.k
SELECT t.k, max(t.v) FROM t LEFT JOIN u ON t.k = u.k GROUP BY t.k
SELECT t.k, count(u.w) FROM t LEFT JOIN u ON t.k = u.k GROUP BY t.k
SELECT t.s, sum(u.w) FROM t JOIN u ON t.k = u.k AND t.v BETWEEN 1 AND 10 GROUP BY t.s
SELECT k FROM t WHERE s LIKE 'abc' OR s LIKE 'abc%' OR s NOT LIKE '%x%'
SELECT upper(lower(s)) AS x, concat(concat(s, 'a'), 'b') AS y, trim(s) AS z FROM t
SELECT CAST(CAST(k AS string) AS int) AS x, CAST(v AS bigint) AS y FROM t
SELECT k, explode(split(s, ' ')) AS word FROM t WHERE k > 1
SELECT word, count(*) AS n FROM (SELECT explode(split(s, ' ')) AS word FROM t) GROUP BY word ORDER BY n DESC
SELECT struct(k, v).k AS a, array(k, 2)[0] AS b, map('a', k)['a'] AS c FROM t
SELECT named_struct('a', k, 'b', v).b AS x FROM t
SELECT k, grouping(s), sum(v) FROM t GROUP BY ROLLUP (k, s)
SELECT k, s, count(*) FROM t GROUP BY CUBE (k, s)
SELECT * FROM (SELECT k, s, v FROM t) PIVOT (sum(v) FOR s IN ('a', 'b'))
WITH m AS (SELECT k, max(v) mv FROM t GROUP BY k) SELECT t.k, m.mv FROM t JOIN m ON t.k = m.k WHERE m.mv > 3
WITH c AS (SELECT k, count(*) n FROM t GROUP BY k) SELECT * FROM c WHERE n = (SELECT max(n) FROM c)
SELECT k FROM t WHERE k IN (SELECT k FROM u LIMIT 3)
SELECT k FROM t WHERE EXISTS (SELECT count(*) FROM u WHERE u.k = t.k)
SELECT k FROM t WHERE v > (SELECT avg(v) FROM t t2 WHERE t2.k = t.k)
SELECT k, (SELECT max(w) FROM u WHERE u.k < t.k) AS m FROM t
SELECT t.k, x.w FROM t, LATERAL (SELECT w FROM u WHERE u.k = t.k ORDER BY w LIMIT 1) x
SELECT t.k, x.c FROM t LEFT JOIN LATERAL (SELECT count(*) AS c FROM u WHERE u.k = t.k AND u.w > t.v) x
SELECT k FROM t WHERE k > 1 AND k > 1 AND 1 < k
SELECT k FROM t WHERE k = 5 AND v = k
SELECT t.k FROM t JOIN u ON t.k = u.k WHERE t.k = 5
SELECT t.k FROM t LEFT JOIN u ON t.k = u.k WHERE t.k > 5
SELECT k + 0 AS a, k * 1 AS b, k * 0 AS c, k - 0 AS d, v / 1 AS e FROM t
SELECT round(d, 1) AS a, d * 2 AS b, d + 1 AS c FROM t
SELECT date_add(dt, 1 + 1) AS a, dt + interval 1 day AS b, year(date '2020-02-03') AS c FROM t
SELECT 'a' || s || 'b' || 'c' AS x, length('abc') AS n, substring('hello', 1, 2) AS y FROM t
