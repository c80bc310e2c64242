#pragma once
#include <string>

#include <doctest/doctest.h>

#include "kbx/base/file.h"
#include "kbx/base/process.h"

namespace kbx::test {

/// The object that gcc makes of an assembler text.
inline std::string assemble(const std::string& text) {
  const std::string folder = make_temporary_folder("/tmp", "kbx-assemble-test-");
  const std::string object = folder + "/a.o";
  Command command;
  command.arguments = {"gcc", "-x", "assembler", "-c", "-o", object, "-"};
  command.input = text;
  REQUIRE(run(command).status == 0);
  std::string content = read_file(object);
  remove_tree(folder);
  return content;
}

}  // namespace kbx::test
