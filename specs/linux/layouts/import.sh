#!/bin/sh
# Writes VERSION.cbs from a kernel image and the folder of its modules; VERSION.names says which structs:
#
#     specs/linux/layouts/import.sh VERSION VMLINUZ MODULES
#
# docs/linux.md tells where the two kernels come from.
set -eu
here=$(dirname "$0")
set -- "$1" "$2" "$3" $(sed -e '/^#/d' -e '/^$/d' -e 's/^/--/' "$here/$1.names")
version=$1 kernel=$2 modules=$3
shift 3
exec ${CBPROVE:-cbprove} import "$kernel" --modules "$modules" "$@" -o "$here/$version.cbs"
