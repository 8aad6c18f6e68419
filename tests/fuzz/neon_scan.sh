#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The literal scan's NEON variant against the scalar one: its tests, compiled for ARM and run in an emulator. Needs Debian's
# g++-12-aarch64-linux-gnu and qemu-user, without which it is skipped.
set -eu
top=$1
compiler=aarch64-linux-gnu-g++-12
for program in $compiler qemu-aarch64; do
  command -v $program >/dev/null || { echo "no $program"; exit 77; }
done

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
mkdir catch
ln -s /usr/include/catch2 catch/catch2  # headers only, the same for every processor
cat >main.cpp <<'END'
#define CATCH_CONFIG_MAIN
#define CATCH_CONFIG_NO_POSIX_SIGNALS
#include <catch2/catch.hpp>
END

sources="main.cpp $top/tests/unit/match/literal_scan_test.cpp $top/rules/pattern/regex_literals.cpp
  $top/rules/pattern/regex_syntax.cpp $top/rules/pattern/characters.cpp"
for source in "$top"/rules/match/literals/*.cpp; do
  # It reads patterns, of which the scan knows nothing.
  [ "$(basename "$source")" = required_literals.cpp ] || sources="$sources $source"
done
# shellcheck disable=SC2086
$compiler -std=c++20 -O1 -Wall -Wextra -Werror -static -I "$top" -I "$top/include" -I "$top/tests" -isystem catch \
  $sources -o literal_scan
qemu-aarch64 ./literal_scan
