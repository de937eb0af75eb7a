#!/usr/bin/python3
"""Fail where a rule of CONTRIBUTING.md that a program can see is broken.

    check_rules.py [FILE...]      all of src/ and tests/ unless files are named

To make an exception: a line in EXCEPT or GLOBALS, with its reason.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
CALL = r'(?<![\w>.])(?:%s)\s*\('

# (what, pattern in the code, folders that may)
CODE = [
    ('this call is banned (base/banned.h)', re.compile(CALL % (
        'sscanf|strtok|atoi|atol|atoll|strtol|strtoul|sprintf|vsprintf|strcpy|stpcpy|strcat|strncpy|strncat|gets'
        '|gmtime|localtime|asctime|ctime|strerror|rand|srand|random|alloca|setjmp|longjmp')), []),
    ('memory comes from the arena (M1); only what outlives a request may be freed (M5)', re.compile(CALL % (
        'malloc|calloc|realloc|reallocarray|strdup|strndup|asprintf|vasprintf|free')),
     ['base', 'http', 'db', 'live', 'cmd', 'jobs']),
    ('libpq is for db/ alone', re.compile(r'\bPQ[a-z]\w*\s*\(|<libpq-fe\.h>|\bPG(?:conn|result)\b'), ['db']),
    ('libcurl is for http/ alone', re.compile(r'\bcurl_\w+\s*\(|<curl/|\bCURLM?\b'), ['http']),
    ("libcurl's error buffer and trace hold the URL, and its query may hold a secret",
     re.compile(r'\bCURLOPT_(?:ERRORBUFFER|VERBOSE|DEBUGFUNCTION)\b'), []),
    ('libmicrohttpd is for http/ alone', re.compile(r'\bMHD_\w+|<microhttpd'), ['http']),
    ('jansson is for base/ alone', re.compile(r'<jansson\.h>|\bjson_t\b'), ['base']),
]
# The same for what stands between quotes.
TEXT = [
    ('SQL stands in .sql files', re.compile(
        r'^\s*(?:SELECT\s|INSERT\s+INTO\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s|WITH\s+\w+\s+AS\s'
        r'|(?:CREATE|ALTER|DROP)\s+(?:TABLE|INDEX|ROLE|DATABASE|SCHEMA|FUNCTION)\s|SET\s+LOCAL\s|NOTIFY\s+\w+\s*(?:[,;]|$))'),
     ['db', 'cmd']),
    ('db/ alone begins and ends transactions (Q6)', re.compile(
        r'^\s*(?:BEGIN|COMMIT|ROLLBACK|START TRANSACTION|SAVEPOINT)\b(?:\s|;|$)'), ['db']),
]
EXCEPT = {  # (file, word in the line): why
    ('base/json_out.c', 'strtod'): 'reads back what it has just written',
}
GLOBALS = {  # file: {name: why it may change}
    'base/log.c': {'least_level': 'C2: the log level', 'as_json': 'set with it', 'process_name': 'set with it'},
    'base/uuid.c': {'last': "a thread's own last time"},
    'crypto/common.c': {'once': 'once', 'lock': 'cracklib is one to a process', 'dictionary': 'opened once'},
    'crypto/hash.c': {'fetched': 'once', 'sha256_md': 'looked up once', 'hmac_model': 'looked up once',
                      'hkdf': 'looked up once'},
    'crypto/totp.c': {'begun': 'once'},
    'crypto/seal.c': {'fetched': 'once', 'aes': 'looked up once'},
    'crypto/password.c': {'lane': 'a limit of the process; has its lock', 'lane_made': 'once'},
    'db/error.c': {'fault_countdown': 'torture counts calls of the process',
                   'fault_is_late': 'and says how they fail'},
    'db/stats.c': {'counters': 'counters of the process, atomic'},
}

LEXER = re.compile(r'(?P<comment>/\*.*?\*/)|(?P<slashes>//[^\n]*)|(?P<text>"(?:\\.|[^"\\\n])*")'
                   r"|(?P<char>'(?:\\.|[^'\\\n])+')|(?P<directive>^[ \t]*\#(?:\\\n|/\*.*?\*/|[^\n])*)", re.S | re.M)


def blank(text):
    return re.sub(r'[^\n]', ' ', text)


def split(source):
    """The code with all else blanked, the texts as (offset, text), and where // stands."""
    texts, slashes = [], []

    def keep(m):
        if m['slashes']:
            slashes.append(m.start())
        if m['text']:
            texts.append((m.start(), m[0][1:-1]))
        return '0' + ' ' * (len(m[0]) - 1) if m['text'] or m['char'] else blank(m[0])

    return LEXER.sub(lambda m: m[0] if m['directive'] else keep(m), source), texts, slashes


def is_variable(decl):
    """The name of what it declares, if that is an object that can change; else None."""
    head = re.sub(r'__attribute__\s*\(\(.*?\)\)|\[[^\]]*\]', ' ', decl, flags=re.S)
    while '{' in head and (body := re.sub(r'\{[^{}]*\}', ' BODY ', head)) != head:
        head = body
    head = head.split('=')[0].strip()
    pointer = re.match(r'[^(]*\(\s*\*\s*(const\s+)?(\w+)\s*\)', head)  # to a function
    if pointer:
        return None if pointer[1] or head.startswith('typedef') else pointer[2]
    words = re.findall(r'\w+|[*(]', head)
    if not words or '(' in words or words[-1] == 'BODY' or words[0] in ('typedef', '_Static_assert'):
        return None
    after = words[len(words) - words[::-1].index('*'):] if '*' in words else words
    if 'const' in after:
        return None
    bare = [w for w in words if w not in ('static', 'extern', 'volatile', '_Thread_local')]
    return words[-1] if len(bare) > (2 if bare[0] in ('struct', 'union', 'enum') else 1) else None


def globals_of(code):
    """(offset, name) of every object that is not const: at file scope, and static inside functions."""
    code = re.sub(r'^[ \t]*#(?:\\\n|[^\n])*', lambda m: blank(m[0]), code, flags=re.M)
    depth, start = 0, 0
    for m in re.finditer(r'[{};]', code):
        depth += {'{': 1, '}': -1, ';': 0}[m[0]]
        chunk = code[start:m.start()]
        if depth == 1 and m[0] == '{' and re.search(r'\)\s*$', chunk):
            start = m.start()  # the body of a function
        if depth == 0 and m[0] == '}' and code[start] == '{':
            for s in re.finditer(r'\bstatic\b[^;{]*(?:\{[^;]*\})?[^;{]*;', code[start:m.end()]):
                name = is_variable(s[0][:-1])
                if name:
                    yield start + s.start(), name
            start = m.end()
        elif depth == 0 and m[0] == ';':
            name = is_variable(chunk)
            if name:
                yield start + len(chunk) - len(chunk.lstrip()), name
            start = m.end()


def check_c(path, name, source):
    code, texts, slashes = split(source)
    folder = name.split('/')[0]
    lines = source.splitlines()
    line_of = lambda at: source.count('\n', 0, at) + 1
    excused = lambda at: any(f == name and word in lines[line_of(at) - 1] for f, word in EXCEPT)
    bad = [(line_of(at), 'comments are /* */') for at in slashes]
    tested = path.is_relative_to(ROOT / 'tests')
    if not source.startswith('/*') and not (tested and path.suffix == '.c'):
        bad.append((1, 'a file opens with a comment: what it is, or why it is so'))
    if len(lines) > 1000:
        bad.append((1, f'{len(lines)} lines; 1000 is the most'))
    if tested or name == 'base/banned.h':
        return bad
    for what, pattern, may in CODE:
        if folder not in may:
            bad += [(line_of(m.start()), what) for m in pattern.finditer(code) if not excused(m.start())]
    for what, pattern, may in TEXT:
        if folder not in may:
            bad += [(line_of(at), what) for at, text in texts if pattern.match(text) and not excused(at)]
    bad += [(line_of(at), f'"{what}" is global and not const (C2)') for at, what in globals_of(code)
            if what not in GLOBALS.get(name, {})]
    return bad


def check_sql(name, source):
    pattern = re.compile(r'^\s*(?:BEGIN|COMMIT|ROLLBACK|START TRANSACTION)\b\s*(?:;|$)', re.M | re.I)
    if name.startswith('db/'):
        return []
    return [(source.count('\n', 0, m.start()) + 1, 'db/ alone begins and ends transactions (Q6)')
            for m in pattern.finditer(source)]


def check(path):
    source = path.read_text(encoding='utf-8')
    top = ROOT / ('src' if path.is_relative_to(ROOT / 'src') else 'tests')
    name = path.relative_to(top).as_posix()
    bad = check_sql(name, source) if path.suffix == '.sql' else check_c(path, name, source)
    return [f'{path.relative_to(ROOT)}:{line}: {what}' for line, what in sorted(bad)], source.count('\n')


def main():
    tops = (ROOT / 'src', ROOT / 'tests')
    named = [pathlib.Path(a).resolve() for a in sys.argv[1:]]
    files = [f for f in named if any(t in f.parents for t in tops)] if named else \
        sorted(f for t in tops for f in t.rglob('*'))
    bad = []
    for path in files:
        if path.suffix not in ('.c', '.h', '.sql') or not path.is_file() or 'node_modules' in path.parts:
            continue
        found, lines = check(path)
        bad += found
        if 600 < lines <= 1000:
            print(f'note: {path.relative_to(ROOT)} has {lines} lines; its opening must say why')
    print('\n'.join(bad) if bad else 'rules: nothing is broken')
    return 1 if bad else 0


if __name__ == '__main__':
    sys.exit(main())
