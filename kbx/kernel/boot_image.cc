#include "kbx/kernel/boot_image.h"

#include "kbx/base/error.h"
#include "kbx/elf/object.h"
#include "kbx/kernel/compressed.h"

/// A bzImage is a program that unpacks the kernel, with the kernel as its payload. Where that lies
/// is told by "The Real-Mode Kernel Header" of Documentation/arch/x86/boot.rst: setup_sects,
/// payload_offset and payload_length. The payload's last four bytes are its unpacked size.
namespace kbx::kernel {
namespace {

constexpr size_t sector = 512;
constexpr size_t sectors_at = 0x1f1;
constexpr size_t mark_at = 0x202;
constexpr size_t payload_at = 0x248;
constexpr size_t payload_size_at = 0x24c;
constexpr size_t size_of_size = 4;
constexpr size_t header_size = 0x250;

std::uint64_t number_at(std::string_view content, size_t at, size_t size) {
  return elf::read_number(content.substr(at, size), false);
}

}  // namespace

std::string kernel_elf(std::string_view content, const std::string& path) {
  if (elf::is_elf(content)) return std::string(content);
  if (content.size() < header_size || content.substr(mark_at, 4) != "HdrS")
    throw Error({path, 0}, "this is neither an ELF file nor a bzImage",
                "images of other architectures cannot be looked into: name System.map, or the "
                "kernel's headers");
  constexpr std::uint64_t sectors_if_zero = 4;
  std::uint64_t sectors = number_at(content, sectors_at, 1);
  if (sectors == 0) sectors = sectors_if_zero;
  const std::uint64_t start = (sectors + 1) * sector + number_at(content, payload_at, 4);
  const std::uint64_t size = number_at(content, payload_size_at, 4);
  if (size <= size_of_size || start > content.size() || size > content.size() - start)
    throw Error({path, 0}, "this bzImage is cut short", "install the kernel's image again");
  std::string plain = unpacked(content.substr(start, size - size_of_size), path);
  if (!elf::is_elf(plain))
    throw Error({path, 0}, "the payload of this bzImage is no ELF file",
                "name System.map, or the kernel's headers");
  return plain;
}

}  // namespace kbx::kernel
