#include "kbx/ninja/api_advice.h"

#include <algorithm>
#include <map>
#include <optional>

#include <nlohmann/json.hpp>

#include "kbx/base/embedded.h"
#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/base/text.h"
#include "kbx/kernel/declarations.h"
#include "kbx/ninja/complaint.h"

/// No version is compared here: a kernel may have a change that came later, or lack one. What is
/// said to be gone is looked up in the headers first, and so is what is said to be there instead.
/// The version and the source only tell a reader where to find more.
namespace kbx::ninja {
namespace {

using About = Complaint::About;
using Declarations = std::map<std::string, kernel::Declaration, std::less<>>;

constexpr const char* changes_file = "api-changes.json";

struct Change {
  std::string name;
  std::string kind;
  std::string of;                    // tag of the struct, for members and callbacks
  std::string since;                 // "6.8", or "6.2..6.12" where only that is known
  std::string type;                  // of a callback, as it is now
  std::vector<std::string> instead;  // names, <headers> without brackets, .members of `of`
  std::string how;
  unsigned was = 0;  // arguments
  unsigned now = 0;
};

Change change_of(const nlohmann::json& entry) {
  Change change;
  const auto text = [&](const char* key) { return entry.value(key, std::string()); };
  change.name = entry.at("name").get<std::string>();
  change.kind = entry.at("kind").get<std::string>();
  change.since = entry.at("since").get<std::string>();
  change.of = text("of");
  change.type = text("type");
  change.how = text("how");
  change.instead = entry.value("instead", std::vector<std::string>());
  change.was = entry.value("was", 0u);
  change.now = entry.value("now", 0u);
  return change;
}

std::vector<Change> known_changes(const std::string& rules_folder) {
  std::string path = changes_file;
  std::optional<std::string> own;
  if (!rules_folder.empty()) {
    path = join_path(rules_folder, changes_file);
    own = read_file_if_present(path);
  }
  const auto built_in =
      std::ranges::find(embedded::rules(), std::string_view(changes_file), &embedded::File::path);
  try {
    const auto json = nlohmann::json::parse(own ? *own : std::string(built_in->content));
    std::vector<Change> changes;
    for (const nlohmann::json& entry : json.at("changes")) changes.push_back(change_of(entry));
    return changes;
  } catch (const nlohmann::json::exception& error) {
    throw Error(Location{path, 0}, std::string("is no list of changes: ") + error.what(),
                "each entry of \"changes\" has name, kind and since");
  }
}

std::string since_text(const Change& change) {
  const size_t dots = change.since.find("..");
  if (dots == std::string::npos) return "since " + change.since;
  return "since " + change.since.substr(dots + 2) + " or earlier";
}

/// A function type without the names of function and parameters, "void (*)(struct device *)".
std::string without_names(std::string_view type) {
  const size_t star = type.find("(*");
  const size_t open = type.find(")(");
  if (star == std::string_view::npos || open == std::string_view::npos) return std::string(type);
  const std::string_view inside = type.substr(open + 2, type.rfind(')') - open - 2);
  std::vector<std::string> parameters;
  for (const std::string_view part : split(inside, ',')) {
    std::string_view parameter = trim(part);
    const size_t end = parameter.find_last_of(" *");
    const std::string_view last =
        end == std::string_view::npos ? parameter : parameter.substr(end + 1);
    const std::string_view rest = trim(parameter.substr(0, parameter.size() - last.size()));
    const bool is_type = rest.empty() || rest == "struct" || rest == "enum" || rest == "const" ||
                         rest == "const struct" || last == "int" || last == "long";
    parameters.emplace_back(is_type ? parameter : rest);
  }
  return std::string(type.substr(0, star)) + "(*)(" + join(parameters, ", ") + ")";
}

bool is_name_kind(const std::string& kind) {
  return kind == "function" || kind == "macro" || kind == "type" || kind == "constant" ||
         kind == "variable";
}

bool fits(const Change& change, const Complaint& complaint) {
  if (change.name != complaint.name) return false;
  switch (complaint.about) {
    case About::name:
      return is_name_kind(change.kind);
    case About::member:
      return change.kind == "member" && change.of == complaint.of;
    case About::arguments:
      return change.kind == "arguments";
    case About::pointer:
      return change.kind == "callback" && without_names(change.type) == complaint.type;
    case About::read_only:
      return change.kind == "read-only member";
    case About::header:
      return change.kind == "header" || change.kind == "compiler's header";
  }
  return false;
}

std::string place(const kernel::Declaration& declaration) {
  return declaration.included + ":" + std::to_string(declaration.line);
}

/// "a", "a or b", "a, b or c", with " or " for `last`.
std::string listed(const std::vector<std::string>& names, std::string_view last) {
  if (names.empty()) return "";
  const std::vector<std::string> front(names.begin(), names.end() - 1);
  return front.empty() ? names.back() : join(front, ", ") + std::string(last) + names.back();
}

std::string alternatives(const std::vector<std::string>& names) {
  return listed(names, " or ");
}

/// Those of the change's successors that are there, each with its place. A member, ".name", is
/// taken on trust.
std::vector<std::string> successors(const Change& change, const Declarations& declared,
                                    const std::vector<std::string>& headers) {
  std::vector<std::string> present;
  for (const std::string& name : change.instead) {
    if (name.starts_with('.')) {
      present.push_back(name.substr(1));
    } else if (name.ends_with(".h")) {
      if (kernel::has_header(headers, name)) present.push_back("<" + name + ">");
    } else if (const auto found = declared.find(name); found != declared.end()) {
      present.push_back(name + " (" + place(found->second) + ")");
    }
  }
  return present;
}

std::string subject(const Change& change) {
  return change.of.empty() ? change.name : change.name + " of struct " + change.of;
}

std::string what_changed(const Change& change, const std::vector<std::string>& present) {
  const std::string since = since_text(change);
  if (change.kind == "arguments")
    return change.name + " takes " + std::to_string(change.now) + " argument" +
           (change.now == 1 ? "" : "s") + " " + since + ", " + std::to_string(change.was) +
           " before";
  if (change.kind == "callback") return subject(change) + " is " + change.type + " " + since;
  if (change.kind == "read-only member")
    return subject(change) + " cannot be assigned to " + since +
           (present.empty() ? "" : "; " + alternatives(present) + " changes it");
  const bool compilers = change.kind == "compiler's header";
  std::string text = compilers ? "<" + change.name + "> is not to be had " + since
                               : subject(change) + " is gone " + since;
  return text + (present.empty() ? "" : "; there is " + alternatives(present));
}

std::string sentence(const Change& change, const std::vector<std::string>& present) {
  const std::string text = what_changed(change, present);
  return change.how.empty() ? text : text + ": " + change.how;
}

std::string on_unknown_header(const std::string& header, const std::vector<std::string>& headers) {
  constexpr size_t most = 3;
  const std::vector<std::string> found = kernel::headers_called(headers, header);
  if (found.empty() || found.size() > most) return "";
  std::vector<std::string> quoted;
  for (const std::string& name : found) quoted.push_back("<" + name + ">");
  return "this kernel has no <" + header + ">, but " + alternatives(quoted);
}

/// The sentence on a complaint about what is not declared, "" if there is nothing to say.
std::string on_change(const Complaint& complaint, const std::vector<Change>& changes,
                      const Declarations& declared, const std::vector<std::string>& headers) {
  const auto change =
      std::ranges::find_if(changes, [&](const Change& one) { return fits(one, complaint); });
  if (change != changes.end()) return sentence(*change, successors(*change, declared, headers));
  if (complaint.about == About::header) return on_unknown_header(complaint.name, headers);
  return "";
}

/// Names that are declared, but not in what the source includes, by their headers.
std::vector<std::string> on_missing_includes(const std::vector<Complaint>& complaints,
                                             const Declarations& declared) {
  std::vector<std::pair<std::string, std::vector<std::string>>> by_header;
  for (const Complaint& complaint : complaints) {
    const auto known = declared.find(complaint.name);
    if (complaint.about != About::name || known == declared.end()) continue;
    const std::string& header = known->second.included;
    auto at = std::ranges::find(by_header, header, [](const auto& entry) { return entry.first; });
    if (at == by_header.end()) at = by_header.insert(at, {header, {}});
    if (std::ranges::find(at->second, complaint.name) == at->second.end())
      at->second.push_back(complaint.name);
  }
  std::vector<std::string> result;
  for (const auto& [header, names] : by_header)
    result.push_back(listed(names, " and ") + (names.size() == 1 ? " is" : " are") +
                     " declared in <" + header + ">, which this source does not include");
  return result;
}

/// Every name that headers have to be asked for.
std::vector<std::string> names_to_find(const std::vector<Complaint>& complaints,
                                       const std::vector<Change>& changes) {
  std::vector<std::string> names;
  for (const Complaint& complaint : complaints) {
    if (complaint.about == About::name) names.push_back(complaint.name);
    for (const Change& change : changes)
      if (fits(change, complaint))
        names.insert(names.end(), change.instead.begin(), change.instead.end());
  }
  std::erase_if(names, [](const std::string& name) { return name.find('.') != std::string::npos; });
  return names;
}

}  // namespace

std::vector<std::string> api_advice(const std::vector<std::string>& lines,
                                    const std::vector<std::string>& headers,
                                    const std::string& rules_folder) {
  const std::vector<Complaint> complaints = complaints_in(lines);
  if (complaints.empty()) return {};
  const std::vector<Change> changes = known_changes(rules_folder);
  const Declarations declared =
      kernel::find_declarations(headers, names_to_find(complaints, changes));
  std::vector<std::string> result;
  for (const Complaint& complaint : complaints) {
    if (complaint.about == About::name && declared.contains(complaint.name)) continue;
    std::string text = on_change(complaint, changes, declared, headers);
    if (!text.empty() && std::ranges::find(result, text) == result.end())
      result.push_back(std::move(text));
  }
  for (std::string& text : on_missing_includes(complaints, declared))
    result.push_back(std::move(text));
  return result;
}

}  // namespace kbx::ninja
