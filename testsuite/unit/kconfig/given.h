#pragma once
#include <cstdio>
#include <cstdlib>
#include <string>

#include "testsuite/unit/temporary_folder.h"

#include "kbx/base/error.h"
#include "kbx/kconfig/console.h"
#include "kbx/kconfig/finalize.h"
#include "kbx/kconfig/model.h"
#include "kbx/kconfig/parser.h"

namespace kbx::test {

/// A console that keeps what is told on it.
class Told {
 public:
  Told() : stream_(::open_memstream(&text_, &size_)) {}
  ~Told() {
    std::fclose(stream_);
    std::free(text_);
  }
  Told(const Told&) = delete;
  Told& operator=(const Told&) = delete;

  kconfig::Console console() const { return {stdin, stream_, stream_}; }
  std::string text() const {
    std::fflush(stream_);
    return {text_, size_};
  }

 private:
  char* text_ = nullptr;
  std::size_t size_ = 0;
  std::FILE* stream_;
};

/// The model of a Kconfig file, with what its reading told; `is_refused` if that ended it.
struct Given {
  explicit Given(const std::string& kconfig, const kconfig::Dialect& dialect = {})
      : file(folder.file("Kconfig", kconfig)), model(dialect) {
    try {
      kconfig::parse(model, {file, environment, shell}, told.console());
      kconfig::finalize(model, told.console());
    } catch (const kconfig::Stop&) {
      is_refused = true;
    }
  }

  kconfig::Symbol& symbol(std::string_view name) {
    for (kconfig::Symbol& symbol : model.symbols)
      if (symbol.name == name && !symbol.is_constant) return symbol;
    throw Error("no symbol " + std::string(name));
  }
  /// What was told, without the name of the file.
  std::string messages() const {
    std::string text = told.text();
    for (std::size_t at = 0; (at = text.find(file, at)) != std::string::npos;)
      text.replace(at, file.size(), "Kconfig");
    return text;
  }

  TemporaryFolder folder;
  Told told;
  Environment environment = {{"HERE", "from outside"}};
  kconfig::Shell shell = [](const std::string& command) { return "<" + command + ">\n"; };
  std::string file;
  kconfig::Model model;
  bool is_refused = false;
};

}  // namespace kbx::test
