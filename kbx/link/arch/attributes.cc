#include "kbx/link/arch/attributes.h"

#include <algorithm>
#include <cstring>

#include <elf.h>
#include <fmt/format.h>

#include "kbx/base/error.h"
#include "kbx/link/arch/merge_attributes.h"
#include "kbx/link/input/shape.h"

/// Attributes of a whole file. That of MIPS (.MIPS.abiflags, "MIPS O32 ABI - FR0 and FR1
/// Interlinking") is a structure whose fields are joined one by one; so is .reginfo. The others are
/// lists: the first file's, changed by each further file as its machine says.
namespace kbx::link {
namespace {

constexpr std::uint32_t processor_attributes = 0x70000003;  // SHT_ARM_…, SHT_RISCV_ATTRIBUTES
constexpr std::size_t abi_flags_size = 24;
constexpr std::size_t reg_info_size = 24;

bool is_kept_once(std::uint16_t machine, const InputSection& section) {
  return machine == EM_MIPS && (section.name == ".MIPS.abiflags" || section.name == ".reginfo");
}

void join_word(char* into, const char* other, bool is_big_endian) {
  with_shape(false, is_big_endian, [&]<typename Shape>(Shape) {
    const auto bits =
        Shape::template load<std::uint32_t>(into) | Shape::template load<std::uint32_t>(other);
    Shape::template store<std::uint32_t>(into, bits);
  });
}

/// version(2) isa_level isa_rev gpr_size cpr1_size cpr2_size fp_abi isa_ext(4) ases(4) flags1(4)
/// flags2(4)
void join_abi_flags(char* into, const char* other, bool is_big_endian) {
  for (std::size_t i = 2; i < 7; ++i)
    into[i] = static_cast<char>(
        std::max(static_cast<unsigned char>(into[i]), static_cast<unsigned char>(other[i])));
  join_word(into + 12, other + 12, is_big_endian);
  join_word(into + 16, other + 16, is_big_endian);
}

/// gprmask(4) cprmask(4 * 4) gp_value(4)
void join_reg_info(char* into, const char* other, bool is_big_endian) {
  for (std::size_t i = 0; i < 20; i += 4) join_word(into + i, other + i, is_big_endian);
}

void join(InputSection& first, const InputSection& other, Arena& arena) {
  const bool is_abi_flags = first.name == ".MIPS.abiflags";
  const std::size_t size = is_abi_flags ? abi_flags_size : reg_info_size;
  if (first.name != ".reginfo" && !is_abi_flags) return;
  if (first.content.size() < size || other.content.size() < size) return;
  char* bytes = arena.room(first.content.size());
  std::memcpy(bytes, first.content.data(), first.content.size());
  const bool is_big_endian = first.file->is_big_endian;
  if (is_abi_flags)
    join_abi_flags(bytes, other.content.data(), is_big_endian);
  else
    join_reg_info(bytes, other.content.data(), is_big_endian);
  first.content = {bytes, first.content.size()};
}

/// What `vendor` of a machine calls the section of its attributes.
std::string_view section_name(std::uint16_t machine) {
  if (machine == EM_ARM) return ".ARM.attributes";
  return machine == EM_RISCV ? ".riscv.attributes" : ".gnu.attributes";
}

bool is_attributes(std::uint16_t machine, const InputSection& section) {
  return section.name == section_name(machine) || section.name == ".gnu.attributes";
}

void merge_into(AttributeMerge& merge, std::uint16_t machine) {
  switch (machine) {
    case EM_ARM:
      return merge_arm_attributes(merge);
    case EM_RISCV:
      return merge_riscv_attributes(merge);
    case EM_MIPS:
      return merge_mips_attributes(merge);
    case EM_PPC64:
      return merge_powerpc_attributes(merge);
    case EM_S390:
      return merge_s390_attributes(merge);
    default:
      return merge_compatibility(merge);
  }
}

/// The others start from nothing; what they do not merge is lost.
bool starts_from_first_file(std::uint16_t machine) {
  return machine == EM_ARM || machine == EM_RISCV || machine == EM_MIPS || machine == EM_S390;
}

/// ARM and RISC-V leave out files without the section; to the others they have no attributes.
bool counts(const InputFile& file) {
  if (file.machine == EM_ARM || file.machine == EM_RISCV)
    return file.find(section_name(file.machine)) != nullptr;
  return !file.is_binary && !file.sections.empty();
}

BuildAttributes attributes_of(const InputFile& file) {
  const std::uint32_t type = file.machine == EM_ARM || file.machine == EM_RISCV
                                 ? processor_attributes
                                 : SHT_GNU_ATTRIBUTES;
  BuildAttributes attributes;
  for (const InputSection* section : file.sections)
    if (section->type == type)
      read_attributes(section->content, file.machine, file.is_big_endian, attributes);
  return attributes;
}

/// All files' attributes as one section's content. Throws Error at the first conflict.
std::string merged(const std::vector<InputFile*>& files, const Options& options, const Say& say) {
  BuildAttributes out;
  const InputFile* first = nullptr;
  for (const InputFile* file : files) {
    if (!counts(*file)) continue;
    const BuildAttributes in = attributes_of(*file);
    std::string conflict;
    AttributeMerge merge{
        out,
        in,
        options.output,
        file->path,
        options.arm,
        [&](const std::string& what) { say(fmt::format("{}: {}", options.program, what)); },
        [&](const std::string& what) {
          if (conflict.empty()) conflict = what;
        }};
    const bool takes_over = !first && starts_from_first_file(file->machine);
    if (!first) first = file;
    if (takes_over) {
      out = in;
      if (file->machine == EM_ARM) adopt_arm_attributes(merge);
    } else {
      merge_into(merge, file->machine);
    }
    if (!conflict.empty())
      throw Error(Location{file->path, 0}, "its build attributes conflict: " + conflict,
                  "compile all objects of a link with the same -march, -mabi and -mfpu");
  }
  return first ? attributes_section(out, first->machine, first->is_big_endian) : std::string();
}

void merge_lists(const std::vector<InputFile*>& files, const Options& options, const Say& say,
                 Arena& arena) {
  InputSection* kept = nullptr;
  for (const InputFile* file : files)
    for (InputSection* section : file->sections) {
      if (section->is_discarded || !is_attributes(file->machine, *section)) continue;
      if (kept)
        section->is_discarded = true;
      else
        kept = section;
    }
  if (!kept) return;
  kept->content = arena.copy(merged(files, options, say));
  kept->size = kept->content.size();
  kept->is_discarded = kept->content.empty();
}

}  // namespace

void merge_attributes(const std::vector<InputFile*>& files, const Options& options, const Say& say,
                      Arena& arena) {
  merge_lists(files, options, say, arena);
  std::vector<InputSection*> kept;
  for (const InputFile* file : files)
    for (InputSection* section : file->sections) {
      if (section->is_discarded || !is_kept_once(file->machine, *section)) continue;
      const auto first = std::find_if(kept.begin(), kept.end(), [&](const InputSection* known) {
        return known->name == section->name;
      });
      if (first == kept.end()) {
        kept.push_back(section);
        continue;
      }
      join(**first, *section, arena);
      section->is_discarded = true;
    }
}

}  // namespace kbx::link
