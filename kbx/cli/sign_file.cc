#include "kbx/cli/sign_file.h"

#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include <sys/stat.h>

#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/process.h"
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

struct CommandLine {
  bool raw = false;
  bool keep_signature = false;
  bool only_signature = false;
  bool name_key_id = false;
  std::vector<std::string> words;
};

bool take_letters(std::string_view letters, CommandLine& line) {
  for (const char letter : letters) switch (letter) {
      case 's':
        line.raw = true;
        break;
      case 'p':
        line.keep_signature = true;
        break;
      case 'd':
        line.only_signature = line.keep_signature = true;
        break;
      case 'k':
        line.name_key_id = true;
        break;
      default:
        return false;
    }
  return true;
}

bool parse(int count, const char* const* arguments, CommandLine& line) {
  bool options_end = false;
  for (int i = 0; i < count; ++i) {
    const std::string_view word = arguments[i];
    if (!options_end && word == "--")
      options_end = true;
    else if (options_end || word.size() < 2 || word[0] != '-')
      line.words.emplace_back(word);
    else if (!take_letters(word.substr(1), line))
      return false;
  }
  return line.words.size() == 4 || line.words.size() == 5;
}

unsigned mode_of(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 ? status.st_mode & 0777U : 0644U;
}

void run(const CommandLine& line) {
  const std::string& path = line.words[3];
  const std::string module = read_file(path);
  std::string signature;
  if (line.raw) {
    signature = read_file(line.words[0]);
  } else {
    const Environment environment = current_environment();
    const auto pin = environment.find("KBUILD_SIGN_PIN");
    signature =
        sign::signature_of(module, {line.words[0], line.words[1], line.words[2],
                                    pin == environment.end() ? "" : pin->second, line.name_key_id});
    if (line.keep_signature) write_file_atomically(path + ".p7s", signature);
    if (line.only_signature) return;
  }
  const std::string& output = line.words.size() == 5 ? line.words[4] : path;
  write_file_atomically(output, module + sign::trailer_for(signature), mode_of(path));
}

}  // namespace

int sign_file_command(int count, const char* const* arguments) {
  if (count == 1 && std::string_view(arguments[0]) == "--help") {
    std::fputs(help, stdout);
    return 0;
  }
  CommandLine line;
  if (!parse(count, arguments, line)) {
    std::fputs(usage, stderr);
    return wrong_usage;
  }
  try {
    run(line);
    return 0;
  } catch (const Error& error) {
    std::fprintf(stderr, "sign-file: %s\n", error.to_string().c_str());
    return 1;
  }
}

}  // namespace kbx::cli
