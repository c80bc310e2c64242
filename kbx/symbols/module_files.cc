#include "kbx/symbols/module_files.h"

#include <charconv>

#include <fmt/format.h>

#include "kbx/base/file.h"
#include "kbx/base/text.h"
#include "kbx/symbols/md4.h"

namespace kbx::symbols {
namespace {

/// Adds a source file to the digest as scripts/mod/sumversion.c sees it: continued lines joined,
/// strings whole, white space and block comments left out. The text ends at its first NUL.
void add_source(std::string_view text, Md4& digest) {
  text = text.substr(0, text.find('\0'));
  for (size_t i = 0; i < text.size(); ++i) {
    const std::string_view rest = text.substr(i);
    if (rest.starts_with("\\\n")) {
      ++i;
    } else if (is_space(rest[0])) {
      continue;
    } else if (rest[0] == '"') {
      size_t end = 1;
      while (end < rest.size() && !(rest[end] == '"' && rest[end - 1] != '\\')) ++end;
      for (const char c : rest.substr(0, end + 1)) digest.add(c);
      i += end;
    } else if (rest.starts_with("/*")) {
      // The star that opens a comment may close it too.
      const size_t end = rest.find("*/", 1);
      i += end == std::string_view::npos ? rest.size() : end + 1;
    } else {
      digest.add(rest[0]);
    }
  }
}

/// True if `file` is named by `folder` (with its slash) and one more part, as far as the first
/// occurrence of `folder` in it tells.
bool is_beside(std::string_view file, std::string_view folder) {
  const size_t at = file.find(folder);
  const size_t slash = file.rfind('/');
  return at != std::string_view::npos && slash != std::string_view::npos &&
         at + folder.size() == slash + 1;
}

/// Adds the sources of one object: the one that "source_…" names, and of the list after "deps_…"
/// those in the folder of the object.
void add_sources_of(const std::string& object, Md4& digest) {
  const std::string folder = object.substr(0, object.rfind('/') + 1);
  const std::string saved = read_file(command_file_of(object));
  bool in_dependencies = false;
  for (std::string_view line : split_lines(saved)) {
    while (!line.empty() && is_space(line.front())) line.remove_prefix(1);
    if (line.starts_with("source_")) {
      const size_t space = line.rfind(' ');
      if (space == std::string_view::npos) return;
      add_source(read_file(std::string(line.substr(space + 1))), digest);
    } else if (line.starts_with("deps_")) {
      in_dependencies = true;
    } else if (in_dependencies) {
      if (!line.ends_with('\\')) return;
      size_t end = 0;
      while (end < line.size() && !is_space(line[end])) ++end;
      const std::string_view file = line.substr(0, end);
      if (is_beside(file, folder)) add_source(read_file(std::string(file)), digest);
    }
  }
}

}  // namespace

std::vector<std::string> objects_of(const std::string& module, const Dialect& dialect) {
  const std::string text = read_file(module + ".mod");
  std::vector<std::string> objects;
  const std::string_view listed = dialect.crcs_in_cmd_files
                                      ? std::string_view(text)
                                      : std::string_view(text).substr(0, text.find('\n'));
  for (const std::string_view word : split_words(listed)) objects.emplace_back(word);
  return objects;
}

std::string command_file_of(const std::string& object) {
  const size_t base = object.rfind('/') + 1;
  return object.substr(0, base) + "." + object.substr(base) + ".cmd";
}

std::vector<std::pair<std::string, std::uint32_t>> recorded_crcs(const std::string& object) {
  // With distributed thin LTO the CRCs stand in the .cmd file of the object before it.
  constexpr std::string_view native = ".thinlto-native.o";
  const std::string recorded =
      object.ends_with(native) ? object.substr(0, object.size() - native.size()) + ".o" : object;
  const std::string text = read_file(command_file_of(recorded));
  std::vector<std::pair<std::string, std::uint32_t>> crcs;
  constexpr std::string_view mark = "\n#SYMVER ";
  for (size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at + 1)) {
    std::string_view line = std::string_view(text).substr(at + mark.size());
    line = line.substr(0, line.find('\n'));
    const size_t space = line.find(' ');
    if (space == std::string_view::npos) continue;
    std::string_view number = line.substr(space + 1);
    if (number.empty() || !is_digit(number[0])) continue;
    const int base = number.starts_with("0x") ? 16 : 10;
    if (base == 16) number.remove_prefix(2);
    std::uint32_t crc = 0;
    const char* const end = number.data() + number.size();
    const auto [stop, fault] = std::from_chars(number.data(), end, crc, base);
    if (fault == std::errc() && stop == end) crcs.emplace_back(line.substr(0, space), crc);
  }
  return crcs;
}

std::string source_version(const std::vector<std::string>& objects) {
  Md4 digest(true);
  for (const std::string& object : objects)
    if (!object.ends_with(".a")) add_sources_of(object, digest);
  std::string shown;
  for (const std::uint32_t word : digest.finish())
    for (int shift = 0; shift < 32; shift += 8)
      shown += fmt::format("{:02X}", word >> shift & 0xff);
  constexpr size_t digits = 23;
  return shown.substr(0, digits);
}

}  // namespace kbx::symbols
