#!/bin/sh
# Writes layouts_VERSION.cbs from a kernel image:
#
#     specs/linux/netlink_callback/layouts.sh VERSION VMLINUZ
#
# docs/linux.md tells where the two kernels come from.
set -eu
here=$(dirname "$0")
exec ${CBPROVE:-cbprove} import "$2" --struct netlink_callback --struct ctrl_dump_policy_ctx --struct ethnl_dump_ctx \
    --struct xfrm_state_walk --struct xfrm_policy_walk -o "$here/layouts_$1.cbs"
