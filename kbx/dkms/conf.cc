// A dkms.conf is a bash script that sets variables and arrays; many compute what they set from
// $kernelver and $kernel_source_dir, or read the kernel's .config. So it is run, and what it has
// set is decided on by the same bash: its regular expressions and its order of versions are what
// the authors of these files know. The answers come back as words with a NUL behind each, a key and
// a value in turn.
#include "kbx/dkms/conf.h"

#include "kbx/base/error.h"
#include "kbx/base/path.h"
#include "kbx/base/text.h"

namespace kbx::dkms {
namespace {

/// Sets what dkms has set, then runs the file. It may use $module, which dkms has from its command
/// line and which here only the file can tell: so it runs twice.
constexpr const char* prelude = R"(
conf=$1 kernelver=$2 arch=$3 kernel_source_dir=$4 dkms_tree=$5 source_tree=$6 command=$7
kernel_config=$kernel_source_dir/.config
shift $#
. "$conf" >&2
module=$PACKAGE_NAME module_version=$PACKAGE_VERSION
. "$conf" >&2
)";

/// The compiler that Debian's headers name; dkms gives it to commands, and no other.
constexpr const char* compiler = R"(
unset CC
if [[ -f $kernel_source_dir/.kernelvariables ]]; then
  CC=$(printf 'include %s\nname: ; @echo $(CC)\n' "$kernel_source_dir/.kernelvariables" | make -s -f - name)
  export CC
fi
)";

constexpr const char* answers = R"(
tell() { printf '%s\0%s\0' "$1" "$2"; }
excludes() { tell excluded "$1"; }

tell name "$PACKAGE_NAME"
tell version "$PACKAGE_VERSION"
tell clean "${CLEAN:-make -C $kernel_source_dir M=$dkms_tree/$PACKAGE_NAME/$PACKAGE_VERSION/build clean}"
tell pre_build "$PRE_BUILD"
tell post_build "$POST_BUILD"

build="make -C $kernel_source_dir M=$dkms_tree/$PACKAGE_NAME/$PACKAGE_VERSION/build"
[[ ${MAKE_MATCH[0]} || ! ${MAKE[0]} ]] || build=${MAKE[0]}
for i in "${!MAKE[@]}"; do
  if [[ ${MAKE[i]} && ${MAKE_MATCH[i]} && $kernelver =~ ${MAKE_MATCH[i]} ]]; then build=${MAKE[i]}; fi
done
# A driver's own makefile would not know what the kernel was built with.
! grep -qs '^CONFIG_CC_IS_CLANG=y' "$kernel_config" || build+=" CC=clang"
! grep -qs '^CONFIG_LD_IS_LLD=y' "$kernel_config" || build+=" LD=ld.lld"
tell make "$build"

for i in "${!PATCH[@]}"; do
  if [[ ${PATCH[i]} && ( ! ${PATCH_MATCH[i]} || $kernelver =~ ${PATCH_MATCH[i]} ) ]]; then tell patch "${PATCH[i]}"; fi
done

[[ ${#BUILT_MODULE_NAME[@]} -gt 0 ]] || BUILT_MODULE_NAME=("$PACKAGE_NAME")
for i in "${!BUILT_MODULE_NAME[@]}"; do
  tell module "${BUILT_MODULE_NAME[i]}"
  tell location "${BUILT_MODULE_LOCATION[i]}"
  tell dest_name "${DEST_MODULE_NAME[i]:-${BUILT_MODULE_NAME[i]}}"
  # Without an index of its own a module is treated as the first one.
  tell strip "${STRIP[i]:-${STRIP[0]:-yes}}"
done

if [[ $BUILD_EXCLUSIVE_KERNEL && ! $kernelver =~ $BUILD_EXCLUSIVE_KERNEL ]]; then
  excludes "BUILD_EXCLUSIVE_KERNEL is $BUILD_EXCLUSIVE_KERNEL"
fi
if [[ $BUILD_EXCLUSIVE_ARCH && ! $arch =~ $BUILD_EXCLUSIVE_ARCH ]]; then
  excludes "BUILD_EXCLUSIVE_ARCH is $BUILD_EXCLUSIVE_ARCH, this kernel is for $arch"
fi
if [[ $BUILD_EXCLUSIVE_CONFIG && -r $kernel_config ]]; then
  for option in $BUILD_EXCLUSIVE_CONFIG; do
    if [[ $option == !* ]]; then
      ! grep -Eq "^${option#!}=[ym]" "$kernel_config" ||
        excludes "BUILD_EXCLUSIVE_CONFIG is without ${option#!}, which this kernel has"
    else
      grep -Eq "^$option=[ym]" "$kernel_config" ||
        excludes "BUILD_EXCLUSIVE_CONFIG asks for $option, which this kernel lacks"
    fi
  done
fi
if [[ $OBSOLETE_BY ]] && printf '%s\n' "$OBSOLETE_BY" "$kernelver" | sort -V -C; then
  tell obsolete_by "$OBSOLETE_BY"
fi
tell end ''
)";

std::vector<std::string> bash_arguments(const std::string& script, const Surroundings& around,
                                        const std::string& command) {
  return {"bash",           "-c",
          script,           "dkms.conf",
          around.conf,      around.kernelver,
          around.arch,      around.kernel_source_dir,
          around.dkms_tree, around.source_tree,
          command};
}

void take_answer(Conf& conf, std::string_view key, const std::string& value) {
  if (key == "module") conf.modules.push_back({"", value, value, true});
  const bool of_module = key == "location" || key == "dest_name" || key == "strip";
  if (of_module && conf.modules.empty()) return;
  if (key == "location") conf.modules.back().location = value;
  if (key == "dest_name") conf.modules.back().dest_name = value;
  if (key == "strip")
    conf.modules.back().strip = !value.starts_with("n") && !value.starts_with("N");
  if (key == "name") conf.name = value;
  if (key == "version") conf.version = value;
  if (key == "make") conf.make = value;
  if (key == "clean") conf.clean = value;
  if (key == "pre_build") conf.pre_build = value;
  if (key == "post_build") conf.post_build = value;
  if (key == "patch") conf.patches.push_back(value);
  if (key == "excluded" && conf.excluded.empty()) conf.excluded = value;
  if (key == "obsolete_by") conf.obsolete_by = value;
}

/// A name that becomes a folder or a file of the build.
void check_name(const Surroundings& around, const std::string& what, const std::string& name) {
  if (name.empty())
    throw Error(Location{around.conf, 0}, what + " is not set", "dkms(8) tells what has to be set");
  if (name == "." || name == ".." || name.find('/') != std::string::npos)
    throw Error(Location{around.conf, 0}, what + " is \"" + name + "\", which is no plain name",
                "a slash has its place in BUILT_MODULE_LOCATION");
}

void check(const Surroundings& around, const Conf& conf) {
  check_name(around, "PACKAGE_NAME", conf.name);
  check_name(around, "PACKAGE_VERSION", conf.version);
  for (const BuiltModule& module : conf.modules) {
    check_name(around, "BUILT_MODULE_NAME", module.name);
    check_name(around, "DEST_MODULE_NAME", module.dest_name);
    if (!is_below(absolute_path(module.location, "/build"), "/build"))
      throw Error(Location{around.conf, 0},
                  "BUILT_MODULE_LOCATION " + module.location + " leads out of the build folder");
  }
}

}  // namespace

Conf read_conf(const Surroundings& surroundings, const Environment& environment) {
  Command command;
  command.arguments = bash_arguments(std::string(prelude) + answers, surroundings, "");
  command.folder = dir_name(surroundings.conf);
  command.environment = &environment;
  const CommandResult result = run(command);
  Conf conf;
  const auto words = split(result.output, '\0');
  bool complete = false;
  for (size_t i = 0; i + 1 < words.size(); i += 2) {
    take_answer(conf, words[i], std::string(words[i + 1]));
    complete = complete || words[i] == "end";
  }
  if (!complete)
    throw Error(Location{surroundings.conf, 0}, "bash cannot read this file",
                result.status == 127 ? "bash is needed, as for dkms" : "");
  check(surroundings, conf);
  return conf;
}

std::vector<std::string> command_in_conf(const Surroundings& surroundings,
                                         const std::string& command) {
  return bash_arguments(std::string(prelude) + compiler + "eval \"$command\"\n", surroundings,
                        command);
}

}  // namespace kbx::dkms
