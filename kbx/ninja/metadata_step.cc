#include "kbx/ninja/metadata_step.h"

#include <algorithm>
#include <chrono>

#include <elf.h>

#include "kbx/base/cache.h"
#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/hash.h"
#include "kbx/base/path.h"
#include "kbx/base/process.h"
#include "kbx/base/text.h"
#include "kbx/elf/object.h"
#include "kbx/ninja/fixdep.h"
#include "kbx/ninja/object_step.h"
#include "kbx/symbols/mod_c_reader.h"
#include "kbx/symbols/mod_template.h"

/// Templates of metadata objects, and module-common.o, made, kept and used.
///
/// In the cache, a template file says in its first line "kbx template 1 HASH", HASH being that of
/// all that comes after; then comes a line with "understood" or the reason why not, one line for
/// the dialect of the text that was compiled, and the compiler's object. Beside it in the cache
/// lies a list of the headers that the compiler read, each with its stamp, which holds for the
/// template with the hash in its first line. The template is written before the list, so a kill
/// leaves an old list that does not fit, or none.
namespace kbx::ninja {
namespace {

constexpr std::string_view request_magic = "kbx template request 1";
constexpr std::string_view template_magic = "kbx template 1 ";
constexpr std::string_view stamps_magic = "kbx template stamps 1 ";
constexpr std::string_view understood = "understood";

/// Cuts a line off `text`; all of it if there is no line break.
std::string_view take_line(std::string_view& text) {
  const size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

std::string dialect_line(const symbols::Dialect& dialect) {
  std::string line;
  for (const bool flag :
       {dialect.crcs_in_cmd_files, dialect.exports_in_section, dialect.license_by_suffix,
        dialect.common_object, dialect.lto_note, dialect.basic_by_option})
    line += flag ? '1' : '0';
  return line + " " + dialect.retpoline_option;
}

/// What of a dialect shows in .mod.c.
std::optional<symbols::Dialect> read_dialect(std::string_view line) {
  symbols::Dialect dialect;
  bool* const flags[] = {&dialect.crcs_in_cmd_files, &dialect.exports_in_section,
                         &dialect.license_by_suffix, &dialect.common_object,
                         &dialect.lto_note,          &dialect.basic_by_option};
  if (line.size() <= std::size(flags)) return std::nullopt;
  for (size_t i = 0; i < std::size(flags); ++i) *flags[i] = line[i] == '1';
  dialect.retpoline_option = line.substr(std::size(flags) + 1);
  return dialect;
}

/// A template file.
struct Stored {
  std::string verdict;  // `understood`, or why not
  symbols::Dialect dialect;
  std::string object;
  bool is_worth_keeping = true;  // not stored: false after an error that is not the specimen's
};

std::string write_stored(const Stored& stored) {
  std::string verdict = stored.verdict;
  std::ranges::replace(verdict, '\n', ' ');
  const std::string body = verdict + "\n" + dialect_line(stored.dialect) + "\n" + stored.object;
  return std::string(template_magic) + content_hash(body) + "\n" + body;
}

/// The hash in the first line if the rest is what it was made of.
std::optional<std::string> hash_of_stored(std::string_view text) {
  const std::string_view first = take_line(text);
  if (!first.starts_with(template_magic)) return std::nullopt;
  std::string hash(first.substr(template_magic.size()));
  if (hash != content_hash(text)) return std::nullopt;
  return hash;
}

std::optional<Stored> read_stored(std::string_view text) {
  if (!hash_of_stored(text)) return std::nullopt;
  take_line(text);
  Stored stored;
  stored.verdict = take_line(text);
  const auto dialect = read_dialect(take_line(text));
  if (!dialect) return std::nullopt;
  stored.dialect = *dialect;
  stored.object = text;
  return stored;
}

constexpr std::string_view absent = "absent";

std::string stamp_line(const std::string& path, const std::optional<FileStamp>& stamp) {
  if (!stamp) return std::string(absent) + "\t" + path + "\n";
  return std::to_string(stamp->modified_ns) + " " + std::to_string(stamp->size) + " " +
         std::to_string(stamp->inode) + "\t" + path + "\n";
}

std::string stamps_text(const std::string& hash, const std::vector<std::string>& files) {
  std::string text = std::string(stamps_magic) + hash + "\n";
  for (const std::string& file : files) text += stamp_line(file, stamp_of(file));
  return text + "end\n";
}

/// The files of a list of stamps if all of them are as they were, without those that are absent.
std::optional<std::vector<std::string>> unchanged_files(std::string_view text,
                                                        const std::string& hash) {
  if (take_line(text) != std::string(stamps_magic) + hash || !text.ends_with("\nend\n"))
    return std::nullopt;
  std::vector<std::string> files;
  FolderStamps stamps;
  for (std::string_view line = take_line(text); line != "end"; line = take_line(text)) {
    const size_t tab = line.find('\t');
    if (tab == std::string_view::npos) return std::nullopt;
    std::string file(line.substr(tab + 1));
    const std::string now = stamp_line(file, stamps.of(file));
    if (std::string_view(now).substr(0, now.size() - 1) != line) return std::nullopt;
    if (!line.starts_with(absent)) files.push_back(std::move(file));
  }
  return files;
}

/// Runs the compiler on texts in a folder of its own.
class Compiler {
 public:
  Compiler(const TemplateRequest& request, const std::string& folder)
      : request_(request),
        folder_(folder),
        source_(join_path(folder, "specimen.mod.c")),
        object_(join_path(folder, "specimen.mod.o")),
        depfile_(join_path(folder, "specimen.d")) {
    remove_tree(folder_);
    make_folders(folder_);
  }
  ~Compiler() {
    try {
      remove_tree(folder_);
    } catch (const Error&) {
      // The next run begins by removing it.
    }
  }
  Compiler(const Compiler&) = delete;
  Compiler& operator=(const Compiler&) = delete;

  /// The object, or nothing if the text does not compile; `errors` then tells why.
  std::optional<std::string> compile(std::string_view text, std::string& errors) {
    write_file_atomically(source_, text);
    remove_file(object_);
    Command command;
    for (const std::string& word : request_.words) command.arguments.push_back(filled_in(word));
    command.arguments.emplace_back("-g0");
    command.folder = request_.folder.empty() ? folder_ : request_.folder;
    command.capture_errors = true;
    const CommandResult result = run(command);
    if (result.status == 0) return read_file_if_present(object_);
    errors = result.errors;
    constexpr int not_an_answer = 126;  // it could not be run, or a signal ended it
    if (result.status >= not_an_answer)
      throw Error("the compiler " + request_.words.front() +
                      " could not be run: " + std::string(trim(errors)),
                  "build again");
    return std::nullopt;
  }

  /// What the compiler read in its last run, besides the text.
  std::vector<std::string> headers() const {
    std::vector<std::string> files;
    const std::string folder = request_.folder.empty() ? folder_ : request_.folder;
    const std::string depfile = read_file_if_present(depfile_).value_or("");
    for (const std::string& file : depfile_inputs(depfile)) {
      std::string path = path_for_ninja(file, folder);
      if (path != source_) files.push_back(std::move(path));
    }
    return files;
  }

 private:
  std::string filled_in(std::string word) const {
    word = replace_all(word, request_source, source_);
    word = replace_all(word, request_object, object_);
    return replace_all(word, request_depfile, depfile_);
  }

  const TemplateRequest& request_;
  std::string folder_;
  std::string source_;
  std::string object_;
  std::string depfile_;
};

/// What tells the dialect besides headers that the compiler reads.
std::vector<std::string> dialect_files(const TemplateRequest& request) {
  std::vector<std::string> files;
  for (const char* name : {"scripts/Makefile.modpost", "scripts/module-common.c",
                           "include/linux/export-internal.h", "include/linux/elfnote-lto.h"})
    files.push_back(join_path(request.srctree, name));
  return files;
}

/// True if all there is to a common object is data: what the tree's objtool would do to code, or
/// debugging information would be needed for, is not kept.
bool is_data_only(const std::string& content) {
  if (!elf::is_elf(content)) return false;
  const elf::Object object = elf::read_object(content, "common object");
  return std::ranges::none_of(object.sections, [](const elf::Section& section) {
    return (section.flags & SHF_EXECINSTR) != 0 && section.size > 0;
  });
}

Stored make_common_object(const TemplateRequest& request, const std::string& folder,
                          std::vector<std::string>& headers) {
  Stored stored;
  Compiler compiler(request, folder);
  std::string errors;
  const auto object = compiler.compile("", errors);
  headers = compiler.headers();
  if (object && is_data_only(*object)) {
    stored.verdict = understood;
    stored.object = *object;
  } else {
    stored.verdict = object ? "it has code" : "it does not compile";
    stored.is_worth_keeping = object.has_value();
  }
  return stored;
}

Stored make_template(const TemplateRequest& request, const std::string& folder,
                     std::vector<std::string>& headers) {
  Stored stored;
  stored.dialect = symbols::probe_dialect(request.objtree, request.srctree);
  Compiler compiler(request, folder);
  std::string errors;
  const auto object = compiler.compile(symbols::specimen_text(stored.dialect), errors);
  if (object) {
    try {
      symbols::read_template(*object, stored.dialect);
      stored.verdict = understood;
      stored.object = *object;
    } catch (const Error& error) {
      stored.verdict = error.what();
    }
  } else {
    stored.verdict = "it does not compile: " + errors.substr(0, errors.find('\n'));
    // For the headers; whether this compiles, the modules' own texts will show.
    stored.is_worth_keeping =
        compiler.compile(symbols::mod_c_text({}, stored.dialect), errors).has_value();
  }
  headers = compiler.headers();
  for (std::string& file : dialect_files(request)) headers.push_back(std::move(file));
  return stored;
}

std::string template_file(const std::string& cache, const std::string& key) {
  return join_path(cache, key + ".template");
}

std::string stamps_file(const std::string& template_file) {
  return template_file + ".stamps";
}

/// What was asked for, and what it was made from.
struct Answer {
  std::string content;               // a template file
  std::vector<std::string> headers;  // that are there
  std::string stamps;                // of the headers
};

/// A cache that cannot be written costs time, nothing else.
void keep_in_cache(const std::string& file, const Answer& answer) {
  try {
    write_file_atomically(file, answer.content);
    write_file_atomically(stamps_file(file), answer.stamps);
  } catch (const Error&) {
  }
}

std::optional<Answer> cached_answer(const std::string& file) {
  Answer answer;
  answer.content = read_file_if_present(file).value_or("");
  answer.stamps = read_file_if_present(stamps_file(file)).value_or("");
  const auto hash = hash_of_stored(answer.content);
  auto headers = hash ? unchanged_files(answer.stamps, *hash) : std::nullopt;
  if (!headers) return std::nullopt;
  answer.headers = std::move(*headers);
  return answer;
}

std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

Answer made_answer(const TemplateRequest& request, const std::string& file,
                   const std::string& folder) {
  const std::int64_t start = now_ns();
  Answer answer;
  const bool is_template = request.kind == TemplateRequest::Kind::metadata;
  const Stored stored = is_template ? make_template(request, folder, answer.headers)
                                    : make_common_object(request, folder, answer.headers);
  answer.content = write_stored(stored);
  answer.stamps = stamps_text(hash_of_stored(answer.content).value_or(""), answer.headers);
  // Of a header that is being written, the compiler may have seen what was there before.
  const bool is_settled = std::ranges::all_of(answer.headers, [&](const std::string& header) {
    const auto stamp = stamp_of(header);
    return !stamp || stamp->modified_ns < start;
  });
  if (is_settled && stored.is_worth_keeping) keep_in_cache(file, answer);
  std::erase_if(answer.headers, [](const std::string& header) { return !exists(header); });
  return answer;
}

/// A module of the members file.
struct Member {
  std::string object;
  std::string source;
  std::string name;
  std::string folder;
  std::string command;
};

std::vector<Member> read_members(const std::string& path) {
  const std::string content = read_file(path);
  std::string_view text = content;
  std::vector<Member> members;
  while (!text.empty()) {
    Member& member = members.emplace_back();
    for (std::string* field :
         {&member.object, &member.source, &member.name, &member.folder, &member.command})
      *field = take_line(text);
  }
  return members;
}

int compile(const Member& member, const std::string& environment) {
  Command command;
  const std::string before = environment.empty() ? "" : ". " + shell_quote(environment) + "; ";
  command.arguments = {"/bin/sh", "-c", "set -e; " + before + member.command};
  command.folder = member.folder;
  command.capture_output = false;
  const int status = run(command).status;
  // Ninja would take what a failed command leaves for whole.
  if (status != 0) remove_file(member.object);
  return status;
}

/// Nothing if there is no template that fits.
std::optional<symbols::ModTemplate> usable_template(const std::string& path) {
  const std::string content = read_file(path);
  std::string_view text = content;
  take_line(text);
  const auto stored = read_stored(text);
  if (!stored || stored->verdict != understood) return std::nullopt;
  try {
    return symbols::read_template(stored->object, stored->dialect);
  } catch (const Error&) {
    return std::nullopt;
  }
}

/// Nothing if the text is none that the template is for.
std::optional<std::string> object_of(const Member& member, const symbols::ModTemplate& from) {
  const MappedFile text(member.source);
  const auto module = symbols::read_mod_c(text.content(), from.dialect);
  if (!module) return std::nullopt;
  try {
    return symbols::metadata_object(from, *module, member.name, base_name(member.source));
  } catch (const Error&) {
    return std::nullopt;
  }
}

}  // namespace

std::string write_request(const TemplateRequest& request) {
  std::string text(request_magic);
  text += request.kind == TemplateRequest::Kind::metadata ? "\nmetadata" : "\ncommon object";
  for (const std::string& line :
       {request.folder, request.objtree, request.srctree, request.made_by})
    text += "\n" + line;
  for (const std::string& word : request.words) text += "\n" + word;
  return text + "\n";
}

std::optional<TemplateRequest> read_request(std::string_view text) {
  if (take_line(text) != request_magic) return std::nullopt;
  TemplateRequest request;
  if (take_line(text) != "metadata") request.kind = TemplateRequest::Kind::common_object;
  for (std::string* field : {&request.folder, &request.objtree, &request.srctree, &request.made_by})
    *field = take_line(text);
  while (!text.empty()) request.words.emplace_back(take_line(text));
  if (request.words.empty()) return std::nullopt;
  return request;
}

std::string metadata_cache(const Environment& environment) {
  return join_path(cache_folder(environment), "metadata");
}

bool is_known_to_fail(const std::string& cache, const std::string& key) {
  const auto text = read_file_if_present(template_file(cache, key));
  const auto stored = text ? read_stored(*text) : std::nullopt;
  return stored && stored->verdict != understood;
}

int run_template_step(const TemplateStep& step) {
  const std::string text = read_file(step.request);
  const auto request = read_request(text);
  if (!request)
    throw Error(Location{step.request, 0}, "this request for a template is damaged",
                "remove the state folder and build again");
  const std::string file = template_file(step.cache, content_hash(text));
  auto answer = cached_answer(file);
  if (!answer)
    answer = made_answer(*request, file, absolute_path(step.output + ".work", current_folder()));
  write_file_atomically(step.ninja_depfile, depfile_text(step.output, answer->headers));
  if (request->kind == TemplateRequest::Kind::metadata) {
    // With the first line it changes with every header: what is compiled after all hangs on them.
    write_file_if_changed(step.output, content_hash(answer->stamps) + "\n" + answer->content);
    return 0;
  }
  const auto stored = read_stored(answer->content);
  if (!stored || stored->verdict != understood)
    return compile(read_members(step.members).at(0), "");
  write_file_if_changed(step.output, stored->object);
  return 0;
}

int run_metadata_step(const MetadataStep& step) {
  const auto from = usable_template(step.from);
  int status = 0;
  for (const Member& member : read_members(step.members)) {
    const auto object = from ? object_of(member, *from) : std::nullopt;
    if (object)
      write_file_if_changed(member.object, *object);
    else if (const int failed = compile(member, step.environment))
      status = failed;
  }
  return status;
}

}  // namespace kbx::ninja
