# Sourced by the scripts beside it: what they all need.
# shellcheck shell=bash

set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export root

fail() {
  echo "$(basename "$0"): $*" >&2
  exit 1
}

# A script's help is the comment block at its head.
show_help() {
  sed -n '2,/^$/s/^# \{0,1\}//p' "$0"
}

# Compiler processes to run at once: one per core, and no more than the free memory holds at 2 GB each.
build_jobs() {
  local cores free_kb by_memory
  cores=$(nproc)
  free_kb=$(sed -n 's/^MemAvailable: *\([0-9]*\) kB/\1/p' /proc/meminfo 2>/dev/null || true)
  by_memory=$((${free_kb:-$((cores * 2000000))} / 2000000))
  echo $((by_memory < 1 ? 1 : by_memory < cores ? by_memory : cores))
}

# Path of version 14 of a tool of clang's, or nothing where there is none.
find_clang_tool() {
  local name
  for name in "$1-14" "$1"; do
    if command -v "$name" >/dev/null && "$name" --version | grep -q 'version 14\.'; then
      command -v "$name"
      return
    fi
  done
}
