#!/bin/sh
# Writes the layouts of one kernel, from its image and the folder of its modules, for each list of names here:
#
#     specs/linux/layouts/import.sh VERSION VMLINUZ MODULES
#
# docs/linux.md tells where the two kernels come from.
set -eu
here=$(dirname "$0")
version=$1 kernel=$2 modules=$3
for list in "$here/$version.names" "$here/$version"_*.names; do
    set -- $(sed -e '/^#/d' -e '/^$/d' -e 's/^/--/' "$list")
    ${CBPROVE:-cbprove} import "$kernel" --modules "$modules" "$@" -o "${list%.names}.cbs"
done
