#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs what the benchmarks compare with: Debian packages (as root), and DuckDB from npm into the folder of the
# generated data. Nothing of Tocsin needs any of it.
set -eu
apt-get install -y --no-install-recommends jq mtail rsyslog libdeflate-tools mawk ripgrep nodejs prometheus prometheus-alertmanager util-linux
command -v npm >/dev/null || apt-get install -y --no-install-recommends npm
folder="${TOCSIN_BENCH_DATA:-${TMPDIR:-/tmp}/tocsin-bench}/node"
mkdir -p "$folder"
cd "$folder"
npm install --no-audit --no-fund @duckdb/node-api@1.5.6-r.1
