#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kbx/makelang/evaluation.h"

namespace kbx::kbuild {

/// A recipe line that calls make: `make -f FILE NAME=value goal`.
struct SubMake {
  std::vector<std::string> words;  // after make's name
  std::string folder;              // of its -C options, or ""
  std::string makefile;            // -f, or "Makefile"
};

/// Reads `line` if it is one call of `make_command` and nothing else that a shell would do; nothing
/// otherwise.
std::optional<SubMake> parse_submake(std::string_view line, std::string_view make_command);

/// How the make process of `call`, started by a recipe of `parent` in `scope`, begins.
makelang::Setup submake_setup(const makelang::Evaluation& parent, const makelang::Scope* scope,
                              const SubMake& call);

}  // namespace kbx::kbuild
