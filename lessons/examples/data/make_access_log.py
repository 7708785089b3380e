"""Writes access.log, a small invented log in Apache's common format: the same one each time.

    python make_access_log.py > access.log
"""
import random

draw = random.Random(1994)
HOSTS = [f"192.0.2.{n}" for n in range(1, 25)] + [f"198.51.100.{n}" for n in range(1, 9)]
PAGES = ["/", "/index.html", "/about.html", "/docs/rdd.html", "/docs/shuffle.html", "/docs/dag.html",
         "/images/logo.png", "/style.css", "/search?q=stage", "/download/rushlight.tar.gz"]
GONE = ["/favicon.ico", "/old/index.html", "/wp-login.php", "/docs/missing.html"]

second = 0
for i in range(240):
    second += draw.choice((7, 40, 90, 400))
    day, hour = 1 + second // 86400, second // 3600 % 24
    when = f"{day:02d}/Mar/2026:{hour:02d}:{second // 60 % 60:02d}:{second % 60:02d} +0000"
    host = HOSTS[min(int(draw.expovariate(0.15)), len(HOSTS) - 1)]
    page, status = draw.choice(PAGES), draw.choice((200,) * 12 + (304,) * 3 + (302, 500, 503))
    if draw.random() < 0.12:
        page, status = draw.choice(GONE), 404
    size = "-" if status in (304, 302) else draw.randrange(200, 90_000)
    method = "POST" if page.startswith("/search") and draw.random() < 0.3 else "GET"
    print(f'{host} - - [{when}] "{method} {page} HTTP/1.1" {status} {size}')
    if i % 60 == 59:
        print(draw.choice(("-- MARK --", '192.0.2.3 - - [bad line] "GET')))
