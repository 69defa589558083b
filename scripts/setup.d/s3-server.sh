# shellcheck shell=bash disable=SC2154 # scripts/setup sets what all parts share
# versitygw, a real S3 server for tests and local stacks: built once by the Go toolchain where there is one, else the
# project's release for this platform. Without it local stacks use filesystem regions; S3_TEST_ENDPOINT names another.

s3_server_stamp="$tools/versitygw.stamp"

s3_server_is_ready() {
  [ -x "$tools/bin/versitygw" ] && [ "$(cat "$s3_server_stamp" 2>/dev/null)" = "$versitygw_version" ]
}

# The environment may name another server (S3_TEST_ENDPOINT) or another program (CBCR_VERSITYGW).
s3_server_is_named() { [ -n "${S3_TEST_ENDPOINT:-}" ] || [ -x "${CBCR_VERSITYGW:-}" ]; }

# Nothing to do: it is ready, not needed, or a quiet caller need not wait for what has been found to be unavailable.
s3_server_is_settled() {
  if s3_server_is_ready || s3_server_is_named; then return 0; fi
  [ "$quiet" = yes ] && [ "$(cat "$s3_server_stamp" 2>/dev/null)" = "unavailable $versitygw_version" ]
}

warn_if_without_s3_server() {
  if s3_server_is_ready || s3_server_is_named || [ "$quiet" = yes ]; then return 0; fi
  complain 'THERE IS NO S3 SERVER. Local stacks will use filesystem regions and the S3 tests will fail.'
  complain "  What went wrong is in $tools/log/s3.log. Then either"
  complain '  - install Go 1.25 or newer and run scripts/setup again, or'
  complain '  - start the S3 service of docker-compose.yml (or any S3 server) and set S3_TEST_ENDPOINT, or'
  complain '  - leave the S3 tests out: scripts/test --without-s3'
}

describe_s3_server() {
  if has_usable_go; then
    say "  - versitygw $versitygw_version (S3 server), built with the machine's Go, into .tools/bin"
  else
    say "  - versitygw $versitygw_version (S3 server), the released program, into .tools/bin"
  fi
}

# Go 1.21 and newer fetch the toolchain that a module asks for, unless GOTOOLCHAIN forbids it.
has_usable_go() {
  local version minor
  version=$(go env GOVERSION 2>/dev/null) || return 1
  version=${version#go1.}
  minor=${version%%[!0-9]*}
  [ -n "$minor" ] || return 1
  [ "$minor" -ge 25 ] || { [ "$minor" -ge 21 ] && [ "$(go env GOTOOLCHAIN)" != local ]; }
}

install_s3_server() {
  local staging="$tools/versitygw.new"
  rm -rf "$staging" "$s3_server_stamp"
  mkdir -p "$staging" "$tools/bin"
  if ! build_s3_server "$staging" && ! download_s3_server "$staging"; then
    rm -rf "$staging"
    printf 'unavailable %s' "$versitygw_version" >"$s3_server_stamp"
    return "$is_unavailable" # warn_if_without_s3_server says what follows from it
  fi
  mv -f "$staging/versitygw" "$tools/bin/versitygw"
  rm -rf "$staging"
  printf '%s' "$versitygw_version" >"$s3_server_stamp"
}

build_s3_server() {
  has_usable_go || return 1
  GOFLAGS='' CGO_ENABLED=0 GOBIN="$1" go install "github.com/versity/versitygw/cmd/versitygw@$versitygw_version" || return 1
  "$1/versitygw" --version
}

# CBCR_VERSITYGW_RELEASES names a mirror of the project's release page.
download_s3_server() {
  local staging=$1 machine archive
  local releases=${CBCR_VERSITYGW_RELEASES:-https://github.com/versity/versitygw/releases/download}
  machine=$(uname -m)
  if [ "$machine" = aarch64 ]; then machine=arm64; fi
  archive="versitygw_${versitygw_version}_$(uname -s)_$machine.tar.gz"
  wait_for_toolchain || return 1
  NODE_USE_ENV_PROXY=1 "$tools/bin/node" "$root/scripts/setup.d/download-release.ts" "$releases/$versitygw_version" "$archive" "$staging" || return 1
  tar -xzf "$staging/$archive" -C "$staging" || return 1
  find "$staging" -mindepth 2 -type f -name versitygw -exec mv {} "$staging/versitygw" \;
  "$staging/versitygw" --version
}

# The download runs on Node, since a fresh machine may have neither curl nor wget, while Node is being installed.
wait_for_toolchain() {
  local waited=0
  until toolchain_is_ready; do
    waited=$((waited + 1))
    if [ "$waited" -gt 120 ]; then
      echo 'Node, which downloads the program, did not come'
      return 1
    fi
    sleep 1
  done
}
