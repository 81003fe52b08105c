"""The programs that peers.sh runs in turns, and the table it prints.

The question: the cost of each month, service, usage type and tag `environment`, in exact decimals, on two threads.
A peer's time is that of its whole process; `query` leaves Python's start and the import of the engine out.
DataFusion reads no decimal in E notation, so it sums floats: faster than the question allows, and not exact.
Parquet's doubles are cut to twelve decimals by the other two: enough for what make.py writes, wrong for a double with
more digits; the exact way, by their shortest text, takes DuckDB six times as long.
"""
import argparse, csv, datetime, decimal, importlib.metadata, io, os, pathlib, platform, statistics, subprocess, sys, time

THREADS = "2"
MONTH, SERVICE, USAGE = "bill_billing_period_start_date", "line_item_product_code", "line_item_usage_type"
COST, TAGS, TAG = "line_item_unblended_cost", "resource_tags", "user_environment"


def duckdb(file):
    import duckdb
    start = time.perf_counter()
    parquet = file.endswith(".parquet")
    source = f"'{file}'" if parquet else f"read_csv('{file}', all_varchar = true)"
    tag = f"{TAGS}['{TAG}']" if parquet else f"json_extract_string({TAGS}, '$.{TAG}')"
    connection = duckdb.connect(config={"threads": THREADS})
    month = f"date_trunc('month', {MONTH})" if parquet else f"{MONTH}[:7]"
    rows = connection.execute(
        f"SELECT {month}, {SERVICE}, {USAGE}, {tag}, sum(CAST({COST} AS DECIMAL(38, {12 if parquet else 18})))"
        f" FROM {source} GROUP BY ALL").fetchall()
    return start, len(rows), sum(row[-1] for row in rows)


def polars(file):
    os.environ["POLARS_MAX_THREADS"] = THREADS
    import polars
    start = time.perf_counter()
    column = polars.col
    if file.endswith(".parquet"):
        source, tag = polars.scan_parquet(file), column(TAGS).map.get(TAG)
        month, places = column(MONTH).dt.truncate("1mo"), 12
    else:
        source, tag = polars.scan_csv(file, infer_schema=False), column(TAGS).str.json_path_match(f"$.{TAG}")
        month, places = column(MONTH).str.slice(0, 7), 18
    cost = column(COST).cast(polars.Decimal(38, places)).sum()
    table = source.group_by(month, SERVICE, USAGE, tag.alias(TAG)).agg(cost).collect(engine="streaming")
    return start, table.height, table[COST].sum()


def datafusion(file):
    import datafusion, pyarrow
    start = time.perf_counter()
    context = datafusion.SessionContext(datafusion.SessionConfig().with_target_partitions(int(THREADS)))
    if file.endswith(".parquet"):
        context.register_parquet("bill", file)
        tag = f"{TAGS}['{TAG}']"
    else:
        import gzip
        packed = file.endswith(".gz")
        with (gzip.open if packed else open)(file, "rt") as text:
            schema = pyarrow.schema([(name, pyarrow.string()) for name in next(csv.reader(text))])
        more = {"file_compression_type": "gzip", "file_extension": ".gz"} if packed else {}
        context.register_csv("bill", file, schema=schema, **more)
        tag = f"regexp_match({TAGS}, '\"{TAG}\":\"([^\"]*)\"')[1]"
    table = context.sql(
        f"SELECT substr(CAST({MONTH} AS VARCHAR), 1, 7), {SERVICE}, {USAGE}, {tag}, sum(CAST({COST} AS DOUBLE)) AS cost"
        " FROM bill GROUP BY 1, 2, 3, 4").to_pydict()
    return start, len(table["cost"]), sum(cost for cost in table["cost"] if cost is not None)


PEERS = {"DuckDB": duckdb, "Polars": polars, "DataFusion (floats)": datafusion}


def contenders(file):
    """Name and command of everything that takes a turn on this file."""
    tool = os.environ["STACKCOST"]
    yield "stackcost", [tool, "spend", "--from", file, "--by", "service,usage-type,tag:environment", "--format", "csv"]
    for name in PEERS:
        yield name, [sys.executable, __file__, "--ask", name, file]
    # The floors: nothing reads a file faster than this.
    if file.endswith(".gz"):
        yield "`zcat`", ["zcat", file]
    if file.endswith(".csv"):
        yield "`wc -l`", ["wc", "-l", file]


def run(command):
    """Wall seconds, peak MB, output; GNU time counts a child without what it inherits from Python."""
    if not os.access("/usr/bin/time", os.X_OK):
        sys.exit("peers.py needs GNU time at /usr/bin/time (Debian: apt install time)")
    quiet = command[0] == "zcat"
    start = time.perf_counter()
    done = subprocess.run(["/usr/bin/time", "--format", "%M", *command], stdin=subprocess.DEVNULL, text=True,
                          stdout=subprocess.DEVNULL if quiet else subprocess.PIPE, stderr=subprocess.PIPE)
    wall = time.perf_counter() - start
    if done.returncode != 0:
        return None, None, done.stderr.strip().splitlines()[0]
    return wall, int(done.stderr.split()[-1]) / 1024, done.stdout


def answer(name, output):
    """Groups, total and the seconds of the query alone, as far as the contender says them."""
    if name in PEERS:
        query, groups, total = output.split()
        return f"{float(query):.2f} s", groups, total
    if name == "stackcost":
        rows = list(csv.DictReader(io.StringIO(output)))
        total = sum(decimal.Decimal(row["net"]) for row in rows)
        return "", str(len(rows)), f"{total:f}"
    return "", "", ""


def compare(file, runs):
    found, broken = {}, {}
    for turn in range(runs + 1):
        for name, command in contenders(file):
            if name in broken:
                continue
            wall, peak, output = run(command)
            if wall is None:
                broken[name] = output
            elif turn:  # the first turn warms the caches
                found.setdefault(name, []).append((wall, peak, output))
    size = os.path.getsize(file)
    print(f"\n`{os.path.basename(file)}`, {size / 1e6:.0f} MB, {runs} runs in turns, two threads\n")
    print("| program | median | × | query alone | peak memory | groups | total |\n|---|---|---|---|---|---|---|")
    walls = {name: statistics.median(wall for wall, _, _ in got) for name, got in found.items()}
    base = walls.get("stackcost", walls.get("DuckDB", 1))
    for name, got in found.items():
        peak = max(peak for _, peak, _ in got)
        queries, groups, totals = zip(*(answer(name, output) for _, _, output in got))
        query = sorted(queries)[len(queries) // 2]
        # Floats summed on two threads differ from run to run.
        total = totals[0].rstrip("0") if len(set(totals)) == 1 else f"{len(set(totals))} different"
        print(f"| {name} | {walls[name]:.2f} s | {walls[name] / base:.2f} | {query} | {peak:.0f} MB | {groups[0]} | {total} |")
    for name, why in broken.items():
        print(f"\n{name} failed: {why}")


def heading():
    def said(command):
        done = subprocess.run(command, capture_output=True, text=True)
        return done.stdout.strip() if done.returncode == 0 else "?"

    cpu = next((line.split(":")[1].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines()
                if line.startswith("model name")), platform.processor())
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("duckdb", "polars", "datafusion"))
    print(f"## {datetime.date.today()}, {cpu} ({os.cpu_count()} cores), {said(['rustc', '--version'])[:12].strip()},"
          f" commit {said(['git', 'rev-parse', '--short', 'HEAD'])}\n")
    print(f"`benches/bill/peers.sh`: {versions}, Python {platform.python_version()}")


def main():
    if sys.argv[1:2] == ["--ask"]:
        start, groups, total = PEERS[sys.argv[2]](sys.argv[3])
        print(time.perf_counter() - start, groups, total if isinstance(total, float) else f"{total:f}")
        return
    options = argparse.ArgumentParser("peers.sh")
    options.add_argument("--runs", type=int, default=7)
    options.add_argument("files", nargs="+")
    given = options.parse_args()
    heading()
    for file in given.files:
        compare(file, given.runs)


main()
