# shellcheck shell=bash
# versitygw, a real S3 server for tests and local stacks: built once by the Go toolchain where there is one, else the
# project's release for this platform. Without it local stacks use filesystem regions; S3_TEST_ENDPOINT names another.

s3_server_stamp="$tools/versitygw.stamp"

s3_server_is_ready() {
  [ -x "$tools/bin/versitygw" ] && [ "$(cat "$s3_server_stamp" 2>/dev/null)" = "$versitygw_version" ]
}

# Ready, or not needed because the environment names another server, or (for --quiet callers) known to be unavailable.
s3_server_is_settled() {
  s3_server_is_ready && return 0
  [ -z "${S3_TEST_ENDPOINT:-}" ] || return 0
  [ "$quiet" = yes ] && [ "$(cat "$s3_server_stamp" 2>/dev/null)" = "unavailable $versitygw_version" ]
}

warn_if_without_s3_server() {
  if s3_server_is_ready || [ -n "${S3_TEST_ENDPOINT:-}" ] || [ "$quiet" = yes ]; then return 0; fi
  complain 'THERE IS NO S3 SERVER. Local stacks will use filesystem regions and the S3 tests will fail.'
  complain '  Either install Go 1.25 or newer and run scripts/setup again,'
  complain '  or start the S3 service of docker-compose.yml (or any S3 server) and set S3_TEST_ENDPOINT,'
  complain '  or leave the S3 tests out: scripts/test --without-s3'
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

build_s3_server() {
  local staging="$tools/versitygw.new"
  rm -rf "$staging" "$s3_server_stamp"
  mkdir -p "$staging" "$tools/bin"
  if has_usable_go && GOFLAGS='' CGO_ENABLED=0 GOBIN="$staging" \
    go install "github.com/versity/versitygw/cmd/versitygw@$versitygw_version"; then
    echo 'built with Go'
  elif ! download_s3_server "$staging"; then
    rm -rf "$staging"
    printf 'unavailable %s' "$versitygw_version" >"$s3_server_stamp"
    return 0 # not fatal by itself: warn_if_without_s3_server says what follows from it
  fi
  "$staging/versitygw" --version
  mv -f "$staging/versitygw" "$tools/bin/versitygw"
  rm -rf "$staging"
  printf '%s' "$versitygw_version" >"$s3_server_stamp"
}

download_s3_server() {
  local staging=$1 machine archive address
  machine=$(uname -m)
  if [ "$machine" = aarch64 ]; then machine=arm64; fi
  archive="versitygw_${versitygw_version}_$(uname -s)_$machine.tar.gz"
  address="https://github.com/versity/versitygw/releases/download/$versitygw_version"
  download_file "$address/$archive" "$staging/$archive" || return 1
  download_file "$address/checksums.txt" "$staging/checksums.txt" || return 1
  (cd "$staging" && grep " $archive\$" checksums.txt | check_sha256) || { echo "$archive does not match its checksum"; return 1; }
  tar -xzf "$staging/$archive" -C "$staging" || return 1
  find "$staging" -type f -name versitygw -exec mv {} "$staging/versitygw" \; 2>/dev/null || true
  [ -x "$staging/versitygw" ]
}

download_file() {
  if has_program curl; then
    curl --fail --silent --show-error --location --retry 3 --max-time 300 --output "$2" "$1"
  elif has_program wget; then
    wget -q --tries=3 --timeout=60 -O "$2" "$1"
  else
    echo 'neither curl nor wget is here'
    return 1
  fi
}

check_sha256() {
  if has_program sha256sum; then sha256sum --check --quiet -; else shasum -a 256 --check --quiet -; fi
}
