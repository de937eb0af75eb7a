#!/bin/sh
# seed.sh NAME FOLDER - fill FOLDER with what a fuzz target starts from: its own
# corpus and old crashes, and for WhatsApp the fixtures, ours and the published
# ones (SAMBUNG_CONTRACTS, if set).  Fuzz the copy: the fuzzer writes into it.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
name=$1
folder=$2
mkdir -p "$folder"
for from in "$here/corpus/$name" "$here/regressions/$name"; do
    if [ -d "$from" ]; then
        cp "$from"/* "$folder"/
    fi
done
if [ "$name" = whatsapp ]; then
    cp "$here"/../fixtures/whatsapp/*.json "$folder"/
    if [ -n "${SAMBUNG_CONTRACTS:-}" ]; then
        meta="$SAMBUNG_CONTRACTS/messaging/meta-whatsapp"
        cp "$meta"/pywa-split/*.json "$meta"/openapi-examples/webhook-*.json "$folder"/
    fi
fi
