// results.json: what one machine hands to the next, and one run to the run after it. Fields that
// hold nothing are left out, so that the file is as long as there is something to say.
#include "kbx/matrix/results.h"

#include <algorithm>

#include <fmt/format.h>

#include "kbx/base/error.h"
#include "kbx/base/file.h"

namespace kbx::matrix {
namespace {

using nlohmann::ordered_json;

constexpr int format = 1;

void add(ordered_json& object, const char* key, const std::string& text) {
  if (!text.empty()) object[key] = text;
}

void add(ordered_json& object, const char* key, const std::vector<std::string>& texts) {
  if (!texts.empty()) object[key] = texts;
}

ordered_json fault_json(const Fault& fault) {
  ordered_json json = ordered_json::object();
  add(json, "file", fault.file);
  if (fault.line > 0) json["line"] = fault.line;
  json["text"] = fault.text;
  return json;
}

ordered_json cell_json(const CellResult& cell) {
  ordered_json json = {{"name", cell.name}, {"driver", cell.driver}, {"kernel", cell.kernel}};
  add(json, "architecture", cell.architecture);
  add(json, "configuration", cell.configuration);
  add(json, "toolchain", cell.toolchain);
  add(json, "release", cell.release);
  add(json, "folder", cell.folder);
  add(json, "out", cell.out);
  json["state"] = cell.built ? "built" : "failed";
  if (cell.expects_failure) json["expected_failure"] = cell.expected_because;
  json["seconds"] = cell.seconds;
  if (cell.error) json["error"] = fault_json(*cell.error);
  for (const FailedCommand& failure : cell.failures) {
    ordered_json command = {{"output", failure.output}};
    add(command, "module", failure.module);
    command["words"] = failure.words;
    json["failures"].push_back(std::move(command));
  }
  add(json, "warnings", cell.warnings);
  add(json, "hints", cell.hints);
  add(json, "notes", cell.notes);
  json["modules"] = ordered_json::array();
  for (const ModuleResult& module : cell.modules) json["modules"].push_back(module_json(module));
  return json;
}

/// An object of a results.json that was read; what is missing or of another type is told with its
/// place.
class Reader {
 public:
  Reader(const ordered_json& value, std::string way, const std::string& file)
      : value_(value), way_(std::move(way)), file_(file) {
    if (!value.is_object()) refuse("expected an object");
  }

  std::string text(const char* key, bool needed = false) const {
    const auto found = value_.find(key);
    if (found == value_.end() && !needed) return "";
    if (found == value_.end() || !found->is_string())
      refuse("expected a string \"" + std::string(key) + "\"");
    return *found;
  }
  double number(const char* key) const {
    const auto found = value_.find(key);
    if (found == value_.end()) return 0;
    if (!found->is_number() || found->template get<double>() < 0)
      refuse("expected a number \"" + std::string(key) + "\" that is not negative");
    return *found;
  }
  std::size_t count(const char* key) const {
    constexpr double most = 1e15;
    return static_cast<std::size_t>(std::min(number(key), most));
  }
  bool is_true(const char* key) const {
    const auto found = value_.find(key);
    return found != value_.end() && *found == true;
  }
  bool has(const char* key) const { return value_.contains(key); }

  std::vector<std::string> texts(const char* key) const {
    std::vector<std::string> texts;
    for (const ordered_json& item : items(key)) {
      if (!item.is_string()) refuse("expected strings in \"" + std::string(key) + "\"");
      texts.push_back(item);
    }
    return texts;
  }
  std::vector<Reader> objects(const char* key) const {
    std::vector<Reader> readers;
    for (const ordered_json& item : items(key))
      readers.emplace_back(item, way_ + "/" + key + "/" + std::to_string(readers.size()), file_);
    return readers;
  }
  Reader object(const char* key) const { return {value_.at(key), way_ + "/" + key, file_}; }

  [[noreturn]] void refuse(const std::string& what) const {
    throw Error(Location{file_, 0}, (way_.empty() ? "/" : way_) + ": " + what,
                "this file is to be a results.json of kbx matrix");
  }

 private:
  const ordered_json& items(const char* key) const {
    static const ordered_json none = ordered_json::array();
    const auto found = value_.find(key);
    if (found == value_.end()) return none;
    if (!found->is_array()) refuse("expected an array \"" + std::string(key) + "\"");
    return *found;
  }

  const ordered_json& value_;
  std::string way_;
  const std::string& file_;
};

int line_number(double number) {
  constexpr double most = 1e9;
  return static_cast<int>(std::min(number, most));
}

CellResult cell_from(const Reader& reader) {
  CellResult cell;
  cell.name = reader.text("name", true);
  cell.driver = reader.text("driver", true);
  cell.kernel = reader.text("kernel", true);
  cell.architecture = reader.text("architecture");
  cell.configuration = reader.text("configuration");
  cell.toolchain = reader.text("toolchain");
  cell.release = reader.text("release");
  cell.folder = reader.text("folder");
  cell.out = reader.text("out");
  const std::string state = reader.text("state", true);
  if (state != "built" && state != "failed") reader.refuse("\"state\" is built or failed");
  cell.built = state == "built";
  cell.expects_failure = reader.has("expected_failure");
  cell.expected_because = reader.text("expected_failure");
  cell.seconds = reader.number("seconds");
  if (reader.has("error")) {
    const Reader error = reader.object("error");
    cell.error = Fault{error.text("file"), line_number(error.number("line")), error.text("text")};
  }
  for (const Reader& failure : reader.objects("failures"))
    cell.failures.push_back(
        {failure.text("output"), failure.text("module"), failure.text("words")});
  cell.warnings = reader.texts("warnings");
  cell.hints = reader.texts("hints");
  cell.notes = reader.texts("notes");
  for (const Reader& module : reader.objects("modules"))
    cell.modules.push_back({module.text("name", true), module.text("state") == "built",
                            module.count("size"), module.text("verdict"), module.texts("reasons")});
  return cell;
}

}  // namespace

std::string Fault::to_string() const {
  if (file.empty()) return text;
  return file + (line > 0 ? ":" + std::to_string(line) : "") + ": " + text;
}

ordered_json module_json(const ModuleResult& module) {
  ordered_json json = {{"name", module.name}, {"state", module.built ? "built" : "failed"}};
  if (module.built) json["size"] = module.size;
  add(json, "verdict", module.verdict);
  add(json, "reasons", module.reasons);
  return json;
}

std::string write_results(const Results& results) {
  ordered_json json = {{"format", format}, {"when", results.when}, {"seconds", results.seconds}};
  for (const ninja::LaunchFigures& launcher : results.launchers)
    json["launchers"].push_back(ordered_json{{"name", launcher.launcher},
                                             {"compiles", launcher.compiles},
                                             {"served", launcher.served},
                                             {"distributes", launcher.distributes}});
  json["cells"] = ordered_json::array();
  for (const CellResult& cell : results.cells) json["cells"].push_back(cell_json(cell));
  // What compilers print need not be UTF-8.
  return json.dump(1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

Results read_results(const std::string& path) {
  ordered_json json;
  try {
    json = ordered_json::parse(read_file(path));
  } catch (const ordered_json::parse_error&) {
    throw Error(Location{path, 0}, "this is no JSON", "name a results.json of kbx matrix");
  }
  const Reader reader(json, "", path);
  if (const int found = line_number(reader.number("format")); found != format)
    throw Error(Location{path, 0},
                fmt::format("its \"format\" is {}, this kbx reads {}", found, format),
                "it is of another version of kbx: run that matrix again with this one");
  Results results;
  results.when = reader.text("when");
  results.seconds = reader.number("seconds");
  for (const Reader& launcher : reader.objects("launchers"))
    results.launchers.push_back({launcher.text("name", true), launcher.count("compiles"),
                                 launcher.count("served"), launcher.is_true("distributes")});
  for (const Reader& cell : reader.objects("cells")) results.cells.push_back(cell_from(cell));
  return results;
}

}  // namespace kbx::matrix
