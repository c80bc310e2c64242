#include "kbx/symbols/vermagic.h"

#include <map>
#include <set>

#include <doctest/doctest.h>

namespace {

using kbx::symbols::compose_vermagic;
using kbx::symbols::same_vermagic;

constexpr const char* release = "#define UTS_RELEASE \"6.1.0\"\n";

std::optional<std::string> compose(std::map<std::string, std::string> headers,
                                   const std::set<std::string, std::less<>>& options) {
  headers.emplace("generated/utsrelease.h", release);
  return compose_vermagic(
      {[&](const std::string& name) -> std::optional<std::string> {
         const auto found = headers.find(name);
         if (found == headers.end()) return std::nullopt;
         return found->second;
       },
       [&](std::string_view macro) { return options.find(macro) != options.end(); }});
}

}  // namespace

TEST_CASE("the header's own order of conditions decides") {
  const std::string start =
      "#ifndef INCLUDE_VERMAGIC\n#error \"not here\"\n#endif\n"
      "#include <generated/utsrelease.h>\n";
  const std::string end =
      "#define VERMAGIC_STRING \t\\\n\tUTS_RELEASE \" \" \\\n\tMODULE_VERMAGIC_PREEMPT\n";
  const std::string preempt_first =
      "#ifdef CONFIG_PREEMPT_BUILD\n#define MODULE_VERMAGIC_PREEMPT \"preempt \"\n"
      "#elif defined(CONFIG_PREEMPT_RT)\n#define MODULE_VERMAGIC_PREEMPT \"preempt_rt \"\n"
      "#else\n#define MODULE_VERMAGIC_PREEMPT \"\"\n#endif\n";
  const std::set<std::string, std::less<>> both = {"CONFIG_PREEMPT_BUILD", "CONFIG_PREEMPT_RT"};
  CHECK(compose({{"linux/vermagic.h", start + preempt_first + end}}, both) == "6.1.0 preempt ");
  CHECK(compose({{"linux/vermagic.h", start + preempt_first + end}}, {"CONFIG_PREEMPT_RT"}) ==
        "6.1.0 preempt_rt ");
  CHECK(compose({{"linux/vermagic.h", start + preempt_first + end}}, {}) == "6.1.0 ");
}

TEST_CASE("what an architecture adds") {
  const std::string header =
      "#include <generated/utsrelease.h>\n#include <asm/vermagic.h>\n"
      "#define VERMAGIC_STRING UTS_RELEASE \" \" MODULE_ARCH_VERMAGIC /* end */\n";
  const std::string family =
      "#ifdef CONFIG_X86_64\n/* none */\n#elif defined CONFIG_M686\n"
      "# define MODULE_PROC_FAMILY \"686 \"\n#else\n#error unknown\n#endif\n"
      "#if defined(CONFIG_X86_32) && !defined(CONFIG_X86_64)\n"
      "# define MODULE_ARCH_VERMAGIC MODULE_PROC_FAMILY\n#else\n"
      "# define MODULE_ARCH_VERMAGIC \"\"\n#endif\n";
  CHECK(compose({{"linux/vermagic.h", header}, {"asm/vermagic.h", family}}, {"CONFIG_X86_64"}) ==
        "6.1.0 ");
  CHECK(compose({{"linux/vermagic.h", header}, {"asm/vermagic.h", family}},
                {"CONFIG_X86_32", "CONFIG_M686"}) == "6.1.0 686 ");
  const std::string arm =
      "#define MODULE_ARCH_VERMAGIC \"ARMv\" __stringify(__LINUX_ARM_ARCH__) \" \" \"p2v8 \"\n";
  CHECK(compose({{"linux/vermagic.h", header}, {"asm/vermagic.h", arm}}, {}) ==
        "6.1.0 ARMv? p2v8 ");
}

TEST_CASE("headers that make no vermagic") {
  CHECK_FALSE(compose({}, {}));
  CHECK_FALSE(
      compose({{"linux/vermagic.h", "#if 0\n#define VERMAGIC_STRING \"x\"\n#endif\n"}}, {}));
  // One that expands to itself, and one that includes itself, come to an end.
  CHECK(compose({{"linux/vermagic.h", "#define VERMAGIC_STRING VERMAGIC_STRING \"x\"\n"}}, {}));
  CHECK_FALSE(compose({{"linux/vermagic.h", "#include <linux/vermagic.h>\n"}}, {}));
}

TEST_CASE("the release counts only without versions") {
  CHECK(same_vermagic("6.1.0 SMP ", "6.1.0 SMP ", false));
  CHECK_FALSE(same_vermagic("6.1.1 SMP ", "6.1.0 SMP ", false));
  CHECK(same_vermagic("6.1.1 SMP ", "6.1.0 SMP ", true));
  CHECK_FALSE(same_vermagic("6.1.0 SMP preempt ", "6.1.0 SMP ", true));
  CHECK(same_vermagic("6.1.0 ARMv7 p2v8 ", "6.1.0 ARMv? p2v8 ", true));
  CHECK_FALSE(same_vermagic("6.1.0 ARMv7 thumb2 p2v8 ", "6.1.0 ARMv? p2v8 ", true));
}
