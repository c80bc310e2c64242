#pragma once
#include <string>
#include <string_view>
#include <vector>

/// "debian:6.1-cloud:arm64": a kernel by what it is, not by the release that is the newest today.
namespace kbx::kernel {

/// debian:WHAT[:ARCHITECTURE], where WHAT is VERSION[-FLAVOUR] or a suite.
struct KernelWords {
  std::string version;       // "6.1", "6.1.0-56"; "" is any
  std::string suite;         // "trixie"; "" is any
  std::string flavour;       // "", "cloud", "rt", "cloud-amd64", "armmp"; "" is the plain one
  std::string architecture;  // Debian's name; never empty

  /// As a person would type it.
  std::string text() const;
};

/// True if `spec` begins with "debian:".
bool is_kernel_words(std::string_view spec);

/// Takes the words apart. Without an architecture it is this machine's. Throws Error with the form
/// that was expected.
KernelWords parse_kernel_words(const std::string& spec);

/// Debian's name of the architecture of this machine (uname(2)), or what uname says.
std::string machine_architecture();

/// True if `name` could be a suite of a package archive and nothing that apt takes otherwise.
bool is_suite_name(std::string_view name);

/// The releases that the words mean, newest first. Only the version and the flavour are looked at;
/// of the flavours that are plain on some architecture, the first that there is.
std::vector<std::string> matching_releases(const KernelWords& words,
                                           const std::vector<std::string>& releases);

/// For a message: the words for the newest release of each series and flavour, a line for each,
/// indented, with the release behind; "" if there are none.
std::string words_there_are(const std::vector<std::string>& releases,
                            const std::string& architecture);

}  // namespace kbx::kernel
