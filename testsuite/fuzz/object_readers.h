#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "testsuite/fuzz/fuzz.h"

#include "kbx/symbols/device_aliases.h"
#include "kbx/symbols/dialect.h"
#include "kbx/symbols/kernel_symbols.h"

namespace kbx::fuzz {

/// One of kbx's ways to read an ELF file of others.
struct ObjectReader {
  std::string name;
  /// Gives all that it found out, as text. Throws kbx::Error where it refuses the file.
  std::function<std::string(std::string_view content)> read;
  /// False if what it gives holds remarks and debugging information too.
  bool is_judgement = true;
};

/// Every such reader, and the files beside an object that they want.
class ObjectReaders {
 public:
  /// The build folder and the headers of a kernel tree, and a Module.symvers.
  ObjectReaders(const std::string& objtree, const std::string& srctree, const std::string& symvers);

  const std::vector<ObjectReader>& all() const { return all_; }
  /// Puts the file that is to be read where modpost finds it.
  void lay_out(std::string_view content) const;

 private:
  void add_dialect(const std::string& series, const symbols::Dialect& dialect);
  std::string modpost(const symbols::Dialect& dialect);
  std::string check() const;

  Scratch scratch_;
  symbols::DeviceHeader device_header_;
  symbols::KernelSymbols kernel_;
  std::vector<ObjectReader> all_;
};

}  // namespace kbx::fuzz
