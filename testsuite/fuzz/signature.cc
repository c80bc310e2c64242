// Signatures behind modules: the bytes are the CMS message behind a module, and the module itself.
#include "testsuite/fuzz/fuzz.h"

#include "kbx/sign/sign.h"
#include "kbx/sign/verify.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using State = kbx::sign::SignatureState;
  const std::string_view content = kbx::fuzz::text_of(data, size);
  const auto as_message =
      kbx::sign::check_signature("content" + kbx::sign::trailer_for(content), {});
  kbx::fuzz::require(as_message.state != State::right, "right without a key\n");
  kbx::fuzz::require(as_message.state != State::absent, "a signature is overlooked\n");
  const kbx::sign::SignedFile parts = kbx::sign::read_trailer(content);
  kbx::fuzz::require(parts.content.size() + parts.message.size() <= size, "more than there is\n");
  static_cast<void>(kbx::sign::check_signature(content, {}));
  return 0;
}
