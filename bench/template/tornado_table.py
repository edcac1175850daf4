"""Renders the table of run.mjs with Tornado's template as often as a line on standard input says, and answers with nanoseconds each."""
import json
import sys
import time

import tornado
from tornado.template import Template

given = json.loads(sys.stdin.readline())
templates = {name: Template(source, name="table.html") for name, source in given["templates"].items()}
for name, table in given["tables"].items():
    template = templates[name]
    sys.stdout.write(json.dumps({"version": tornado.version, "bytes": len(template.generate(table=table))}) + "\n")
    sys.stdout.flush()
for line in sys.stdin:
    name, count = line.split()
    template, table = templates[name], given["tables"][name]
    start = time.perf_counter_ns()
    for _ in range(int(count)):
        template.generate(table=table)
    sys.stdout.write(f"{(time.perf_counter_ns() - start) / int(count)}\n")
    sys.stdout.flush()
