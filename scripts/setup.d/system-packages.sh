# shellcheck shell=bash disable=SC2154 # scripts/setup sets what all parts share
# Redis, the PostgreSQL server and its client tools, zstd, and npm where the machine has none: from the system's packages.
# Programs are looked for, not packages: what is already there by other means is used as it is.

has_program() { command -v "$1" >/dev/null 2>&1; }

# Debian keeps a version's server programs out of PATH; Homebrew does so for versioned formulae.
has_postgres() {
  local directory
  for directory in $(printf '%s' "$PATH" | tr ' :' '? ') /usr/lib/postgresql/*/bin \
    /opt/homebrew/opt/postgresql*/bin /usr/local/opt/postgresql*/bin /usr/pgsql-*/bin; do
    if [ -x "$directory/initdb" ] && [ -x "$directory/postgres" ] && [ -x "$directory/pg_dump" ]; then return 0; fi
  done
  return 1
}

list_missing_system_packages() {
  system_packages=""
  if [ "$with_servers" = yes ]; then
    has_program redis-server || system_packages="$system_packages redis"
    has_postgres || system_packages="$system_packages postgresql"
    # Tests read stored segments with it, as a person without CBCR would.
    has_program zstd || system_packages="$system_packages zstd"
  fi
  if ! toolchain_is_ready && ! has_program npm; then system_packages="$system_packages npm"; fi
}

package_names() {
  local package
  for package in $system_packages; do
    case $1-$package in
      apt-redis) printf ' redis-server' ;;
      apt-postgresql) printf ' postgresql postgresql-client' ;;
      *-zstd) printf ' zstd' ;;
      apt-npm) printf ' nodejs npm' ;;
      brew-redis) printf ' redis' ;;
      brew-postgresql) printf ' postgresql@17' ;;
      brew-npm) printf ' node' ;;
    esac
  done
}

package_manager() {
  if has_program apt-get; then printf apt; elif has_program brew; then printf brew; else printf none; fi
}

describe_system_packages() {
  case $(package_manager) in
    apt) say "  - from the system's packages (apt-get, as root or by sudo):$(package_names apt)"
      say '    (installed, not started: this project starts its own servers on free ports)' ;;
    brew) say "  - from Homebrew:$(package_names brew)" ;;
    none) say "  - by your own hand, as there is neither apt-get nor Homebrew:$system_packages" ;;
  esac
}

# In the foreground, because sudo may ask for a password; npm too, because the next step needs it.
prepare_system_packages() {
  if [ "$(package_manager)" = apt ] && [ "$(id -u)" != 0 ]; then
    if ! has_program sudo || ! sudo -v; then
      complain "installing$(package_names apt) needs root or sudo. As root: apt-get install$(package_names apt)"
      exit 1
    fi
  fi
  case " $system_packages " in
    *' npm '*)
      run_step system 'system packages' install_system_packages
      list_missing
      [ "$failed_steps" -eq 0 ] || exit 1
      ;;
  esac
}

install_system_packages() {
  case $(package_manager) in
    apt) install_with_apt ;;
    brew)
      # shellcheck disable=SC2046 # a list of words
      HOMEBREW_NO_AUTO_UPDATE=1 HOMEBREW_NO_INSTALL_CLEANUP=1 brew install $(package_names brew) 9>&-
      ;;
    none)
      echo "Install these with your system's package manager, then run scripts/setup again:$system_packages"
      return 1
      ;;
  esac
  list_missing_system_packages
  case $system_packages in
    *redis* | *postgresql* | *zstd*) echo "still missing after the installation:$system_packages"; return 1 ;;
  esac
}

install_with_apt() {
  local status=0
  if [ -n "$(dpkg --audit)" ]; then as_root dpkg --configure -a; fi # an installation that was cut short
  apt_retry update -q
  forbid_service_start
  # shellcheck disable=SC2046 # a list of words
  apt_retry install -y -q --no-install-recommends $(package_names apt) || status=$?
  allow_service_start
  return $status
}

# Another apt (a fresh machine's unattended upgrade) may hold the lists' lock, for which apt-get does not wait.
apt_retry() {
  local attempt
  for attempt in 1 2 3; do
    if as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 "$@"; then return 0; fi
    echo "apt-get $1 failed (attempt $attempt of 3)"
    sleep $((attempt * 3))
  done
  return 1
}

# Debian's packages start their services at once and so take the default ports. policy-rc.d forbids it. The file
# forbids only while this set-up lives, so one that a killed set-up leaves behind does nothing; the next removes it.
policy_file=/usr/sbin/policy-rc.d
policy_mark='# made by cbcr set-up'

forbid_service_start() {
  if [ -e $policy_file ] && ! grep -q "$policy_mark" $policy_file; then return 0; fi
  # shellcheck disable=SC2016 # expanded by the other shell
  as_root sh -c 'printf "#!/bin/sh\n%s\nif kill -0 %s 2>/dev/null; then exit 101; fi\nexit 0\n" "$1" "$2" >"$3" && chmod 755 "$3"' \
    sh "$policy_mark" $$ $policy_file
}

allow_service_start() {
  if [ -e $policy_file ] && grep -q "$policy_mark" $policy_file; then as_root rm -f $policy_file; fi
}
