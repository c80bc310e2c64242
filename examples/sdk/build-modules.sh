#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# What an SDK has for the modules of its board: builds them one after the other, each with the symbols of those before
# it, and installs them below a root. It speaks make's words, so make and kbx run it alike:
#
#     KDIR=/usr/src/linux-headers-… ROOT=/tmp/root build-modules.sh
#     KDIR=… ROOT=… MAKE="kbx make" build-modules.sh
#     KDIR=… ROOT=… kbx shim -- build-modules.sh
#
# ARCH and CROSS_COMPILE are taken from the environment, as kbuild takes them.
set -eu
: "${KDIR:?the folder of the kernel headers}" "${ROOT:?the folder to install into}"
modules=$(cd "$(dirname "$0")/.." && pwd)
symbols=
for module in exporting-pair/provider exporting-pair/user hello; do
	folder=$modules/$module
	${MAKE:-make} -C "$KDIR" M="$folder" KBUILD_EXTRA_SYMBOLS="$symbols" modules
	${MAKE:-make} -C "$KDIR" M="$folder" INSTALL_MOD_PATH="$ROOT" INSTALL_MOD_DIR=board modules_install
	symbols="$symbols $folder/Module.symvers"
done
