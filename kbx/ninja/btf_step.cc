#include "kbx/ninja/btf_step.h"

#include <string>
#include <vector>

#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/base/text.h"
#include "kbx/kernel/doctor.h"

/// BTF of a module is made behind its final link (scripts/Makefile.modfinal): pahole of this
/// machine adds it, on top of that in the tree's vmlinux, and resolve_btfids of the tree patches
/// IDs in. Headers of Debian since 6.12 bring a vmlinux, and so this step is taken for them; but
/// resolve_btfids is of the machine that the headers are for, and the options are those that the
/// distribution's pahole knew. A module loads without BTF as well: only tracing by type goes
/// without. kbuild itself skips the step where there is no vmlinux, with a line of the same kind.
namespace kbx::ninja {
namespace {

constexpr std::string_view resolve_btfids = "tools/bpf/resolve_btfids/resolve_btfids";
constexpr std::string_view skipping = "Skipping BTF generation for ";
constexpr std::string_view without_vmlinux = " due to unavailability of vmlinux";
constexpr std::string_view since = " since ";

bool makes_btf(const kbuild::Step& step) {
  return step.text.find(skipping) != std::string::npos;
}

/// The call of pahole in a step, its options for all modules alike; empty if there is none that
/// can be read.
std::vector<std::string> pahole_call(std::string_view step) {
  const size_t encode = step.find(" -J ");
  if (encode == std::string_view::npos) return {};
  const size_t start = step.find_last_of(" \t;", encode - 1) + 1;
  const auto words = shell_split(step.substr(start, step.find(';', encode) - start));
  if (!words || words->empty()) return {};
  std::vector<std::string> call = {words->front()};
  for (const std::string& word : *words)
    if (word.starts_with("--") && word != "--btf_base") call.push_back(word);
  return call;
}

/// What pahole says of the options: the first that it does not know, or "".
std::string unknown_option(std::vector<std::string> call, const Environment& environment) {
  constexpr int usage = 64;  // sysexits.h, as argp_parse(3) ends
  call.emplace_back("--version");
  Command command{std::move(call), "", &environment, ""};
  command.capture_errors = true;
  const CommandResult answer = run(command);
  if (answer.status != usage) return {};
  const std::string_view said = answer.errors;
  const size_t dashes = said.find("--");
  if (dashes == std::string_view::npos) return "an option";
  return std::string(said.substr(dashes, said.find_first_of("=' \n", dashes) - dashes));
}

/// Why a step cannot be taken here; "" if it can, or what hinders it is another matter.
std::string obstacle_to(const kbuild::Step& step, const kernel::Tree& tree,
                        const Environment& environment) {
  const std::string program(resolve_btfids);
  if (const std::string found = kernel::obstacle_to_running(tree, program);
      found.starts_with("built for"))
    return "the tree's " + base_name(program) + " is " + found;
  const auto call = pahole_call(step.text);
  if (call.empty()) return {};
  const std::string option = unknown_option(call, environment);
  return option.empty() ? ""
                        : "the pahole here does not know " + option + ", which the tree asks for";
}

/// What the answer of obstacle_to() hangs on.
void add_inputs(kbuild::Plan& plan, const kbuild::Step& step, const Environment& environment) {
  std::vector<std::string> files = {join_path(plan.objtree, std::string(resolve_btfids)),
                                    join_path(plan.objtree, "vmlinux")};
  const auto path = environment.find("PATH");
  const auto call = pahole_call(step.text);
  if (!call.empty() && path != environment.end())
    files.push_back(find_program(call.front(), path->second));
  for (const std::string& file : files)
    if (!file.empty()) plan.inputs.files.emplace_back(file, stamp_of(file));
}

}  // namespace

void leave_out_btf(kbuild::Plan& plan, const kernel::Tree& tree, const Environment& environment) {
  if (!exists(join_path(plan.objtree, "vmlinux"))) return;
  std::optional<std::string> obstacle;
  for (kbuild::Action& action : plan.actions)
    for (kbuild::Step& step : action.steps) {
      if (!makes_btf(step)) continue;
      if (!obstacle) {
        obstacle = obstacle_to(step, tree, environment);
        add_inputs(plan, step, environment);
      }
      if (obstacle->empty()) return;
      const std::string notice =
          std::string(skipping) + action.target + std::string(since) + *obstacle;
      step.text = "echo " + shell_quote(notice) + " 1>&2";
    }
}

std::optional<BtfNotice> read_btf_notice(std::string_view line) {
  if (!line.starts_with(skipping)) return std::nullopt;
  line.remove_prefix(skipping.size());
  const size_t end = line.find(' ');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view module = line.substr(0, end);
  const std::string_view why = line.substr(end);
  if (why == without_vmlinux) return BtfNotice{module, "these headers come without vmlinux"};
  if (why.starts_with(since)) return BtfNotice{module, why.substr(since.size())};
  return std::nullopt;
}

}  // namespace kbx::ninja
