#!/usr/bin/python3
"""Put text files into a C table: embed_files.py OUT.c HEADER SYMBOL FILE...

Each becomes {name, text, sha256 in hex} of a struct embedded_file array that ends with NULLs.
"""
import hashlib
import os
import sys


def main(out, header, symbol, *files):
    lines = ['/* Generated: files as they were when the program was built. */', f'#include "{header}"', '']
    rows = []
    for n, path in enumerate(files):
        data = open(path, 'rb').read()
        if b'\0' in data:
            sys.exit(f'{path}: holds a NUL')
        lines.append(f'static const char {symbol}_{n}[] = {{')
        whole = data + b'\0'
        lines += ['    ' + ' '.join(f'{b if b < 128 else b - 256},' for b in whole[i:i + 24])
                  for i in range(0, len(whole), 24)]
        lines.append('};')
        digest = hashlib.sha256(data).hexdigest()
        rows.append(f'    {{"{os.path.basename(path)}", {symbol}_{n}, "{digest}"}},')
    lines += [f'const struct embedded_file {symbol}[] = {{'] + rows + ['    {NULL, NULL, NULL},', '};']
    with open(out, 'w', encoding='utf-8') as f:
        f.write('\n'.join(lines) + '\n')


if __name__ == '__main__':
    if len(sys.argv) < 5:
        sys.exit(__doc__)
    main(*sys.argv[1:])
