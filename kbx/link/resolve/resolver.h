#pragma once
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kbx/base/arena.h"
#include "kbx/base/file.h"
#include "kbx/link/input/archive.h"
#include "kbx/link/input/file.h"
#include "kbx/link/input/format.h"
#include "kbx/link/input/shared_object.h"
#include "kbx/link/link.h"
#include "kbx/link/options.h"
#include "kbx/link/resolve/commons.h"
#include "kbx/link/resolve/cross_reference.h"
#include "kbx/link/resolve/definitions.h"
#include "kbx/link/resolve/duplicates.h"
#include "kbx/link/resolve/symbol_table.h"

namespace kbx::link {

/// The file that INPUT or GROUP of a script calls `name`: beside the script, if `folder` says where
/// that is, else as the name says, else in one of `search_folders`.
std::string named_by_script(const std::string& name, const std::string& folder,
                            const std::vector<std::string>& search_folders);

/// Opens the inputs in their order, takes from archives what is needed, and finds for each global
/// name what it stands for.
class Resolver {
 public:
  /// Throws Error if -m names what is not known.
  Resolver(const Options& options, const Say& say);

  /// An entry of Options::inputs that names a file or a library, or starts or ends a group.
  void add(const Input& input);

  /// What to do with a file that is neither an object nor an archive: a script. What it names is
  /// opened with the positional options of `input`.
  std::function<void(std::string_view content, const std::string& path, const Input& input)>
      open_other;

  /// -u and EXTERN: wants `name` defined.
  void require(std::string_view name) { definitions_.require(name); }

  /// Opens what the shared objects need, as far as it matters. Throws Error if a name was defined
  /// twice, or the like.
  void finish();

  /// -d: gives every common symbol a place in a section COMMON of the file that has the largest,
  /// in the order that --sort-common asks for.
  void place_commons();

  /// A section that the linker makes, at the end of `file`'s.
  InputSection* add_section(InputFile& file, std::string_view name, Traits traits);

  /// A file for sections that the linker makes, in front of all that was opened and as these.
  InputFile& add_made_file(std::string name);

  /// OUTPUT_FORMAT of a script: what the output is made for, unless -m or --oformat said it.
  void set_target(const std::string& target);

  /// What the output is made for: as -m says, or the first object.
  MachineFormat format() const;

  SymbolTable& symbols() { return definitions_.symbols(); }
  const SymbolTable& symbols() const { return definitions_.symbols(); }
  /// The members that came out of archives, each with what asked for it as -Map words it.
  const std::vector<std::pair<std::string, std::string>>& members() const { return members_; }
  /// The shared objects of --as-needed that are needed, with what asked for each, in the same way.
  const std::vector<std::pair<std::string, std::string>>& needed_libraries() const {
    return needed_libraries_;
  }
  /// TARGET of a script, for input_lines.
  void note_target(const std::string& name) {
    input_lines_.push_back("TARGET(" + name + ")");
    last_target_ = name;
  }
  const std::string& last_target() const { return last_target_; }
  /// The files and groups of the command line and of INPUT and GROUP, as -Map words them.
  const std::vector<std::string>& input_lines() const { return input_lines_; }
  /// What place_commons did.
  const std::vector<PlacedCommon>& placed_commons() const { return placed_commons_; }
  /// Where the library of -l is. Throws Error if it is nowhere.
  std::string library_path(const Input& input) const;
  const std::vector<InputFile*>& files() const { return files_; }
  /// All objects and shared objects in the order in which they were opened, whether any of them
  /// goes into the output or not.
  const std::deque<InputFile>& opened_files() const { return storage_; }
  /// Those and the shared objects, in the order in which they were opened.
  std::vector<const InputFile*> linked_files() const;
  /// The shared objects in the order in which they were opened, those that are only needed by
  /// others behind; none of their sections goes into the output.
  const std::vector<InputFile*>& shared_objects() const { return shared_objects_; }
  /// The file that the sections of dynamic linking belong to: the first object. Null: there is
  /// none.
  InputFile* dynamic_owner() const {
    return files_.size() > made_.size() ? files_[made_.size()] : nullptr;
  }
  /// Names in the order in which they go into .dynstr.
  const std::vector<Definitions::DynamicName>& dynamic_names() const {
    return definitions_.dynamic_names();
  }
  /// Puts a symbol into .dynsym, or makes it local if its visibility says so.
  void record_dynamic(Symbol& symbol) { definitions_.record_dynamic(symbol); }
  Arena& arena() { return arena_; }
  /// What --cref tells; empty without that option.
  /// For -y and --cref: the linker defines the symbol, in a section that it made in `file`.
  void note_made(const Symbol& symbol, const InputFile& file) {
    definitions_.note_made(symbol, file);
  }
  const CrossReferences& cross_references() const { return definitions_.cross_references(); }
  /// All that was opened, by the names that --dependency-file gives them.
  const std::vector<std::string>& opened() const { return opened_; }
  /// A file was opened that is no object: a script.
  void note_opened(const std::string& path) { opened_.push_back(path); }

 private:
  struct OpenArchive {
    Archive archive;
    std::vector<bool> is_done;  // of each symbol of the index
  };

  InputFile& new_file();
  void add_file(const Input& input, const std::string& path);
  void add_just_symbols(const std::string& path);
  void trace(const std::string& path) const;
  std::string_view map(const std::string& path);
  void add_binary(std::string_view content, const std::string& path);
  void add_object_or_script(const Input& input, std::string_view content, const std::string& path);
  void add_archive(const Input& input, std::string_view content, const std::string& path);
  void check_format(const InputFile& file);
  void link_object(InputFile& file);
  /// A member that is to be linked, not read yet.
  struct OpenMember {
    InputFile* file = nullptr;
    std::string_view content;
    std::string path;  // for messages
    std::string name;
  };
  OpenMember open_member(const Archive& archive, const ArchiveMember& member,
                         const std::string& reason);
  void add_archive_member(const Archive& archive, const ArchiveMember& member,
                          const std::string& reason);
  void add_whole_archive(const Archive& archive);
  void search(OpenArchive& open);
  bool is_wanted(const OpenArchive& open, std::size_t i);
  bool member_defines(const OpenArchive& open, std::size_t i) const;
  const Symbol* wanted_symbol(std::string_view name) const;
  bool is_final() const { return options_.kind != OutputKind::relocatable; }
  // Shared objects; libraries.cc.
  bool fits(const std::string& path) const;
  void add_shared(const Input& input, std::string_view content, const std::string& path);
  void open_needed();
  void open_needed(const InputFile& by, std::string_view name);
  std::string needed_path(const InputFile& by, std::string_view name) const;

  const Options& options_;
  const Say& say_;
  std::optional<MachineFormat> format_;
  Arena arena_;
  std::deque<Arena> reading_arenas_;  // one for each thread that reads
  std::deque<MappedFile> mapped_;
  std::deque<InputFile> storage_;
  std::deque<SharedObject> shared_storage_;
  std::deque<InputFile> made_;
  std::vector<InputFile*> files_;
  std::vector<InputFile*> shared_objects_;
  Definitions definitions_;
  Duplicates duplicates_;
  std::deque<OpenArchive> archives_;
  std::map<std::string, OpenArchive*> archive_by_path_;
  std::vector<OpenArchive*> group_;
  bool is_in_group_ = false;
  std::uint32_t next_number_ = 2;  // of InputFile::number, behind the output and the veneers
  std::uint64_t count_before_group_ = 0;
  std::vector<std::string> opened_;
  std::vector<std::pair<std::string, std::string>> members_;
  std::vector<std::pair<std::string, std::string>> needed_libraries_;
  std::vector<std::string> input_lines_;
  std::string last_target_;  // of a script
  std::vector<PlacedCommon> placed_commons_;
};

}  // namespace kbx::link
