#!/usr/bin/python3
"""Put the built web pages into the program: embed_assets.py OUT.c OUT.bin DIST

OUT.bin holds every file below DIST as it is, by gzip and by brotli, where that is smaller; OUT.c
includes it and holds the table (struct asset of api/assets.h), sorted by name.  Without DIST the
table is empty.  Outputs are only written when the files below DIST have changed.
"""
import gzip
import hashlib
import pathlib
import shutil
import subprocess
import sys

TYPES = {
    '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.mjs': 'text/javascript; charset=utf-8',
    '.css': 'text/css; charset=utf-8', '.svg': 'image/svg+xml', '.png': 'image/png', '.ico': 'image/x-icon',
    '.webp': 'image/webp', '.json': 'application/json', '.woff2': 'font/woff2', '.txt': 'text/plain; charset=utf-8',
    '.webmanifest': 'application/manifest+json', '.mp3': 'audio/mpeg', '.ogg': 'audio/ogg', '.wav': 'audio/wav',
}


def brotli(data):
    if shutil.which('brotli') is None:
        sys.exit('embed_assets.py: the brotli program is missing (apt-get install brotli)')
    return subprocess.run(['brotli', '-q', '11', '-c', '-'], input=data, stdout=subprocess.PIPE, check=True).stdout


def forms(data):
    """The file as it is, by gzip, by brotli; empty where that saves nothing."""
    small = gzip.compress(data, 9, mtime=0)
    smaller = brotli(data)
    return [data, small if len(small) < len(data) * 0.95 else b'', smaller if len(smaller) < len(data) * 0.95 else b'']


def quote(text):
    return '"' + text.replace('\\', '\\\\').replace('"', '\\"') + '"'


def main(out_c, out_bin, dist):
    out_c, out_bin, dist = pathlib.Path(out_c), pathlib.Path(out_bin), pathlib.Path(dist)
    files = sorted((p.relative_to(dist).as_posix(), p) for p in dist.rglob('*') if p.is_file()) if dist.is_dir() else []
    stamp = hashlib.sha256(pathlib.Path(__file__).read_bytes() + b''.join(n.encode() + b'\0' + hashlib.sha256(p.read_bytes()).digest() for n, p in files)).hexdigest()
    head = f'/* Generated from web/dist: {stamp} */'
    if out_c.exists() and out_bin.exists() and out_c.read_text(encoding='utf-8').startswith(head):
        return
    blob, rows = bytearray(), []
    for name, path in files:
        kind = TYPES.get(path.suffix)
        if kind is None:
            sys.exit(f'{path}: a file of unknown type; add it to TYPES in {sys.argv[0]}')
        data = path.read_bytes()
        places = []
        for form in forms(data):
            places.append(f'{{{len(blob)}, {len(form)}}}')
            blob += form
        etag = hashlib.sha256(data).hexdigest()[:20]
        rows.append(f'    {{{quote(name)}, {quote(kind)}, "W/\\"{etag}\\"", {{{", ".join(places)}}}}},')
    out_bin.write_bytes(bytes(blob) or b'\0')
    out_c.write_text('\n'.join([
        head, '#include "api/assets.h"', '',
        '__asm__(".section .rodata\\n.global asset_bytes\\nasset_bytes:\\n.incbin \\"' + str(out_bin.resolve()) + '\\"\\n.byte 0\\n.previous\\n");', '',
        'const struct asset assets[] = {', *rows, '    {NULL, NULL, NULL, {{0, 0}, {0, 0}, {0, 0}}},', '};',
        f'const size_t assets_count = {len(rows)};', '']), encoding='utf-8')


if __name__ == '__main__':
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
