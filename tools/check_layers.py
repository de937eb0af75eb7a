#!/usr/bin/python3
"""Fail when a file includes a header of a layer that it may not see.

    check_layers.py [FILE...]      all of src/ unless files are named

The table is the layer law of CONTRIBUTING.md.  A layer may always include itself.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
MAY = {  # layer: what it may include; "http/message.h" means that header alone
    'base': [],
    'crypto': ['base'],
    'http': ['base'],
    'db': ['base'],
    'blob': ['base', 'crypto', 'http'],
    'mail': ['base', 'crypto', 'http'],
    'store': ['base', 'db'],
    'provider': ['base', 'crypto', 'http/message.h'],
    'domain': ['base', 'crypto', 'store', 'provider'],
    'live': ['base', 'http', 'db', 'store'],
    'jobs': ['base', 'crypto', 'http/client.h', 'http/message.h', 'db', 'store', 'blob', 'mail', 'domain', 'provider'],
    'api': ['base', 'crypto', 'http', 'domain', 'blob', 'mail', 'provider', 'live'],
}
ALSO = {'api/dispatch.c': ['db']}  # the dispatcher owns the transaction
ALL = {'cmd', 'main.c'}
INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"')


def check(path):
    name = path.relative_to(ROOT / 'src').as_posix()
    layer = name.split('/')[0]
    if layer in ALL:
        return []
    may = MAY.get(layer)
    if may is None:
        return [f'{path}:1: {layer}/ is not a layer; add it to tools/check_layers.py']
    may = may + ALSO.get(name, [])
    bad = []
    for n, line in enumerate(path.read_text(encoding='utf-8').splitlines(), 1):
        m = INCLUDE.match(line)
        if not m:
            continue
        header = m[1]
        if '/' not in header:
            if not header.endswith('.sql.h'):  # those are made beside their store module
                bad.append(f'{path}:{n}: includes are from src/: "{layer}/{header}"')
        elif header.split('/')[0] not in may + [layer] and header not in may:
            bad.append(f'{path}:{n}: {layer}/ may not include {header}')
    return bad


def main():
    named = [pathlib.Path(a).resolve() for a in sys.argv[1:]]
    src = ROOT / 'src'
    files = [f for f in named if src in f.parents] if named else sorted(src.rglob('*'))
    bad = [b for f in files if f.suffix in ('.c', '.h') and f.is_file() for b in check(f)]
    print('\n'.join(bad) if bad else 'layers: every include is allowed')
    return 1 if bad else 0


sys.exit(main())
