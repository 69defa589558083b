# shellcheck shell=bash disable=SC2154 # scripts/setup sets what all parts share
# The workspace's dependencies, exactly as the lock file says. The stamp is removed before pnpm starts and written
# after it succeeded, so a killed installation is repeated.

workspace_stamp="$root/node_modules/.cbcr-installed"

workspace_fingerprint() {
  cat "$root/pnpm-lock.yaml" "$root/pnpm-workspace.yaml" "$root/package.json" "$root"/packages/*/package.json \
    "$root"/apps/*/package.json "$root"/tests/*/package.json "$root/tooling/package.json" \
    "$tools/toolchain.stamp" 2>/dev/null | cksum
}

workspace_is_ready() {
  local manifest
  [ "$(cat "$workspace_stamp" 2>/dev/null)" = "$(workspace_fingerprint)" ] || return 1
  for manifest in "$root"/packages/*/package.json "$root"/apps/*/package.json; do
    [ -d "${manifest%/package.json}/node_modules" ] || return 1
  done
}

describe_workspace() { say '  - the workspace dependencies of pnpm-lock.yaml (pnpm install), into node_modules'; }

install_workspace() {
  toolchain_is_ready || { echo 'needs Node and pnpm, which failed'; return 1; }
  rm -f "$workspace_stamp"
  share_npm_certificates
  # Without a terminal pnpm would ask before it replaces a node_modules that it does not understand.
  (cd "$root" && CI=true "$tools/bin/pnpm" install --frozen-lockfile --reporter=append-only) || {
    echo 'If the lock file is out of date: .tools/bin/pnpm install'
    return 1
  }
  workspace_fingerprint >"$workspace_stamp"
}
