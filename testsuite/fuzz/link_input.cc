#include "testsuite/fuzz/link_input.h"

#include "kbx/link/link.h"
#include "kbx/link/options.h"

namespace kbx::fuzz {
namespace {

link::Input input_of(const std::string& path) {
  link::Input input;
  input.name = path;
  return input;
}

}  // namespace

std::string link_input(std::string_view content, const Scratch& scratch) {
  const std::string path = scratch.at("linked.in");
  const std::string output = scratch.at("linked.out");
  write_file_atomically(path, content);
  link::Options options;
  options.program = "ld";
  options.kind = link::OutputKind::relocatable;
  options.output = output;
  options.build_id = "sha1";
  options.threads = 1;
  options.largest_output = std::uint64_t{1} << 24;
  options.allow_multiple_definition = true;
  options.inputs.push_back(input_of(path));
  if (content.starts_with("\x7f"
                          "ELF")) {
    options.inputs.push_back(input_of(path));
  } else if (content.starts_with("!<arch>")) {
    options.inputs.back().whole_archive = true;
  } else {
    options.inputs.back().kind = link::Input::Kind::script;
    options.inputs.push_back(input_of(path));
    options.inputs.back().format = "binary";
  }
  std::string said;
  const auto note = [&](const std::string& line) { said += line + '\n'; };
  if (!link::link(options, {note, note})) return "no output\n" + said;
  return std::to_string(read_file(output).size()) + '\n' + said;
}

}  // namespace kbx::fuzz
