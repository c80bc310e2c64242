#include "kbx/matrix/junit.h"

#include <sstream>

#include <fmt/format.h>
#include <pugixml.hpp>

#include "kbx/base/text.h"

namespace kbx::matrix {
namespace {

/// What XML 1.0 can hold of a text that a program printed: no control characters, and no byte that
/// is not UTF-8. Both become "?".
std::string xml_text(std::string_view text) {
  std::string clean;
  for (std::size_t at = 0; at < text.size();) {
    const auto byte = static_cast<unsigned char>(text[at]);
    const std::size_t length = byte < 0x80   ? 1
                               : byte < 0xc2 ? 0
                               : byte < 0xe0 ? 2
                               : byte < 0xf0 ? 3
                               : byte < 0xf5 ? 4
                                             : 0;
    bool is_whole = length > 0 && at + length <= text.size();
    for (std::size_t i = 1; is_whole && i < length; ++i)
      is_whole = (static_cast<unsigned char>(text[at + i]) & 0xc0) == 0x80;
    const bool is_control = byte < ' ' && byte != '\n' && byte != '\t';
    if (!is_whole || is_control || byte == 0x7f) {
      clean += '?';
      ++at;
      continue;
    }
    clean += text.substr(at, length);
    at += length;
  }
  return clean;
}

void set(pugi::xml_node node, const char* name, const std::string& value) {
  node.append_attribute(name).set_value(xml_text(value).c_str());
}

void add_text(pugi::xml_node node, const std::string& text) {
  node.append_child(pugi::node_pcdata).set_value(xml_text(text).c_str());
}

pugi::xml_node add_case(pugi::xml_node suite, const CellResult& cell, const std::string& name,
                        double seconds) {
  pugi::xml_node node = suite.append_child("testcase");
  set(node, "classname", cell.name);
  set(node, "name", name);
  set(node, "time", fmt::format("{:.3f}", seconds));
  return node;
}

/// What commands printed that failed for `module`; of all if it is "".
std::string words_of(const CellResult& cell, const std::string& module) {
  std::string words;
  for (const FailedCommand& failure : cell.failures)
    if (module.empty() || failure.module == module) words += failure.words;
  if (words.empty() && cell.error) words = cell.error->to_string() + "\n";
  for (const std::string& hint : cell.hints) words += "hint: " + hint + "\n";
  if (!cell.failures.empty()) return words;
  for (const std::string& note : cell.notes) words += note + "\n";
  return words;
}

struct Counts {
  int tests = 0;
  int failures = 0;
  int skipped = 0;
};

void fail(pugi::xml_node node, const CellResult& cell, const std::string& message,
          const std::string& words, Counts& counts) {
  if (cell.expects_failure) {
    ++counts.skipped;
    const std::string because = cell.expected_because.empty() ? "" : cell.expected_because + ": ";
    set(node.append_child("skipped"), "message", "expected to fail: " + because + message);
    return;
  }
  ++counts.failures;
  pugi::xml_node failure = node.append_child("failure");
  set(failure, "message", message);
  add_text(failure, words);
}

Counts add_suite(pugi::xml_node suites, const CellResult& cell) {
  pugi::xml_node suite = suites.append_child("testsuite");
  set(suite, "name", cell.name);
  Counts counts;
  const std::string error = cell.error ? cell.error->to_string() : "failed";
  pugi::xml_node build = add_case(suite, cell, "build", cell.seconds);
  ++counts.tests;
  if (cell.failed()) fail(build, cell, error, words_of(cell, ""), counts);
  if (!cell.warnings.empty())
    add_text(build.append_child("system-out"), join(cell.warnings, "\n") + "\n");
  for (const ModuleResult& module : cell.modules) {
    pugi::xml_node node = add_case(suite, cell, module.name + ".ko", 0);
    ++counts.tests;
    if (!module.built) {
      fail(node, cell, error, words_of(cell, module.name), counts);
    } else if (!module.reasons.empty()) {
      // As for kbx build: it is built, and told of.
      add_text(node.append_child("system-out"),
               "would not load:\n" + join(module.reasons, "\n") + "\n");
    }
  }
  set(suite, "tests", std::to_string(counts.tests));
  set(suite, "failures", std::to_string(counts.failures));
  set(suite, "skipped", std::to_string(counts.skipped));
  set(suite, "errors", "0");
  set(suite, "time", fmt::format("{:.3f}", cell.seconds));
  return counts;
}

}  // namespace

std::string junit_text(const Results& results) {
  pugi::xml_document document;
  pugi::xml_node declaration = document.append_child(pugi::node_declaration);
  set(declaration, "version", "1.0");
  set(declaration, "encoding", "UTF-8");
  pugi::xml_node suites = document.append_child("testsuites");
  Counts sum;
  for (const CellResult& cell : results.cells) {
    const Counts counts = add_suite(suites, cell);
    sum.tests += counts.tests;
    sum.failures += counts.failures;
    sum.skipped += counts.skipped;
  }
  set(suites, "name", "kbx matrix");
  set(suites, "tests", std::to_string(sum.tests));
  set(suites, "failures", std::to_string(sum.failures));
  set(suites, "skipped", std::to_string(sum.skipped));
  set(suites, "time", fmt::format("{:.3f}", results.seconds));
  std::ostringstream text;
  document.save(text, " ");
  return text.str();
}

}  // namespace kbx::matrix
