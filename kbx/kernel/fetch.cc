// apt keeps all it knows in folders that options can name (apt.conf(5)). With lists, cache and
// dpkg status of its own, `apt-get update` and `apt-get download` need no privileges and change
// nothing of the system's. Signatures are apt's business, with the machine's keys or, for a suite
// that was named, Debian's keyring. The lists are kept, so that a second fetch is quick. Downloads
// go to a folder that is emptied by the next run, so what a killed run left is never taken for a
// package.

#include "kbx/kernel/fetch.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "kbx/base/cache.h"
#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/hash.h"
#include "kbx/base/path.h"
#include "kbx/base/text.h"

namespace kbx::kernel {
namespace {

/// The first URI in the machine's sources that ends with `end`, or `otherwise`.
std::string mirror(std::string_view end, const std::string& otherwise) {
  std::vector<std::string> files = {"/etc/apt/sources.list"};
  for (const std::string& name : list_folder("/etc/apt/sources.list.d"))
    files.push_back("/etc/apt/sources.list.d/" + name);
  for (const std::string& file : files) {
    const std::string text = read_file_if_present(file).value_or("");
    for (std::string_view line : split_lines(text)) {
      if (line.starts_with("#")) continue;
      for (std::string_view word : split_words(line)) {
        if (word.ends_with('/')) word.remove_suffix(1);
        if (word.find("://") != std::string_view::npos && word.ends_with(end))
          return std::string(word);
      }
    }
  }
  return otherwise;
}

/// The lines of sources.list that a source means; none for the machine's own.
std::vector<std::string> source_lines(const PackageSource& source) {
  for (const std::string& line : source.lines)
    if (!line.starts_with("deb ") || line.find('\n') != std::string::npos)
      throw Error(
          "\"" + line + "\" is not a source of packages",
          "expected a line as in sources.list: deb http://deb.debian.org/debian trixie main");
  std::vector<std::string> lines = source.lines;
  if (source.suite.empty()) return lines;
  if (!is_suite_name(source.suite))
    throw Error("\"" + source.suite + "\" is not the name of a suite",
                "for example: bullseye, trixie, trixie-backports, sid");
  constexpr const char* keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";
  const std::string start =
      exists(keyring) ? "deb [signed-by=" + std::string(keyring) + "] " : std::string("deb ");
  lines.push_back(start + mirror("/debian", "http://deb.debian.org/debian") + " " + source.suite +
                  " main");
  // Point releases of kernels come by way of the security archive, which only releases have.
  const bool is_release = source.suite.find_first_of("-/") == std::string::npos &&
                          source.suite != "sid" && source.suite != "unstable" &&
                          source.suite != "experimental";
  if (is_release)
    lines.push_back(start + mirror("/debian-security", "http://deb.debian.org/debian-security") +
                    " " + source.suite + "-security main");
  return lines;
}

/// apt with a state of its own, locked for as long as this lives.
class Apt {
 public:
  Apt(const Environment& environment, const PackageSource& source, const Progress& progress)
      : environment_(environment),
        folder_(state_folder(environment, source)),
        lock_(locked_folder(folder_), [&] {
          if (progress) progress("waiting for another fetch");
        }) {
    environment_["LC_ALL"] = "C";
    for (const char* part : {"lists/partial", "cache/archives/partial"})
      make_folders(join_path(folder_, part));
    write_file_if_changed(join_path(folder_, "status"), "");
    remove_tree(downloads());
    make_folders(downloads());
    choose(source);
  }

  std::string downloads() const { return join_path(folder_, "downloads"); }

  /// Runs apt-get or apt-cache, in the folder for downloads.
  CommandResult run_apt(const std::string& program, const std::vector<std::string>& words) const {
    Command command;
    command.arguments = {program,
                         "-q",
                         "-oDir::State=" + folder_,
                         "-oDir::State::Lists=" + join_path(folder_, "lists"),
                         "-oDir::State::status=" + join_path(folder_, "status"),
                         "-oDir::Cache=" + join_path(folder_, "cache"),
                         "-oAPT::Sandbox::User=root",
                         "-oAcquire::Languages=none"};
    command.arguments.insert(command.arguments.end(), choice_.begin(), choice_.end());
    command.arguments.insert(command.arguments.end(), words.begin(), words.end());
    command.folder = downloads();
    command.environment = &environment_;
    command.capture_errors = true;
    CommandResult result = run(command);
    if (result.status == 127)
      throw Error(program + " is not here; kernel headers are fetched with apt",
                  "download the header packages in another way and add them with: kbx kernels add "
                  "FILE.deb...");
    return result;
  }

 private:
  static std::string locked_folder(const std::string& folder) {
    make_folders(folder);
    return join_path(folder, ".lock");
  }

  /// Sources and architectures have states of their own, as an update removes the lists of others.
  static std::string state_folder(const Environment& environment, const PackageSource& source) {
    const std::string apt = join_path(cache_folder(environment), "apt");
    const std::string what = join(source_lines(source), "\n") + '\0' + source.architecture;
    return what.size() == 1 ? apt : apt + "-" + content_hash(what);
  }

  void choose(const PackageSource& source) {
    if (!source.architecture.empty())
      choice_ = {"-oAPT::Architecture=" + source.architecture,
                 "-oAPT::Architectures=" + source.architecture};
    const std::vector<std::string> lines = source_lines(source);
    if (lines.empty()) return;
    const std::string list = join_path(folder_, "sources.list");
    write_file_if_changed(list, join(lines, "\n") + "\n");
    choice_.push_back("-oDir::Etc::SourceList=" + list);
    choice_.push_back("-oDir::Etc::SourceParts=/dev/null");
  }

  Environment environment_;
  std::string folder_;
  FileLock lock_;
  std::vector<std::string> choice_;
};

/// The last lines of what a program said.
std::string last_words(const CommandResult& result) {
  const auto lines = split_lines(result.errors.empty() ? std::string_view(result.output)
                                                       : std::string_view(result.errors));
  std::string text;
  for (size_t at = lines.size() > 4 ? lines.size() - 4 : 0; at < lines.size(); ++at)
    text += "\n    " + std::string(trim(lines[at]));
  return text;
}

/// A name that apt cannot take for an option or a file (Debian policy 5.6.7).
bool is_package_name(std::string_view name) {
  constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyz0123456789+.-";
  return name.size() > 1 && name[0] != '-' && name[0] != '.' && name[0] != '+' &&
         name.find_first_not_of(allowed) == std::string_view::npos;
}

/// What the archive says of these packages; those it does not have are left out.
std::map<std::string, PackageFacts> show(const Apt& apt, const std::vector<std::string>& names) {
  for (const std::string& name : names)
    if (!is_package_name(name))
      throw Error("\"" + name + "\" is not the name of a Debian package",
                  "names have lower case letters, digits, +, - and dots");
  std::vector<std::string> words = {"--no-all-versions", "show"};
  words.insert(words.end(), names.begin(), names.end());
  const CommandResult result = apt.run_apt("apt-cache", words);
  std::map<std::string, PackageFacts> facts;
  std::string stanza;
  const std::string stanzas = result.output + "\n\n";
  for (std::string_view line : split_lines(stanzas)) {
    if (!line.empty()) {
      stanza += std::string(line) + "\n";
    } else if (!stanza.empty()) {
      PackageFacts package = parse_package_facts(stanza, "apt-cache show");
      facts.emplace(package.name, std::move(package));
      stanza.clear();
    }
  }
  return facts;
}

bool is_part_of_headers(const std::string& name) {
  constexpr std::array<std::string_view, 3> starts = {"linux-headers-", "linux-kbuild-",
                                                      "linux-compiler-"};
  return std::any_of(starts.begin(), starts.end(),
                     [&](std::string_view start) { return name.substr(0, start.size()) == start; });
}

/// The parts of a header tree that a package depends on.
std::vector<std::string> parts_needed_by(const PackageFacts& package) {
  std::vector<std::string> parts;
  for (const auto& alternatives : package.depends)
    if (is_part_of_headers(alternatives.front())) parts.push_back(alternatives.front());
  return parts;
}

/// What apt-get says to an update. A source of the machine that cannot be reached makes it fail,
/// which matters only if a package is not found afterwards.
CommandResult update_lists(const Apt& apt, const Progress& progress) {
  if (progress) progress("reading the package lists");
  return apt.run_apt("apt-get", {"update"});
}

/// `names` and the parts they need, all the way down.
std::set<std::string> with_dependencies(const Apt& apt, const std::vector<std::string>& names,
                                        const CommandResult& update) {
  std::set<std::string> all;
  std::vector<std::string> next = names;
  while (!next.empty()) {
    const auto facts = show(apt, next);
    for (const std::string& name : next) {
      if (facts.count(name) == 0)
        throw Error("the package archive has no " + name +
                        (update.status != 0 ? "; apt-get update said:" + last_words(update) : ""),
                    "see which there are with: apt-cache search --names-only ^linux-headers-");
      all.insert(name);
    }
    std::set<std::string> further;
    for (const auto& [name, package] : facts)
      for (const std::string& part : parts_needed_by(package))
        if (all.count(part) == 0) further.insert(part);
    next.assign(further.begin(), further.end());
  }
  return all;
}

std::string debian_architecture(const Environment& environment) {
  Command command{{"dpkg", "--print-architecture"}, "", &environment, ""};
  command.capture_errors = true;
  return std::string(trim(run(command).output));
}

/// The package of the newest release, which a package of a fixed name depends on.
std::string newest_headers(const Apt& apt, const Environment& environment,
                           const CommandResult& update) {
  std::vector<std::string> names = {"linux-headers-generic"};
  const std::string architecture = debian_architecture(environment);
  if (is_package_name(architecture)) names.insert(names.begin(), "linux-headers-" + architecture);
  const auto facts = show(apt, names);
  for (const std::string& name : names)
    if (const auto found = facts.find(name); found != facts.end())
      for (const std::string& part : parts_needed_by(found->second))
        if (part.substr(0, 14) == "linux-headers-") return part;
  throw Error("the package archive has no " + join(names, " or ") +
                  (update.status != 0 ? "; apt-get update said:" + last_words(update) : ""),
              "name a release or a package");
}

/// The releases that the archive has headers of, and names of packages that lead to some.
std::vector<std::string> releases_there(const Apt& apt) {
  constexpr std::string_view start = "linux-headers-";
  const CommandResult result = apt.run_apt("apt-cache", {"pkgnames", std::string(start)});
  std::vector<std::string> releases;
  for (std::string_view line : split_lines(result.output))
    if (line.starts_with(start)) releases.emplace_back(line.substr(start.size()));
  return releases;
}

std::vector<StoredKernel> fetch(const Apt& apt, const std::vector<std::string>& names,
                                const CommandResult& update, const std::string& store,
                                const Progress& progress) {
  const std::set<std::string> all = with_dependencies(apt, names, update);
  std::vector<std::string> words = {"download"};
  words.insert(words.end(), all.begin(), all.end());
  const std::vector<std::string> packages(all.begin(), all.end());
  if (progress) progress("downloading " + join(packages, " "));
  const CommandResult result = apt.run_apt("apt-get", words);
  if (result.status != 0)
    throw Error("apt-get could not download " + join(packages, " ") + ":" + last_words(result),
                "check the network, or try again later: mirrors are renewed several times a day");
  std::vector<std::string> files;
  for (const std::string& name : list_folder(apt.downloads()))
    if (extension(name) == ".deb") files.push_back(join_path(apt.downloads(), name));
  if (progress) progress("unpacking into " + store);
  std::vector<StoredKernel> kernels = add_packages(store, files);
  remove_tree(apt.downloads());
  return kernels;
}

}  // namespace

std::vector<StoredKernel> download_headers(const std::string& release,
                                           const Environment& environment, const std::string& store,
                                           const Progress& progress, const PackageSource& source) {
  const Apt apt(environment, source, progress);
  const CommandResult update = update_lists(apt, progress);
  const std::string package =
      release.empty() ? newest_headers(apt, environment, update) : "linux-headers-" + release;
  return fetch(apt, {package}, update, store, progress);
}

std::vector<StoredKernel> download_packages(const std::vector<std::string>& names,
                                            const Environment& environment,
                                            const std::string& store, const Progress& progress,
                                            const PackageSource& source) {
  if (names.empty()) throw Error("no package was named", "name one, e.g. linux-headers-amd64");
  const Apt apt(environment, source, progress);
  const CommandResult update = update_lists(apt, progress);
  return fetch(apt, names, update, store, progress);
}

std::vector<StoredKernel> download_kernel(const KernelWords& words, const Environment& environment,
                                          const std::string& store, const Progress& progress,
                                          PackageSource source) {
  // The machine's own architecture shares its state with fetches by release.
  if (words.architecture != machine_architecture()) source.architecture = words.architecture;
  if (!words.suite.empty()) source.suite = words.suite;
  const Apt apt(environment, source, progress);
  const CommandResult update = update_lists(apt, progress);
  const std::vector<std::string> there = releases_there(apt);
  const std::vector<std::string> releases = matching_releases(words, there);
  if (releases.empty()) {
    const std::string others = words_there_are(there, words.architecture);
    throw Error(
        "the package archive has no kernel " + words.text() +
            (others.empty() ? ", nor any other for " + words.architecture
                            : "; what there is:" + others) +
            (update.status != 0 ? "\n  apt-get update said:" + last_words(update) : ""),
        "name another suite of Debian (--suite trixie) or another archive (--source 'deb URI "
        "SUITE main')");
  }
  auto kernels = fetch(apt, {"linux-headers-" + releases.front()}, update, store, progress);
  for (const StoredKernel& kernel : kernels)
    if (!source.suite.empty()) note_suite(store, kernel, source.suite);
  return kernels;
}

}  // namespace kbx::kernel
