#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The README's first command, with binaries that are built already: it must tell who, what, when, from where, which.
set -eu
bin=$1
source=$(dirname "$0")/../..
out=$("$source/packaging/quickstart" --bin "$bin")
echo "$out"
for wanted in dave AuthorizeSecurityGroupIngress 203.0.113.45 sg-0f1e2d3c4b5a69788 111122223333 0.0.0.0/0 cis-4.10; do
  echo "$out" | grep -qF -- "$wanted" || { echo "the mail lacks $wanted"; exit 1; }
done
