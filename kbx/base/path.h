#pragma once
#include <string>
#include <string_view>

namespace kbx {

/// Paths are plain strings with '/' between their parts, as make and Ninja write them.
/// These functions look at the text only, unless they say otherwise.

bool is_absolute(std::string_view path);

/// `base`/`path`, or `path` itself if it is absolute or `base` is empty.
std::string join_path(std::string_view base, std::string_view path);

/// Without "." parts, doubled slashes and "name/.." pairs; "." for nothing. Symbolic links are not
/// followed.
std::string normal_path(std::string_view path);

/// normal_path of `path` seen from the folder `base`.
std::string absolute_path(std::string_view path, std::string_view base);

/// The part before the last slash ("." if there is none, "/" for the root) and the part after it.
std::string dir_name(std::string_view path);
std::string base_name(std::string_view path);

/// The last suffix of the last part with its dot, or "".
std::string_view extension(std::string_view path);

/// True if `path` is `folder` or lies below it; both normal and absolute.
bool is_below(std::string_view path, std::string_view folder);

/// How `path` is called from `folder`; both normal and absolute.
std::string relative_path(std::string_view path, std::string_view folder);

/// The current folder as the system names it.
std::string current_folder();

/// realpath(3), or "" if the path does not exist. Reads the file system.
std::string real_path(const std::string& path);

}  // namespace kbx
