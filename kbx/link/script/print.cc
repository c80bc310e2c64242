#include "kbx/link/script/print.h"

#include <fmt/format.h>

#include "kbx/link/script/printer.h"

namespace kbx::link::script {

namespace {

constexpr Mode mode = Mode::script;

std::string named(std::string_view word, const std::string& name) {
  return fmt::format("{}({})", word, quoted_if_needed(name, mode));
}

std::string attributes_text(unsigned attributes) {
  std::string text;
  if (attributes & region_readonly) text += 'r';
  if (attributes & region_writable) text += 'w';
  if (attributes & region_code) text += 'x';
  if (attributes & region_allocated) text += 'a';
  if (attributes & region_loaded) text += 'i';
  return text;
}

std::string region_text(const MemoryRegion& region) {
  std::string text = quoted_if_needed(region.name, mode);
  const std::string wanted = attributes_text(region.attributes);
  const std::string forbidden = attributes_text(region.forbidden_attributes);
  if (!wanted.empty() || !forbidden.empty())
    text += " (" + wanted + (forbidden.empty() ? "" : "!" + forbidden) + ')';
  return fmt::format("{} : ORIGIN = {}, LENGTH = {}", text, print(region.origin),
                     print(region.length));
}

std::string header_text(const ProgramHeader& header) {
  std::string text = quoted_if_needed(header.name, mode) + ' ' + print(header.type);
  if (header.file_header) text += " FILEHDR";
  if (header.program_headers) text += " PHDRS";
  if (header.load_address) text += " AT(" + print(*header.load_address) + ')';
  if (header.flags) text += " FLAGS(" + print(*header.flags) + ')';
  return text + ';';
}

std::string_view language_text(Language language) {
  switch (language) {
    case Language::c:
      return "C";
    case Language::cxx:
      return "C++";
    default:
      return "Java";
  }
}

std::string patterns_text(const std::vector<VersionPattern>& patterns) {
  std::string text;
  for (const VersionPattern& pattern : patterns) {
    const std::string name = pattern.exact ? quoted(pattern.pattern) : pattern.pattern;
    text += pattern.language == Language::none ? fmt::format("    {};\n", name)
                                               : fmt::format("    extern \"{}\" {{ {}; }};\n",
                                                             language_text(pattern.language), name);
  }
  return text;
}

std::string names_text(const InputFiles& files) {
  std::string text;
  bool in_as_needed = false;
  for (const InputName& name : files.names) {
    if (in_as_needed && !name.as_needed) text += " )";
    if (!in_as_needed && name.as_needed) text += " AS_NEEDED(";
    in_as_needed = name.as_needed;
    text +=
        name.is_library ? " -l" + name.name : ' ' + quoted_if_needed(name.name, Mode::input_list);
  }
  return text + (in_as_needed ? " )" : "");
}

struct CommandText {
  std::string operator()(const Assignment& node) const { return print(node, mode); }
  std::string operator()(const Assertion& node) const { return print(node); }
  std::string operator()(const Entry& node) const { return named("ENTRY", node.symbol); }
  std::string operator()(const Sections& node) const { return print(node); }
  std::string operator()(const Memory& node) const {
    std::string text = "MEMORY {\n";
    for (const MemoryRegion& region : node.regions) text += "  " + region_text(region) + '\n';
    return text + '}';
  }
  std::string operator()(const ProgramHeaders& node) const {
    std::string text = "PHDRS {\n";
    for (const ProgramHeader& header : node.headers) text += "  " + header_text(header) + '\n';
    return text + '}';
  }
  std::string operator()(const Version& node) const { return "VERSION {\n" + print(node) + '}'; }
  std::string operator()(const OutputFile& node) const { return named("OUTPUT", node.file); }
  std::string operator()(const OutputFormat& node) const {
    if (node.big_endian.empty() && node.little_endian.empty())
      return named("OUTPUT_FORMAT", node.format);
    return fmt::format("OUTPUT_FORMAT({}, {}, {})", quoted(node.format), quoted(node.big_endian),
                       quoted(node.little_endian));
  }
  std::string operator()(const OutputArch& node) const { return named("OUTPUT_ARCH", node.arch); }
  std::string operator()(const Target& node) const { return named("TARGET", node.name); }
  std::string operator()(const SearchDir& node) const { return named("SEARCH_DIR", node.folder); }
  std::string operator()(const Startup& node) const { return named("STARTUP", node.file); }
  std::string operator()(const MapFile& node) const { return named("MAP", node.file); }
  std::string operator()(const InputFiles& node) const {
    return std::string(node.group ? "GROUP(" : "INPUT(") + names_text(node) + " )";
  }
  std::string operator()(const Extern& node) const {
    return "EXTERN(" + each(node.symbols, " ", Mode::expression).substr(1) + ')';
  }
  std::string operator()(const Allocation& node) const {
    switch (node.kind) {
      case AllocationKind::force_common:
        return "FORCE_COMMON_ALLOCATION";
      case AllocationKind::inhibit_common:
        return "INHIBIT_COMMON_ALLOCATION";
      case AllocationKind::force_group:
        return "FORCE_GROUP_ALLOCATION";
    }
    return {};
  }
  std::string operator()(const NoCrossReferences& node) const {
    return std::string(node.to_first ? "NOCROSSREFS_TO(" : "NOCROSSREFS(") +
           each(node.sections, " ", mode) + ')';
  }
  std::string operator()(const RegionAlias& node) const {
    return fmt::format("REGION_ALIAS({}, {})", quoted(node.alias), quoted(node.region));
  }
  std::string operator()(const Feature& node) const { return named("LD_FEATURE", node.name); }
  std::string operator()(const Insert& node) const {
    return (node.after ? "INSERT AFTER " : "INSERT BEFORE ") + quoted_if_needed(node.section, mode);
  }
};

}  // namespace

std::string print(const Script& script) {
  std::string text;
  for (const Command& command : script.commands) text += std::visit(CommandText{}, command) + '\n';
  return text;
}

std::string print(const Version& version) {
  std::string text;
  for (const VersionNode& node : version.nodes) {
    text += node.tag + (node.tag.empty() ? "{\n" : " {\n");
    if (!node.globals.empty()) text += "  global:\n" + patterns_text(node.globals);
    if (!node.locals.empty()) text += "  local:\n" + patterns_text(node.locals);
    text += '}';
    for (const std::string& predecessor : node.predecessors) text += ' ' + predecessor;
    text += ";\n";
  }
  return text;
}

std::string print(const DynamicList& list) {
  return "{\n" + patterns_text(list.patterns) + "};\n";
}

}  // namespace kbx::link::script
