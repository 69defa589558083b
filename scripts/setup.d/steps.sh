# shellcheck shell=bash disable=SC2154 # scripts/setup sets what all parts share
# Messages, the lock between two set-ups, and steps with a log each (.tools/log/<step>.log).

background_pids=""
is_unavailable=75 # what a step returns when it did not get what one can do without

say() { printf '%s\n' "$*" >&2; }
complain() { printf 'setup: %s\n' "$*" >&2; }

# One set-up at a time per checkout. The kernel releases the lock when its holders die, however they die; what a killed
# set-up has started holds it too, until it ends. macOS has no flock(1); perl's flock on the same descriptor is the same.
take_setup_lock() {
  mkdir -p "$tools/log"
  exec 9>"$tools/setup.lock"
  if command -v flock >/dev/null 2>&1; then
    flock -n 9 && return 0
    say 'Another set-up of this checkout is running; waiting for it.'
    flock -w 900 9 && return 0
  elif command -v perl >/dev/null 2>&1; then
    perl -MFcntl=:flock -e 'alarm 900; open(my $f, ">&=", 9) or die "$!\n"; flock($f, LOCK_EX) or die "$!\n"' && return 0
  else
    complain 'neither flock nor perl is here, so two set-ups at once are not kept apart'
    return 0
  fi
  complain 'another set-up of this checkout has not ended for 15 minutes'
  exit 1
}

# Ctrl-C does not reach background steps by itself: each has a process group of its own, so that it can be ended whole.
# The system's package manager is never cut short; it goes on alone and the next set-up waits for it.
stop_background_steps() {
  local pid
  for pid in $background_pids; do
    kill -TERM -- "-$pid" 2>/dev/null || true
  done
}
trap stop_background_steps EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# start_step NAME TITLE FUNCTION: runs FUNCTION in the background; finish_step NAME waits and reports.
start_step() {
  local name=$1 title=$2 step=$3
  set -m
  (
    set +m
    trap - EXIT HUP INT TERM
    set -e
    "$step"
  ) >"$tools/log/$name.log" 2>&1 </dev/null &
  set +m
  eval "pid_$name=\$!; title_$name=\$title; since_$name=\$SECONDS"
  if [ "$name" != system ]; then background_pids="$background_pids $!"; fi
}

finish_step() {
  local name=$1 pid title since status=0
  eval "pid=\$pid_$name; title=\$title_$name; since=\$since_$name"
  wait "$pid" || status=$?
  case $status in
    0) say "  done: $title ($((SECONDS - since)) s)" ;;
    "$is_unavailable") say "  not available: $title" ;;
    *)
      failed_steps=$((failed_steps + 1))
      complain "FAILED: $title. The end of $tools/log/$name.log:"
      tail -n 20 "$tools/log/$name.log" | sed 's/^/    /' >&2
      ;;
  esac
}

run_step() {
  start_step "$@"
  finish_step "$1"
}

# as_root COMMAND...: directly as root, else through sudo. Never leaks the set-up lock to what it starts.
as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@" 9>&-
  else
    sudo -n "$@" 9>&-
  fi
}
