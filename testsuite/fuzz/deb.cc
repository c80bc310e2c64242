// Debian packages. An input that starts as an ar archive is the package; of any other, the part up
// to the first NUL is the control file and the rest is the tar of files, whose checksums are set
// right so that changed headers are read. Nothing may appear outside the folder unpacked to, nor
// any link in it lead outside.
#include "kbx/kernel/deb.h"

#include <cstdio>

#include "testsuite/fuzz/fuzz.h"

namespace {

constexpr size_t block = 512;

std::string member(const std::string& name, const std::string& content) {
  char header[61];
  std::snprintf(header, sizeof header, "%-16s%-12d%-6d%-6d%-8s%-10zu`\n", name.c_str(), 0, 0, 0,
                "100644", content.size());
  return header + content + (content.size() % 2 ? "\n" : "");
}

void seal(std::string& tar, size_t at) {
  for (size_t i = 148; i < 156; ++i) tar[at + i] = ' ';
  unsigned sum = 0;
  for (size_t i = 0; i < block; ++i) sum += static_cast<unsigned char>(tar[at + i]);
  std::snprintf(&tar[at + 148], 7, "%06o", sum);
}

std::string tar_of(const std::string& name, const std::string& content) {
  std::string tar(block, '\0');
  tar.replace(0, name.size(), name);
  tar.replace(100, 7, "0000644");
  char size[12];
  std::snprintf(size, sizeof size, "%011zo", content.size());
  tar.replace(124, 11, size);
  tar[156] = '0';
  tar.replace(257, 8,
              std::string("ustar\0"
                          "00",
                          8));
  seal(tar, 0);
  tar += content;
  tar.resize((tar.size() + block - 1) / block * block + 2 * block);
  return tar;
}

std::string package_of(std::string_view input) {
  if (input.starts_with("!<arch>")) return std::string(input);
  const size_t end = std::min(input.find('\0'), input.size());
  std::string tar(input.substr(std::min(end + 1, input.size())));
  for (size_t at = 0; at + block <= tar.size(); at += block)
    if (tar.compare(at + 257, 5, "ustar") == 0) seal(tar, at);
  tar.resize((tar.size() + block - 1) / block * block + 2 * block);
  return "!<arch>\n" + member("debian-binary", "2.0\n") +
         member("control.tar", tar_of("./control", std::string(input.substr(0, end)))) +
         member("data.tar", tar);
}

void check_links(const std::string& root) {
  namespace fs = std::filesystem;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    if (!entry.is_symlink()) continue;
    const std::string target = fs::read_symlink(entry.path()).string();
    kbx::fuzz::require(!kbx::is_absolute(target), "an absolute link\n");
    std::error_code ignored;
    const std::string leads_to = fs::weakly_canonical(entry.path(), ignored).string();
    if (!ignored)
      kbx::fuzz::require(leads_to == root || leads_to.starts_with(root + "/"), "a link out\n");
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const kbx::fuzz::Scratch scratch;
  const std::string file = scratch.at("package");
  const std::string root = scratch.at("root");
  kbx::write_file_atomically(file, package_of(kbx::fuzz::text_of(data, size)));
  kbx::fuzz::allow_errors([&] { kbx::kernel::read_package(file); });
  kbx::make_folders(root);
  kbx::fuzz::allow_errors([&] { kbx::kernel::unpack_package(file, root, {1 << 20, 1000}); });
  check_links(root);
  kbx::remove_tree(root);
  kbx::fuzz::require(kbx::list_folder(scratch.path()) == std::vector<std::string>{"package"},
                     "a file outside the root\n");
  return 0;
}
