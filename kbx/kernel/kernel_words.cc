// A release of a Debian kernel is VERSION-FLAVOUR: 6.1.0-56-cloud-arm64, 6.12.117+deb12-armmp. The
// version ends before the first hyphen with no number behind it. Packages with a version of two
// numbers (linux-headers-6.12-amd64) only lead to others, and the flavours common and common-rt are
// the parts that flavours share.
#include "kbx/kernel/kernel_words.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <utility>

#include <sys/utsname.h>

#include "kbx/base/error.h"
#include "kbx/base/text.h"
#include "kbx/kernel/layout.h"

namespace kbx::kernel {
namespace {

constexpr std::string_view prefix = "debian:";
constexpr const char* form =
    "expected debian:VERSION[-FLAVOUR][:ARCHITECTURE] or debian:SUITE[:ARCHITECTURE]";
constexpr const char* form_hint =
    "for example debian:6.1, debian:6.1-cloud, debian:6.12:arm64, debian:trixie";

bool is_word(std::string_view text, std::string_view more) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || more.find(c) != std::string_view::npos;
  });
}

struct Release {
  std::string version;
  std::string flavour;
};

/// True if a part of a release goes on with its version: the number of an ABI (6.1.0-56) or of a
/// candidate is one; 686 is a flavour, and 4kc-malta and 5kc-malta are.
bool is_of_version(std::string_view part) {
  return !part.empty() && part != "686" && std::all_of(part.begin(), part.end(), is_digit);
}

Release parts_of(std::string_view release) {
  size_t hyphen = release.find('-');
  while (hyphen != std::string_view::npos) {
    const std::string_view rest = release.substr(hyphen + 1);
    if (!is_of_version(rest.substr(0, rest.find('-'))))
      return {std::string(release.substr(0, hyphen)), std::string(rest)};
    hyphen = release.find('-', hyphen + 1);
  }
  return {std::string(release), ""};
}

/// A release that is a kernel, not a package that leads to one.
bool is_kernel(const Release& release) {
  return std::count(release.version.begin(), release.version.end(), '.') >= 2 &&
         !release.flavour.empty() && !release.flavour.starts_with("common") &&
         !release.flavour.starts_with("all");
}

/// The flavours that are the plain one of an architecture, the usual one first.
std::vector<std::string> plain_flavours(const std::string& architecture) {
  if (architecture == "armhf") return {"armmp"};
  if (architecture == "armel") return {"marvell", "rpi"};
  if (architecture == "i386") return {"686-pae", "686"};
  if (architecture == "ppc64el") return {"powerpc64le"};
  if (architecture == "mips64el") return {"loongson-3", "5kc-malta", "mips64r2el"};
  if (architecture == "mipsel") return {"loongson-3", "4kc-malta", "mips32r2el"};
  return {architecture};
}

bool version_matches(const std::string& asked, const std::string& version) {
  if (!version.starts_with(asked)) return false;
  return asked.empty() || version.size() == asked.size() || !is_digit(version[asked.size()]);
}

/// The flavours that the words may mean, in the order in which they are preferred.
std::vector<std::string> flavours_of(const KernelWords& words) {
  std::vector<std::string> flavours;
  if (!words.flavour.empty()) flavours.push_back(words.flavour);
  for (const std::string& plain : plain_flavours(words.architecture))
    flavours.push_back(words.flavour.empty() ? plain : words.flavour + "-" + plain);
  return flavours;
}

/// "6.12" of "6.12.117+deb12".
std::string series_of(const std::string& version) {
  const size_t first = version.find('.');
  return version.substr(0, version.find('.', first == std::string::npos ? first : first + 1));
}

}  // namespace

std::string KernelWords::text() const {
  const std::string what = suite.empty() ? version + (flavour.empty() ? "" : "-" + flavour) : suite;
  return std::string(prefix) + what + ":" + architecture;
}

bool is_kernel_words(std::string_view spec) {
  return spec.starts_with(prefix);
}

bool is_suite_name(std::string_view name) {
  return is_word(name, "-./_") && name[0] >= 'a' && name[0] <= 'z' &&
         name.find("..") == std::string_view::npos;
}

KernelWords parse_kernel_words(const std::string& spec) {
  const auto parts = split(std::string_view(spec).substr(prefix.size()), ':');
  const std::string_view what = parts[0];
  KernelWords words;
  words.architecture = parts.size() > 1 ? std::string(parts[1]) : machine_architecture();
  const bool by_version = !what.empty() && is_digit(what[0]);
  if (parts.size() > 2 || (parts.size() > 1 && (!is_word(parts[1], "-") || parts[1][0] == '-')) ||
      (by_version ? !is_word(what, ".+-~") : !is_suite_name(what)))
    throw Error("\"" + spec + "\" names no kernel; " + form, form_hint);
  if (by_version) {
    auto [version, flavour] = parts_of(what);
    words.version = std::move(version);
    words.flavour = std::move(flavour);
  } else {
    words.suite = what;
  }
  return words;
}

std::string machine_architecture() {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 8> names = {
      {{"x86_64", "amd64"},
       {"aarch64", "arm64"},
       {"armv7l", "armhf"},
       {"i686", "i386"},
       {"ppc64le", "ppc64el"},
       {"mips64", "mips64el"},
       {"loongarch64", "loong64"},
       {"armv8l", "armhf"}}};
  utsname machine{};
  ::uname(&machine);
  for (const auto& [machine_name, name] : names)
    if (machine_name == machine.machine) return std::string(name);
  return machine.machine;
}

std::vector<std::string> matching_releases(const KernelWords& words,
                                           const std::vector<std::string>& releases) {
  for (const std::string& flavour : flavours_of(words)) {
    std::vector<std::string> found;
    for (const std::string& release : releases)
      if (const Release parts = parts_of(release); is_kernel(parts) && parts.flavour == flavour &&
                                                   version_matches(words.version, parts.version))
        found.push_back(release);
    std::sort(found.begin(), found.end(), [](const std::string& a, const std::string& b) {
      return compare_releases(a, b) > 0;
    });
    found.erase(std::unique(found.begin(), found.end()), found.end());
    if (!found.empty()) return found;
  }
  return {};
}

std::string words_there_are(const std::vector<std::string>& releases,
                            const std::string& architecture) {
  std::map<std::pair<std::string, std::string>, std::string> newest;
  for (const std::string& release : releases) {
    const Release parts = parts_of(release);
    if (!is_kernel(parts)) continue;
    std::string& known = newest[{series_of(parts.version), parts.flavour}];
    if (known.empty() || compare_releases(release, known) > 0) known = release;
  }
  std::string text;
  const std::string plain = plain_flavours(architecture).front();
  for (const auto& [key, release] : newest) {
    const auto& [series, flavour] = key;
    KernelWords words{series, "", flavour == plain ? "" : flavour, architecture};
    if (words.flavour.ends_with("-" + plain))
      words.flavour.resize(words.flavour.size() - plain.size() - 1);
    text += "\n    " + words.text() + "  (" + release + ")";
  }
  return text;
}

}  // namespace kbx::kernel
