"""The command line of the benchmarks; ``bench/__init__.py`` says what there is."""

import argparse
import subprocess
import sys
from importlib import import_module

import bench
from bench import data, machine

SIZES = (1_000, 100_000, 1_000_000)


def main() -> None:
    """Do one of the commands."""
    parser = argparse.ArgumentParser(
        prog="python -m bench", description=bench.__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    everything = commands.add_parser("all", help="everything, one command after the other")
    everything.add_argument("--rounds", type=int, default=100)
    for name in ("pages", "queries"):
        each = commands.add_parser(name)
        each.add_argument("--size", type=int, default=100_000)
        each.add_argument("--rounds", type=int, default=100)
        each.add_argument("--no-peer", action="store_true")
        each.add_argument("--only", default="", help="list, detail, form or create")
    filling = commands.add_parser("fill", help="fill the database of DATABASE_URL (used by the others)")
    filling.add_argument("count", type=int)
    first = commands.add_parser("first-pdf", help="time a fresh process (used by pdf)")
    first.add_argument("--warm", action="store_true")
    for name in ("pdf", "chain"):
        each = commands.add_parser(name)
        each.add_argument("--rounds", type=int, default=60)
    trail = commands.add_parser("audit")
    trail.add_argument("--rows", type=int, default=1_000_000)
    trail.add_argument("--seconds", type=float, default=10)
    asking = commands.add_parser("agreements")
    asking.add_argument("--size", type=int, default=50_000, help="pupils of the whole trust")
    asking.add_argument("--schools", type=int, default=100)
    asking.add_argument("--invitations", type=int, default=10_000)
    keeping = commands.add_parser("signed_pdfs")
    keeping.add_argument("--count", type=int, default=1_000)
    engine = commands.add_parser("engine")
    engine.add_argument("--cases", type=int, default=20_000)
    trying = commands.add_parser("dry_run")
    trying.add_argument("--size", type=int, default=100_000, help="past cases of one school")
    commands.add_parser("stop", help="stop the bench's own servers; the data stays")
    commands.add_parser("remove", help="stop them and delete the data")
    COMMANDS[(given := parser.parse_args()).command](given)


def _all(given: argparse.Namespace) -> None:
    rounds = ["--rounds", str(given.rounds)]
    steps = [["pages", "--size", str(size), *rounds] for size in SIZES]
    steps += [["queries"], ["pdf"], ["chain"], ["audit"], ["agreements"], ["signed_pdfs"], ["engine"], ["dry_run"]]
    for step in steps:
        subprocess.run([sys.executable, "-m", "bench", *step], cwd=machine.ROOT, check=True)
    machine.stop()


def _pages(given: argparse.Namespace) -> None:
    url = data.database(given.size)
    machine.enter(machine.production(url))
    pages = import_module("bench.pages")  # reads models, so not before Django is set up
    peer = given.size == data.PEER_SIZE and not given.no_peer
    pages.measure(given.size, url, rounds=given.rounds, with_peer=peer, only=given.only)


def _queries(given: argparse.Namespace) -> None:
    variables = machine.production(data.database(given.size))
    machine.collect_static(variables)
    machine.enter(variables)
    queries = import_module("bench.queries")  # reads models, so not before Django is set up
    queries.measure(given.size)


def _fill(given: argparse.Namespace) -> None:
    machine.enter({})
    generator = import_module("bench.generator")  # reads models, so not before Django is set up
    print(generator.fill(given.count, bulk=given.count > 5_000, say=lambda line: print(line, flush=True)))
    generator.settle()


def _pdf(given: argparse.Namespace) -> None:
    machine.enter(machine.production(data.database(SIZES[0])))
    import_module("bench.pdf").measure(given.rounds)


def _first_pdf(given: argparse.Namespace) -> None:
    machine.enter(machine.production(data.database(SIZES[0])))
    import_module("bench.pdf").first_pdf(warm=given.warm)


def _chain(given: argparse.Namespace) -> None:
    port = machine.free_port()
    variables = machine.production(
        data.database(data.PEER_SIZE), REDIS_URL=machine.redis_url(), EMAIL_URL=f"smtp://127.0.0.1:{port}"
    )
    machine.enter(variables)
    import_module("bench.chain").measure(given.rounds, variables, port)


def _audit(given: argparse.Namespace) -> None:
    machine.enter(machine.production(data.empty("audit_trail")))
    import_module("bench.audit").measure(given.rows, given.seconds)


def _agreements(given: argparse.Namespace) -> None:
    port = machine.free_port()
    variables = machine.production(
        data.empty("agreements"), REDIS_URL=machine.redis_url(), EMAIL_URL=f"smtp://127.0.0.1:{port}"
    )
    machine.enter(variables)
    import_module("bench.agreements").measure(given.size, given.schools, given.invitations, port)


def _signed_pdfs(given: argparse.Namespace) -> None:
    machine.enter(machine.production(data.empty("signed_pdfs"), REDIS_URL=machine.redis_url()))
    import_module("bench.signed_pdfs").measure(given.count)


def _engine(given: argparse.Namespace) -> None:
    import_module("bench.engine").measure(given.cases)


def _dry_run(given: argparse.Namespace) -> None:
    machine.enter(machine.production(data.empty("dry_run")))
    import_module("bench.dry_run").measure(given.size)


COMMANDS = {
    "all": _all,
    "pages": _pages,
    "queries": _queries,
    "fill": _fill,
    "pdf": _pdf,
    "first-pdf": _first_pdf,
    "chain": _chain,
    "audit": _audit,
    "agreements": _agreements,
    "signed_pdfs": _signed_pdfs,
    "engine": _engine,
    "dry_run": _dry_run,
    "stop": lambda given: machine.stop(),
    "remove": lambda given: machine.remove(),
}

if __name__ == "__main__":
    main()
