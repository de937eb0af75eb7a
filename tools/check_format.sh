#!/bin/sh
# Fail when clang-format would change a C file.  With names: only those.
#     check_format.sh [--fix] [FILE...]
set -eu
cd "$(dirname "$0")/.."
mode='--dry-run --Werror'
if [ "${1:-}" = --fix ]; then
    mode=-i
    shift
fi
if [ $# -eq 0 ]; then
    set -- $(find src tests -name node_modules -prune -o -name '*.[ch]' -print | sort)
fi
# shellcheck disable=SC2086
exec clang-format $mode "$@"
