#pragma once
#include <string>
#include <string_view>

#include "kbx/base/process.h"
#include "kbx/kbuild/plan.h"

namespace kbx::ninja {

/// True if the graph in `state_folder` was made for the request with that hash and nothing that
/// the plan hangs on changed since. One stat(2) per file; nothing is evaluated. Whatever is wrong
/// with the stamp, the answer is false.
bool fresh(const std::string& state_folder, std::string_view request_hash,
           const Environment& environment);

/// Remembers what the graph in `state_folder` was made from. The last thing to be written.
void write_stamp(const std::string& state_folder, std::string_view request_hash,
                 const kbuild::Inputs& inputs);

/// Makes `fresh` say no, before the graph is written anew.
void remove_stamp(const std::string& state_folder);

}  // namespace kbx::ninja
