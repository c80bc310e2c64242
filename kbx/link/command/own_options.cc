#include "kbx/base/error.h"
#include "kbx/link/command/option.h"

namespace kbx::link::command {
namespace {

void read_packing(Reading& reading, const std::string& value) {
  if (value != "none" && value != "relr")
    throw Error("--pack-dyn-relocs " + value + ": unknown form", "none and relr are known");
  reading.options.relr = value == "relr";
}

void read_threads(Reading& reading, const std::string& value) {
  const auto count = number(value, 10);
  if (!count || *count > 4096) throw Error("invalid number of threads `" + value + "'");
  reading.options.threads = static_cast<unsigned>(*count);
}

constexpr Option rows[] = {
    {"--threads", Argument::required, "N", read_threads,
     "use N threads; the result does not depend on it. Default: all processors"},
    {"--why-live!", Argument::required, "SYMBOL", append<&Options::why_live>,
     "tell by what way --gc-sections reaches SYMBOL, on standard output"},
    {"--why-here!", Argument::required, "SECTION", append<&Options::why_here>,
     "tell which line of the script put SECTION or FILE(SECTION) where it is, on standard output"},
    {"--pack-dyn-relocs", Argument::required, "FORM", read_packing,
     "relr as -z pack-relative-relocs, or none; of LLD"},
    {"--use-android-relr-tags", Argument::none, "", ignore,
     "other tags for -z "
     "pack-relative-relocs; of LLD",
     "no kernel reads the tags"},
};

}  // namespace

std::span<const Option> own_options() {
  return rows;
}

}  // namespace kbx::link::command
