# shellcheck shell=bash
# npm may be configured with certificates of its own (those of a company's proxy). pnpm looks for its configuration in another place, so it is told.

share_npm_certificates() {
  local cafile
  if [ -n "${npm_config_cafile:-}" ] || ! command -v npm >/dev/null 2>&1; then return 0; fi
  cafile=$(npm config get cafile 2>/dev/null) || return 0
  case $cafile in
    '' | null | undefined) ;;
    *) export npm_config_cafile="$cafile" ;;
  esac
}
