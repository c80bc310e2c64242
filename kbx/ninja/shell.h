#pragma once
#include <string>
#include <string_view>

namespace kbx::ninja {

/// True if `text` is one plain command of a POSIX shell: it may be quoted and redirected, but
/// nothing in it joins commands, and it does not change the shell that runs it. Such a text can be
/// followed by "; NEXT" in the same shell and "set -e" does what it should.
bool is_plain_command(std::string_view text);

/// True if `text` is plain commands with ";" or "|" between them, or "{ LIST; } > FILE" of such. It
/// can be followed by "; NEXT" in the same shell too, where "set -e" is wanted for each of them.
bool is_plain_list(std::string_view text);

/// True if `text` cannot stand inside one line of shell: it has line breaks, or something that
/// looks like a comment, which would take the rest of the line with it.
bool needs_own_lines(std::string_view text);

/// `text` up to the first ";", "&" or "|" that is not quoted.
std::string_view first_command(std::string_view text);

}  // namespace kbx::ninja
