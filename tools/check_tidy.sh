#!/bin/sh
# Run clang-tidy (.clang-tidy, everything an error) with a build folder that was set up with clang.
#     check_tidy.sh BUILD [FILE...]
set -eu
cd "$(dirname "$0")/.."
build=$1
shift
if [ $# -eq 0 ]; then
    set -- $(find src -name '*.c' | sort)
fi
printf '%s\n' "$@" | xargs -P "$(nproc)" -n 8 clang-tidy -p "$build" --quiet 2>/dev/null
