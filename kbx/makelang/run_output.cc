#include "kbx/makelang/run_output.h"

#include <cstdio>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace kbx::makelang {
namespace {

void put(std::FILE* stream, std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stream);
  std::fflush(stream);
}

int memory_file() {
  const int descriptor = ::memfd_create("kbx-output", MFD_CLOEXEC);
  if (descriptor >= 0) ::fcntl(descriptor, F_SETFL, O_APPEND);
  return descriptor;
}

bool same_file(int one, int other) {
  struct stat a {};
  struct stat b {};
  return ::fstat(one, &a) == 0 && ::fstat(other, &b) == 0 && a.st_dev == b.st_dev &&
         a.st_ino == b.st_ino;
}

std::string take(int descriptor) {
  std::string text;
  if (descriptor < 0) return text;
  char buffer[65536];
  ::lseek(descriptor, 0, SEEK_SET);
  ssize_t got = 0;
  while ((got = ::read(descriptor, buffer, sizeof buffer)) > 0)
    text.append(buffer, static_cast<size_t>(got));
  if (::ftruncate(descriptor, 0) != 0) return text;
  return text;
}

void put(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written <= 0) return;
    text.remove_prefix(static_cast<size_t>(written));
  }
}

}  // namespace

KeptOutput::KeptOutput() : output_(memory_file()) {
  errors_ = same_file(STDOUT_FILENO, STDERR_FILENO) ? output_ : memory_file();
}

KeptOutput::~KeptOutput() {
  if (errors_ != output_ && errors_ >= 0) ::close(errors_);
  if (output_ >= 0) ::close(output_);
}

std::string KeptOutput::take_output() {
  return take(output_);
}

std::string KeptOutput::take_errors() {
  return errors_ == output_ ? std::string() : take(errors_);
}

void Output::dump(KeptOutput& kept, bool with_folder) {
  const std::string text = kept.take_output();
  const std::string errors = kept.take_errors();
  if (text.empty() && errors.empty()) return;
  const bool framed = with_folder && !folder_.empty();
  if (framed) put(stdout, fmt::format("{}: Entering directory '{}'\n", program_, folder_));
  put(stdout, text);
  put(stderr, errors);
  if (framed) put(stdout, fmt::format("{}: Leaving directory '{}'\n", program_, folder_));
}

void Output::enter() {
  if (entered_ || kept_) return;
  entered_ = true;
  if (!folder_.empty())
    put(stdout, fmt::format("{}: Entering directory '{}'\n", program_, folder_));
}

void Output::leave() {
  if (entered_ && !groups_only_ && !folder_.empty())
    put(stdout, fmt::format("{}: Leaving directory '{}'\n", program_, folder_));
  entered_ = false;
}

void Output::print(std::string_view text) {
  if (text.empty()) return;
  if (kept_) {
    put(kept_->output(), text);
    return;
  }
  enter();
  put(stdout, text);
}

void Output::message(std::string_view text) {
  print(fmt::format("{}: {}\n", program_, text));
}

void Output::error(std::string_view text) {
  print_error(fmt::format("{}: {}\n", program_, text));
}

void Output::print_error(std::string_view text) {
  if (text.empty()) return;
  if (kept_) {
    put(kept_->errors(), text);
    return;
  }
  enter();
  put(stderr, text);
}

}  // namespace kbx::makelang
