#!/bin/bash
# dkms.sh CONF RELEASE KDIR DKMS_TREE SOURCE_TREE JOBS
#
# Tells what dkms would do with the dkms.conf of a driver, following "dkms.conf" in dkms(8): prints,
# each ended by a NUL, package name, version, PRE_BUILD, the build command, then one line per patch
# ("patch FILE") and per expected module ("module FOLDER/NAME.ko"). Paths of the machine's own dkms
# in the file are replaced by the given ones.

conf=$1 kernelver=$2 kernel_source_dir=$3 dkms_tree=$4 source_tree=$5 parallel_jobs=$6
arch=x86_64

read_conf() {
  # shellcheck disable=SC1090
  source <(sed -e "s|/usr/src|$source_tree|g" -e "s|/var/lib/dkms|$dkms_tree|g" \
    -e "s|/lib/modules/\$kernelver/build|$kernel_source_dir|g" "$conf") >&2
}

# Some files use $module and $module_version, which dkms has from its command line.
read_conf
module=$PACKAGE_NAME module_version=$PACKAGE_VERSION
read_conf

command="make -C $kernel_source_dir M=$dkms_tree/$module/$module_version/build"
for index in "${!MAKE[@]}"; do
  if [[ $kernelver =~ ${MAKE_MATCH[index]:-.} ]]; then command=${MAKE[index]}; fi
done
command=${command/#make/make -j$parallel_jobs KERNELRELEASE=$kernelver}

printf '%s\0' "$PACKAGE_NAME" "$PACKAGE_VERSION" "$PRE_BUILD" "$command"
for index in "${!PATCH[@]}"; do
  if [[ $kernelver =~ ${PATCH_MATCH[index]:-.} ]]; then printf 'patch %s\0' "${PATCH[index]}"; fi
done
for index in "${!BUILT_MODULE_NAME[@]}"; do
  location=${BUILT_MODULE_LOCATION[index]%/}
  printf 'module %s\0' "${location:+$location/}${BUILT_MODULE_NAME[index]}.ko"
done
[[ ${#BUILT_MODULE_NAME[@]} -gt 0 ]] || printf 'module %s\0' "$PACKAGE_NAME.ko"
