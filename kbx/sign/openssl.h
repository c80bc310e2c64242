#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "kbx/sign/libcrypto.h"

namespace kbx::sign {

/// What libcrypto made and has to free.
template <typename Thing>
using Owned = std::unique_ptr<Thing, void (*)(Thing*)>;

/// A BIO that reads `content`, which must outlive it and have less than 2 GiB.
Owned<BIO> memory(std::string_view content);

/// The library's own reason, the first of those that it has queued; the queue is empty afterwards.
std::string reason();

/// A file's content. Throws Error if it cannot be read or has more than 2 GiB.
std::string read_input(const std::string& path);

/// The first certificate that `content` has, PEM or DER, or null.
Owned<X509> first_certificate(std::string_view content);

/// What to say where first_certificate found none; `path` is the file's.
[[noreturn]] void fail_without_certificate(const std::string& path);

}  // namespace kbx::sign
