#!/usr/bin/python3
"""Turn .sql files of named statements into C.

    embed_sql.py IN.sql OUT.h              constants for the store module beside IN.sql
    embed_sql.py --all OUT.c IN.sql...     the table of every statement, for the contract test
    embed_sql.py --break IN.sql OUT.h      with "org_id = $n" made true, for the isolation test

A statement starts at "-- name: contact_by_id" and becomes contact_by_id_sql; a piece of one
starts at "-- fragment: contact_by_stage", becomes contact_by_stage_fragment and belongs to
the statement above it (db_list).  Comments do not reach the binary; the text becomes one line.
"""
import os
import re
import sys

HEAD = re.compile(r'^-- (name|fragment): *([a-z][a-z0-9_]*) *$', re.M)
TOKEN = re.compile(r"""'(?:[^']|'')*' | "(?:[^"]|"")*" | \$[a-z_]*\$.*?\$[a-z_]*\$
                       | --[^\n]* | /\*.*?\*/ | \s+ | \$\d+ | \$\? | .""", re.X | re.S)
ANNOTATION = re.compile(r'^-- (global|cross-org): *(.+)$', re.M)
MAX_LITERAL = 4000  # C17 promises 4095 characters


def stop(path, message):
    sys.exit(f'{path}: {message}')


def squeeze(body):
    """One line without comments, and its parameters in the order they come."""
    out, params = [], []
    for token in TOKEN.findall(body):
        if token.startswith(('--', '/*')) or token.isspace():
            if out and out[-1] != ' ':
                out.append(' ')
            continue
        if token[0] == '$' and (token[1:].isdigit() or token == '$?'):
            params.append(token)
        out.append(token)
    return ''.join(out).strip().rstrip(';').strip(), params


def parse(path):
    text = open(path, encoding='utf-8').read()
    marks = list(HEAD.finditer(text))
    if not marks:
        stop(path, 'has no "-- name:"')
    for line in re.findall(r'^-- *(?:name|fragment)\b.*$', text, re.M):
        if not HEAD.match(line):
            stop(path, f'cannot read "{line}"')
    found, owner = [], None
    for mark, following in zip(marks, marks[1:] + [None]):
        kind, name = mark.groups()
        body = text[mark.end():following.start() if following else len(text)]
        sql, params = squeeze(body)
        note = ANNOTATION.search(body)
        item = {'kind': kind, 'name': name, 'sql': sql, 'file': os.path.basename(path),
                'note': f'{note[1]}: {note[2].strip()}' if note else '', 'fragments': []}
        check(path, item, params, owner)
        if kind == 'name':
            owner = item
        else:
            owner['fragments'].append(item)
        found.append(item)
    names = [(i['kind'], i['name']) for i in found]
    for name in names:
        if names.count(name) > 1:
            stop(path, f'{name[1]} is there twice')
    return found


def check(path, item, params, owner):
    name, sql = item['name'], item['sql']
    if not sql:
        stop(path, f'{name} is empty')
    if ';' in re.sub(r"'(?:[^']|'')*'|\$[a-z_]*\$.*?\$[a-z_]*\$", '', sql, flags=re.S):
        stop(path, f'{name} holds more than one statement')
    if len(sql) > MAX_LITERAL:
        stop(path, f'{name} is longer than {MAX_LITERAL} characters')
    if len(name) > 44:
        stop(path, f'{name} is a longer name than the server keeps')
    numbers = {int(p[1:]) for p in params if p != '$?'}
    if item['kind'] == 'name':
        if '$?' in params:
            stop(path, f'{name}: $? is for fragments')
        if numbers != set(range(1, len(numbers) + 1)):
            stop(path, f'{name}: its parameters leave a gap')
        item['params'] = len(numbers)
    else:
        if owner is None:
            stop(path, f'fragment {name} belongs to no statement')
        item['params'] = params.count('$?')


def literal(text):
    return '"' + text.replace('\\', '\\\\').replace('"', '\\"').replace('\n', '\\n') + '"'


def broken(sql):
    """The statement of somebody who forgot whose rows these are."""
    return re.sub(r'((?:\w+\.)?org_id = \$\d+)', r'(\1 OR true)', sql)


def header(source, out, change=lambda sql: sql):
    lines = [f'/* Generated from {os.path.basename(source)}. */', '#include "db/db.h"', '']
    for item in parse(source):
        struct, suffix = ('db_stmt', 'sql') if item['kind'] == 'name' else ('db_fragment', 'fragment')
        lines.append(f'static const struct {struct} {item["name"]}_{suffix} __attribute__((unused)) = '
                     f'{{"{item["name"]}", {literal(change(item["sql"]))}, {item["params"]}}};')
    write(out, lines)


def table(out, sources):
    lines = ['/* Generated: every statement of the product. */', '#include "all_statements.h"', '']
    rows, seen = [], {}
    for source in sources:
        for item in parse(source):
            if item['kind'] != 'name':
                continue
            if item['name'] in seen:
                stop(source, f'{item["name"]} is also in {seen[item["name"]]}')
            seen[item['name']] = item['file']
            fragments = 'NULL'
            if item['fragments']:
                fragments = f'{item["name"]}_fragments'
                lines.append(f'static const struct db_fragment {fragments}[] = {{')
                lines += [f'    {{"{f["name"]}", {literal(f["sql"])}, {f["params"]}}},'
                          for f in item['fragments']]
                lines += ['    {NULL, NULL, 0},', '};']
            rows.append(f'    {{{{"{item["name"]}", {literal(item["sql"])}, {item["params"]}}}, '
                        f'"{item["file"]}", {literal(item["note"])}, {fragments}}},')
    lines += ['const struct named_statement all_statements[] = {'] + rows
    lines += ['    {{NULL, NULL, 0}, NULL, NULL, NULL},', '};']
    write(out, lines)


def write(out, lines):
    with open(out, 'w', encoding='utf-8') as f:
        f.write('\n'.join(lines) + '\n')


if __name__ == '__main__':
    if sys.argv[1:2] == ['--all'] and len(sys.argv) > 3:
        table(sys.argv[2], sys.argv[3:])
    elif sys.argv[1:2] == ['--break'] and len(sys.argv) == 4:
        header(sys.argv[2], sys.argv[3], broken)
    elif len(sys.argv) == 3:
        header(sys.argv[1], sys.argv[2])
    else:
        sys.exit(__doc__)
