#include "kbx/base/error.h"

#include <cstring>
#include <utility>

namespace kbx {

std::string Location::to_string() const {
  if (line > 0) return file + ":" + std::to_string(line);
  return file;
}

Error::Error(const std::string& message, std::string hint)
    : std::runtime_error(message), hint_(std::move(hint)) {}

Error::Error(Location location, const std::string& message, std::string hint)
    : std::runtime_error(message), location_(std::move(location)), hint_(std::move(hint)) {}

std::string Error::to_string() const {
  std::string text = location_.to_string();
  if (!text.empty()) text += ": ";
  text += what();
  if (!hint_.empty()) text += "\n  hint: " + hint_;
  return text;
}

Error system_error(const std::string& what, int number, std::string hint) {
  return Error(what + ": " + std::strerror(number), std::move(hint));
}

}  // namespace kbx
