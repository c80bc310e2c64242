#include "kbx/cli/sign_file.h"

#include <cstdio>
#include <string>

#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/process.h"
#include "kbx/cli/kernel_program.h"
#include "kbx/sign/sign.h"

namespace kbx::cli {
namespace {

constexpr const char* help =
    "usage: kbx sign-file [-dpk] DIGEST KEY CERTIFICATE MODULE [OUTPUT]\n"
    "       kbx sign-file -s SIGNATURE DIGEST CERTIFICATE MODULE [OUTPUT]\n"
    "Does what the kernel's scripts/sign-file does: puts a signature behind a module. Also under\n"
    "the name sign-file.\n\n"
    "options:\n"
    "  -p      also write the signature to MODULE.p7s\n"
    "  -d      write MODULE.p7s only\n"
    "  -k      name the certificate by its key id\n"
    "  -s      take the signature (DER) from a file\n"
    "  --help  show this text\n\n"
    "KEY is a PEM file; its passphrase is taken from KBUILD_SIGN_PIN. CERTIFICATE is PEM or DER.\n"
    "Without OUTPUT the module itself is replaced.\n\n"
    "examples:\n"
    "  kbx sign-file sha256 signing_key.pem signing_key.x509 hello.ko\n";

constexpr const char* usage =
    "Usage: sign-file [-dp] <hash algo> <key> <x509> <module> [<dest>]\n"
    "       sign-file -s <raw sig> <hash algo> <x509> <module> [<dest>]\n";

constexpr int wrong_usage = 2;

void run(const LetterWords& line) {
  const bool keeps_signature = line.has('p') || line.has('d');
  const std::string& path = line.words[3];
  const std::string module = read_file(path);
  std::string signature;
  if (line.has('s')) {
    signature = read_file(line.words[0]);
  } else {
    const Environment environment = current_environment();
    const auto pin = environment.find("KBUILD_SIGN_PIN");
    signature =
        sign::signature_of(module, {line.words[0], line.words[1], line.words[2],
                                    pin == environment.end() ? "" : pin->second, line.has('k')});
    if (keeps_signature) write_file_atomically(path + ".p7s", signature);
    if (line.has('d')) return;
  }
  const std::string& output = line.words.size() == 5 ? line.words[4] : path;
  write_file_atomically(output, module + sign::trailer_for(signature), mode_of(path));
}

}  // namespace

int sign_file_command(int count, const char* const* arguments) {
  if (gave_help(count, arguments, help)) return 0;
  const auto line = letters_and_words(count, arguments, "spdk");
  if (!line || (line->words.size() != 4 && line->words.size() != 5)) {
    std::fputs(usage, stderr);
    return wrong_usage;
  }
  try {
    run(*line);
    return 0;
  } catch (const Error& error) {
    std::fprintf(stderr, "sign-file: %s\n", error.to_string().c_str());
    return 1;
  }
}

}  // namespace kbx::cli
