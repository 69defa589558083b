# shellcheck shell=bash disable=SC2034 # scripts/setup reads them
# The versions that set-up brings. pnpm's must equal "packageManager" in package.json; a test compares them.
node_major=24
node_version=24.21.0
# npm has no 24.21.0 program for macOS.
node_version_darwin=26.10.0
pnpm_version=10.34.8
versitygw_version=v1.7.0
