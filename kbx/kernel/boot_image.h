#pragma once
#include <string>
#include <string_view>

namespace kbx::kernel {

/// The ELF file inside a bzImage, as x86 kernels are installed (/boot/vmlinuz-RELEASE); `content`
/// itself if it is an ELF file. `path` is for messages. Throws Error if it is neither, or damaged.
std::string kernel_elf(std::string_view content, const std::string& path);

}  // namespace kbx::kernel
