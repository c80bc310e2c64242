#pragma once
#include <span>
#include <string_view>

/// Files that are compiled into the binary (cmake/embed.cmake).
namespace kbx::embedded {

struct File {
  std::string_view path;  // relative to the folder that was embedded
  std::string_view content;
};

std::span<const File> rules();
std::span<const File> templates();

}  // namespace kbx::embedded
