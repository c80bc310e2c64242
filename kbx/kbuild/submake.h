#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kbx/makelang/evaluation.h"

namespace kbx::kbuild {

/// The words of a recipe line that calls make: `make -f FILE NAME=value goal`.
struct SubMake {
  std::string folder;    // -C, or ""
  std::string makefile;  // -f, or "Makefile"
  std::vector<std::string> variables;
  std::vector<std::string> goals;
};

/// Reads `line` if it is one call of `make_command` and nothing else that a shell would do; nothing
/// otherwise.
std::optional<SubMake> parse_submake(std::string_view line, std::string_view make_command);

/// How the make process of `call`, started by a recipe of `parent` in `scope`, begins.
makelang::Setup submake_setup(const makelang::Evaluation& parent, const makelang::Scope* scope,
                              const SubMake& call);

}  // namespace kbx::kbuild
