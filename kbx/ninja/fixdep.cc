#include "kbx/ninja/fixdep.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <unordered_set>

#include <fcntl.h>
#include <unistd.h>

#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/base/text.h"
#include "kbx/kconfig/names.h"
#include "kbx/ninja/config_names.h"

/// What scripts/basic/fixdep of the kernel does.
///
/// The .d file of a compiler says "object: source header header…". fixdep turns it into a .cmd file
/// that make includes: the command that made the object, the source, then each header followed by
/// a $(wildcard include/config/NAME) for every CONFIG_NAME that its text mentions and that no
/// earlier file mentioned. modpost reads the same file to find the sources of a module.
///
/// Two families of readers exist. The older one cuts at blanks and backslashes, and takes a word
/// that ends in ':' for a target. The newer one reads make syntax: comments, "\#", targets before a
/// colon, one rule per line; and it lists a file once. They were told apart by running the tools
/// of four kernels on odd .d files; for what compilers write, they agree but for the differences in
/// FixdepDialect.
namespace kbx::ninja {
namespace {

/// Collects the text of a .cmd file while one of the readers walks through a .d file.
class Collector {
 public:
  Collector(const std::string& target, std::string_view command, const FixdepDialect& dialect,
            bool scan_configs)
      : target_(target), dialect_(dialect), scan_configs_(scan_configs) {
    text_ += dialect.saved_command_prefix;
    text_ += target;
    text_ += " := ";
    text_ += command;
    text_ += "\n\n";
  }

  bool saw_source() const { return saw_source_; }

  void add_source(std::string_view file) {
    saw_source_ = true;
    text_ += "source_" + target_ + " := ";
    text_ += file;
    text_ += "\n\ndeps_" + target_ + " := \\\n";
  }

  void add_file(std::string_view file) {
    text_ += "  ";
    text_ += file;
    text_ += " \\\n";
  }

  void scan(std::string_view file) {
    if (!scan_configs_) return;
    for_each_config(read_into_buffer(std::string(file)), [this](std::string_view name) {
      std::string header = kconfig::option_mark(name, dialect_.lower_case_config_headers);
      const auto [entry, is_new] = seen_.insert(std::move(header));
      if (is_new) text_ += "    $(wildcard include/config/" + *entry + ") \\\n";
    });
  }

  std::string finish() && {
    text_ += "\n" + target_ + ": $(deps_" + target_ + ")\n\n$(deps_" + target_ + "):\n";
    return std::move(text_);
  }

 private:
  /// Hundreds of headers are read per object, so the buffer is kept.
  std::string_view read_into_buffer(const std::string& path) {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) throw system_error("error opening file: " + path, errno);
    size_t used = 0;
    for (;;) {
      if (buffer_.size() - used < 32768) buffer_.resize(buffer_.size() + 262144);
      const ssize_t got = ::read(descriptor, buffer_.data() + used, buffer_.size() - used);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) {
        const int number = errno;
        ::close(descriptor);
        throw system_error("error reading file: " + path, number);
      }
      if (got == 0) break;
      used += static_cast<size_t>(got);
    }
    ::close(descriptor);
    return std::string_view(buffer_).substr(0, used);
  }

  const std::string& target_;
  const FixdepDialect& dialect_;
  bool scan_configs_;
  bool saw_source_ = false;
  std::string text_;
  std::string buffer_;
  std::unordered_set<std::string> seen_;
};

bool is_generated_config(std::string_view file, bool names_files_once) {
  return file.ends_with("include/generated/autoconf.h") ||
         (!names_files_once && file.ends_with("include/generated/autoksyms.h"));
}

/// The reading of .d files up to the "cmd_" dialect.
void read_words(std::string_view depfile, Collector& collector) {
  const auto is_separator = [](char c) { return c == ' ' || c == '\\' || c == '\n'; };
  bool is_first = false;
  size_t at = 0;
  while (at < depfile.size()) {
    while (at < depfile.size() && is_separator(depfile[at])) ++at;
    const size_t start = at;
    while (at < depfile.size() && !is_separator(depfile[at])) ++at;
    const std::string_view word = depfile.substr(start, at - start);
    if (word.empty()) break;
    if (word.ends_with(':')) {
      is_first = true;
      continue;
    }
    if (is_generated_config(word, false)) continue;
    if (!is_first)
      collector.add_file(word);
    else if (!collector.saw_source())
      collector.add_source(word);
    is_first = false;
    collector.scan(word);
  }
}

/// The reading of .d files since the "savedcmd_" dialect.
void read_rules(std::string_view depfile, Collector& collector) {
  std::unordered_set<std::string> listed;
  bool in_targets = true;
  bool is_first = false;
  size_t at = 0;
  while (at < depfile.size()) {
    const char c = depfile[at];
    if (depfile.substr(at).starts_with("\\\n")) {
      at += 2;
    } else if (c == '\n') {
      in_targets = true;
      ++at;
    } else if (c == '#') {
      at = std::min(depfile.find('\n', at), depfile.size());
    } else if (c == ':') {
      in_targets = false;
      is_first = true;
      ++at;
    } else if (is_space(c)) {
      ++at;
    } else {
      std::string word;
      for (; at < depfile.size(); ++at) {
        const char next = depfile[at];
        if (next == '\\' && at + 1 < depfile.size()) {
          const char escaped = depfile[at + 1];
          if (escaped == '\n') break;
          if (escaped != '#') word += next;
          word += escaped;
          ++at;
        } else if (is_space(next) || next == ':' || next == '#') {
          break;
        } else {
          word += next;
        }
      }
      if (in_targets) continue;
      const bool is_source = is_first;
      is_first = false;
      if (is_source) {
        if (collector.saw_source()) continue;
        collector.add_source(word);
      } else {
        if (is_generated_config(word, true) || !listed.insert(word).second) continue;
        collector.add_file(word);
      }
      if (word.ends_with(".rlib") || word.ends_with(".rmeta") || word.ends_with(".so")) continue;
      collector.scan(word);
    }
  }
}

/// Whether a character may mean something else than itself in a depfile.
bool ends_plain_text(char c) {
  static constexpr auto table = [] {
    std::array<bool, 256> special{};
    for (const char mark : std::string_view("\\$: \t\n\v\f\r"))
      special[static_cast<unsigned char>(mark)] = true;
    return special;
  }();
  return table[static_cast<unsigned char>(c)];
}

}  // namespace

FixdepDialect probe_fixdep(const std::string& objtree, const std::string& saved_command_prefix) {
  FixdepDialect dialect;
  dialect.saved_command_prefix = saved_command_prefix;
  // Every tree that can build modules has CONFIG_MODULES.
  dialect.lower_case_config_headers = exists(join_path(objtree, "include/config/modules.h"));
  dialect.names_files_once = saved_command_prefix == "savedcmd_";
  return dialect;
}

std::string probe_saved_command_prefix(const std::string& objtree) {
  const auto text = read_file_if_present(join_path(objtree, "scripts/Kbuild.include"));
  return text && text->find("savedcmd_") == std::string::npos ? "cmd_" : "savedcmd_";
}

std::optional<std::string> fixdep_text(std::string_view depfile, const std::string& target,
                                       std::string_view command, const FixdepDialect& dialect,
                                       bool scan_configs) {
  Collector collector(target, command, dialect, scan_configs);
  if (dialect.names_files_once)
    read_rules(depfile, collector);
  else
    read_words(depfile, collector);
  if (!collector.saw_source()) return std::nullopt;
  return std::move(collector).finish();
}

std::string escape_command(std::string_view command) {
  std::string escaped;
  escaped.reserve(command.size() + 64);
  for (const char c : command) {
    if (c == '$')
      escaped += "$$";
    else if (c == '#')
      escaped += "$(pound)";
    else
      escaped += c;
  }
  return escaped;
}

std::vector<std::string> depfile_inputs(std::string_view depfile) {
  std::vector<std::string> inputs;
  std::string word;
  bool in_targets = true;
  const auto end_word = [&] {
    if (!word.empty() && !in_targets) inputs.push_back(word);
    word.clear();
  };
  for (size_t at = 0; at < depfile.size(); ++at) {
    const size_t plain = at;
    while (at < depfile.size() && !ends_plain_text(depfile[at])) ++at;
    word.append(depfile, plain, at - plain);
    if (at == depfile.size()) break;
    const char c = depfile[at];
    const char next = at + 1 < depfile.size() ? depfile[at + 1] : '\0';
    if (c == '\\' && next == '\n') {
      end_word();
      ++at;
    } else if (c == '\\' && (next == ' ' || next == '#' || next == ':' || next == '\\')) {
      // Only before a blank is a doubled backslash one; elsewhere it stands for itself.
      size_t count = 0;
      while (at + count < depfile.size() && depfile[at + count] == '\\') ++count;
      const char after = at + count < depfile.size() ? depfile[at + count] : '\0';
      if (after == ' ' || after == '#' || after == ':') {
        word.append(count / 2, '\\');
        at += count - 1;
        if (count % 2 == 1) {
          word += after;
          ++at;
        }
      } else {
        word.append(after == '\n' ? count - 1 : count, '\\');
        at += after == '\n' ? count - 2 : count - 1;
      }
    } else if (c == '$' && next == '$') {
      word += '$';
      ++at;
    } else if (c == '\n') {
      end_word();
      in_targets = true;
    } else if (is_space(c)) {
      end_word();
    } else if (c == ':' && in_targets && (next == '\0' || is_space(next) || next == '\\')) {
      word.clear();
      in_targets = false;
    } else {
      word += c;
    }
  }
  end_word();
  return inputs;
}

std::string depfile_text(const std::string& output, const std::vector<std::string>& inputs) {
  std::string text;
  const auto add = [&text](std::string_view path) {
    const auto is_special = [](char c) { return c == ' ' || c == '#' || c == '$'; };
    const auto plain = std::ranges::find_if(path, is_special);
    text.append(path.begin(), plain);
    for (const char c : path.substr(static_cast<size_t>(plain - path.begin()))) {
      if (c == ' ' || c == '#') text += '\\';
      if (c == '$') text += '$';
      text += c;
    }
  };
  size_t size = output.size();
  for (const std::string& input : inputs) size += input.size() + std::string_view(" \\\n ").size();
  text.reserve(size + 2);
  add(output);
  text += ':';
  for (const std::string& input : inputs) {
    text += " \\\n ";
    add(input);
  }
  text += '\n';
  return text;
}

}  // namespace kbx::ninja
