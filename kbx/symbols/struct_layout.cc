#include "kbx/symbols/struct_layout.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <set>

#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/base/text.h"

/// Sizes and offsets in the device identifiers of <linux/mod_devicetable.h>, found by reading the
/// tree's own header. The kernel's modpost gets them from a C file that the target's compiler
/// turned into assembly (scripts/mod/devicetable-offsets.c), which a header package does not carry;
/// and they differ from kernel to kernel.
///
/// The header keeps to a small part of C, which is all that is understood here. Alignment follows
/// the rule that the ABIs of all Linux architectures but m68k share: each scalar at a multiple of
/// its size, a structure at that of its strictest member.
namespace kbx::symbols {
namespace {

constexpr std::uint64_t most_elements = 1 << 20;
constexpr int most_depth = 32;

using Tokens = std::vector<std::string>;

std::string without_comments(std::string_view text) {
  std::string kept;
  for (size_t i = 0; i < text.size(); ++i) {
    const std::string_view rest = text.substr(i);
    if (rest.starts_with("/*")) {
      const size_t end = rest.find("*/", 2);
      if (end == std::string_view::npos) break;
      i += end + 1;
      kept += ' ';
    } else if (rest.starts_with("//")) {
      const size_t end = rest.find('\n');
      if (end == std::string_view::npos) break;
      i += end - 1;
    } else {
      kept += text[i];
    }
  }
  return kept;
}

Tokens tokens_of(std::string_view text) {
  Tokens tokens;
  for (size_t i = 0; i < text.size();) {
    if (is_space(text[i])) {
      ++i;
      continue;
    }
    size_t end = i + 1;
    if (is_name_character(text[i]))
      while (end < text.size() && is_name_character(text[end])) ++end;
    tokens.emplace_back(text.substr(i, end - i));
    i = end;
  }
  return tokens;
}

struct TypeLayout {
  std::uint64_t size = 0;
  std::uint64_t alignment = 1;
  std::string structure;
};

class HeaderReader {
 public:
  explicit HeaderReader(bool is_64bit) : word_(is_64bit ? 8 : 4) {
    layout_.constants["BITS_PER_LONG"] = static_cast<std::int64_t>(word_ * 8);
    layout_.constants["UUID_STRING_LEN"] = 36;
  }

  void read(const std::string& path) {
    if (!files_.insert(normal_path(path)).second) return;
    std::string code;
    const std::string text = without_comments(read_file(path));
    const std::string joined = replace_all(text, "\\\n", " ");
    for (const std::string_view line : split_lines(joined)) {
      const std::string_view trimmed = trim(line);
      if (trimmed.starts_with('#')) {
        take_directive(trim(trimmed.substr(1)), path);
      } else {
        code.append(line).append("\n");
      }
    }
    take_declarations(tokens_of(code));
  }

  HeaderLayout result() { return std::move(layout_); }

 private:
  void take_directive(std::string_view directive, const std::string& path) {
    if (directive.starts_with("include")) {
      const std::string_view name = trim(directive.substr(7));
      if (name.size() > 2 && name.front() == '"' && name.back() == '"') {
        const std::string file =
            join_path(dir_name(path), std::string(name.substr(1, name.size() - 2)));
        if (exists(file)) read(file);
      }
      return;
    }
    if (!directive.starts_with("define")) return;
    directive = trim(directive.substr(6));
    size_t end = 0;
    while (end < directive.size() && is_name_character(directive[end])) ++end;
    if (end < directive.size() && directive[end] == '(') return;
    const std::string name(directive.substr(0, end));
    if (const auto value = value_of(tokens_of(directive.substr(end))))
      layout_.constants[name] = *value;
  }

  // Expressions: + - * / ~ and parentheses over numbers, constants and sizeof.

  struct Cursor {
    const Tokens& tokens;
    size_t at = 0;
    int depth = 0;

    bool at_end() const { return at >= tokens.size(); }
    std::string_view peek() const { return at_end() ? std::string_view() : tokens[at]; }
    bool take(std::string_view token) {
      if (peek() != token) return false;
      ++at;
      return true;
    }
  };

  std::optional<std::int64_t> value_of(const Tokens& tokens) const {
    Cursor cursor{tokens};
    const auto value = sum(cursor);
    return cursor.at_end() ? value : std::nullopt;
  }

  std::optional<std::int64_t> sum(Cursor& cursor) const {
    auto value = product(cursor);
    while (value && (cursor.peek() == "+" || cursor.peek() == "-")) {
      const bool adds = cursor.take("+") || !cursor.take("-");
      const auto right = product(cursor);
      if (!right) return std::nullopt;
      std::int64_t result = 0;
      const bool overflows = adds ? __builtin_add_overflow(*value, *right, &result)
                                  : __builtin_sub_overflow(*value, *right, &result);
      if (overflows) return std::nullopt;
      value = result;
    }
    return value;
  }

  std::optional<std::int64_t> product(Cursor& cursor) const {
    auto value = operand(cursor);
    while (value && (cursor.peek() == "*" || cursor.peek() == "/")) {
      const bool multiplies = cursor.take("*") || !cursor.take("/");
      const auto right = operand(cursor);
      if (!right) return std::nullopt;
      std::int64_t result = 0;
      if (multiplies) {
        if (__builtin_mul_overflow(*value, *right, &result)) return std::nullopt;
      } else {
        if (*right <= 0) return std::nullopt;
        result = *value / *right;
      }
      value = result;
    }
    return value;
  }

  std::optional<std::int64_t> operand(Cursor& cursor) const {
    if (cursor.at_end() || ++cursor.depth > most_depth) return std::nullopt;
    if (cursor.take("~")) {
      const auto value = operand(cursor);
      return value ? std::optional(~*value) : std::nullopt;
    }
    if (cursor.take("(")) {
      const auto value = sum(cursor);
      return cursor.take(")") ? value : std::nullopt;
    }
    const std::string_view word = cursor.peek();
    ++cursor.at;
    if (word == "sizeof") return size_operand(cursor);
    if (const auto known = layout_.constants.find(word); known != layout_.constants.end())
      return known->second;
    return number(word);
  }

  std::optional<std::int64_t> size_operand(Cursor& cursor) const {
    if (!cursor.take("(")) return std::nullopt;
    const auto type = type_at(cursor);
    if (!type || !cursor.take(")")) return std::nullopt;
    return static_cast<std::int64_t>(type->size);
  }

  static std::optional<std::int64_t> number(std::string_view word) {
    const bool is_hex = word.starts_with("0x") || word.starts_with("0X");
    std::string_view digits = is_hex ? word.substr(2) : word;
    while (!digits.empty() && (digits.back() == 'U' || digits.back() == 'L'))
      digits.remove_suffix(1);
    std::int64_t value = 0;
    const char* const end = digits.data() + digits.size();
    const auto [stop, fault] = std::from_chars(digits.data(), end, value, is_hex ? 16 : 10);
    if (fault != std::errc() || stop != end || digits.empty()) return std::nullopt;
    return value;
  }

  // Types and declarations.

  std::optional<TypeLayout> scalar(std::string_view name) const {
    struct Row {
      std::string_view name;
      std::uint64_t size;  // 0: as wide as an address
    };
    constexpr Row rows[] = {
        {"__u8", 1},  {"__s8", 1},  {"u8", 1},     {"bool", 1},          {"char", 1},
        {"__u16", 2}, {"__s16", 2}, {"__le16", 2}, {"short", 2},         {"__be16", 2},
        {"__u32", 4}, {"__s32", 4}, {"__le32", 4}, {"int", 4},           {"__be32", 4},
        {"__u64", 8}, {"__s64", 8}, {"long", 0},   {"kernel_ulong_t", 0}};
    for (const Row& row : rows)
      if (row.name == name) {
        const std::uint64_t size = row.size ? row.size : word_;
        return TypeLayout{size, size, {}};
      }
    if (name == "guid_t" || name == "uuid_t" || name == "uuid_le") return TypeLayout{16, 1, {}};
    return std::nullopt;
  }

  /// A type without the stars after it; nothing if it is unknown.
  std::optional<TypeLayout> type_at(Cursor& cursor) const {
    std::optional<TypeLayout> type;
    bool is_struct = false;
    for (; !cursor.at_end(); ++cursor.at) {
      const std::string_view word = cursor.peek();
      if (word == "const" || word == "volatile" || word == "signed") continue;
      if (word == "unsigned") {
        if (!type) type = scalar("int");
        continue;
      }
      if (word == "struct") {
        is_struct = true;
        continue;
      }
      if (is_struct) {
        ++cursor.at;
        return structure(word);
      }
      const auto known = scalar(word);
      if (!known && word == "void") {
        ++cursor.at;
        return TypeLayout{};
      }
      if (!known) break;
      type = known;
    }
    return type;
  }

  std::optional<TypeLayout> structure(std::string_view name) const {
    const auto known = layout_.structures.find(name);
    if (known == layout_.structures.end()) return TypeLayout{};  // only good for pointers
    return TypeLayout{known->second.size, known->second.alignment, std::string(name)};
  }

  /// The index after the bracket that closes the one at `open`.
  static size_t after_group(const Tokens& tokens, size_t open) {
    int depth = 0;
    for (size_t i = open; i < tokens.size(); ++i) {
      if (tokens[i] == "{" || tokens[i] == "(") ++depth;
      if (tokens[i] == "}" || tokens[i] == ")")
        if (--depth == 0) return i + 1;
    }
    return tokens.size();
  }

  static Tokens slice(const Tokens& tokens, size_t from, size_t to) {
    if (from >= to) return {};
    return {tokens.begin() + static_cast<std::ptrdiff_t>(from),
            tokens.begin() + static_cast<std::ptrdiff_t>(to)};
  }

  void take_declarations(const Tokens& tokens) {
    for (size_t i = 0; i + 1 < tokens.size(); ++i) {
      const size_t name = i + 1;
      if (tokens[i] == "enum") {
        const size_t open = tokens[name] == "{" ? name : name + 1;
        if (open >= tokens.size() || tokens[open] != "{") continue;
        const size_t end = after_group(tokens, open);
        take_enumerators(slice(tokens, open + 1, end - 1));
        i = end - 1;
      } else if (tokens[i] == "struct" && name + 1 < tokens.size() && tokens[name + 1] == "{") {
        const size_t end = after_group(tokens, name + 1);
        if (tokens[end - 1] != "}") return;  // cut off
        size_t stop = end;
        while (stop < tokens.size() && tokens[stop] != ";") ++stop;
        nesting_ = 0;
        const auto layout =
            lay_out(slice(tokens, name + 2, end - 1), slice(tokens, end, stop), tokens[name]);
        if (layout) layout_.structures[tokens[name]] = *layout;
        i = stop;
      }
    }
  }

  void take_enumerators(const Tokens& tokens) {
    std::int64_t next = 0;
    for (size_t i = 0; i < tokens.size();) {
      const std::string& name = tokens[i];
      size_t end = i + 1;
      while (end < tokens.size() && tokens[end] != ",") ++end;
      if (end > i + 1 && tokens[i + 1] == "=") {
        const auto value = value_of(slice(tokens, i + 2, end));
        if (!value) return;
        next = *value;
      }
      layout_.constants[name] = next++;
      i = end + 1;
    }
  }

  /// What an __attribute__ asks for.
  struct Attributes {
    bool packed = false;
    std::uint64_t alignment = 0;
  };

  Attributes attributes_in(const Tokens& tokens) const {
    Attributes found;
    for (size_t i = 0; i < tokens.size(); ++i) {
      if (tokens[i] == "packed" || tokens[i] == "__packed__" || tokens[i] == "__packed")
        found.packed = true;
      if (tokens[i] != "aligned" && tokens[i] != "__aligned__") continue;
      const size_t end = after_group(tokens, i + 1);
      const auto value = value_of(slice(tokens, i + 1, end));
      constexpr std::int64_t most = 4096;
      if (value && *value > 0 && *value <= most)
        found.alignment = static_cast<std::uint64_t>(*value);
    }
    return found;
  }

  static std::uint64_t round_up(std::uint64_t value, std::uint64_t alignment) {
    return (value + alignment - 1) / alignment * alignment;
  }

  std::optional<StructLayout> lay_out(const Tokens& members, const Tokens& after,
                                      const std::string& name, bool is_union = false) {
    if (++nesting_ > most_depth) return std::nullopt;
    const Attributes attributes = attributes_in(after);
    StructLayout layout;
    std::uint64_t largest = 0;
    unsigned bits = 0;  // of the current byte that bit-fields took
    for (size_t i = 0; i < members.size();) {
      size_t end = i;
      while (end < members.size() && members[end] != ";") {
        const bool opens = members[end] == "{" || members[end] == "(";
        end = opens ? after_group(members, end) : end + 1;
      }
      if (is_union) layout.size = 0;
      if (!add_members(layout, slice(members, i, end), attributes.packed, name, bits))
        return std::nullopt;
      largest = std::max(largest, layout.size);
      i = end + 1;
    }
    --nesting_;
    layout.alignment = std::max(layout.alignment, attributes.alignment);
    layout.size = round_up(largest, layout.alignment);
    return layout;
  }

  /// Adds the members of a structure or union without a name as if they were the outer one's.
  void add_unnamed(StructLayout& layout, const StructLayout& inner) {
    const std::uint64_t base = round_up(layout.size, inner.alignment);
    for (FieldLayout field : inner.fields) {
      field.offset += base;
      layout.fields.push_back(std::move(field));
    }
    layout.size = base + inner.size;
    layout.alignment = std::max(layout.alignment, inner.alignment);
  }

  /// One declaration, which may name several members. False if it is not understood.
  bool add_members(StructLayout& layout, const Tokens& tokens, bool packed,
                   const std::string& owner, unsigned& bits) {
    std::optional<TypeLayout> type;
    size_t at = 0;
    const bool is_union = !tokens.empty() && tokens[0] == "union";
    if (tokens.size() > 1 && (tokens[0] == "struct" || is_union) && tokens[1] == "{") {
      at = after_group(tokens, 1);
      const std::string nested = owner + "." + std::to_string(layout.fields.size());
      const auto inner = lay_out(slice(tokens, 2, at - 1), {}, nested, is_union);
      if (!inner) return false;
      if (at >= tokens.size()) {
        bits = 0;
        add_unnamed(layout, *inner);
        return true;
      }
      layout_.structures[nested] = *inner;
      type = TypeLayout{inner->size, inner->alignment, nested};
    } else {
      Cursor cursor{tokens};
      type = type_at(cursor);
      at = cursor.at;
    }
    if (!type) return false;
    const Attributes attributes = attributes_in(slice(tokens, at, tokens.size()));
    while (at < tokens.size()) {
      size_t end = at;
      while (end < tokens.size() && tokens[end] != ",")
        end = tokens[end] == "(" ? after_group(tokens, end) : end + 1;
      if (!add_member(layout, *type, slice(tokens, at, end), attributes, packed, bits))
        return false;
      at = end + 1;
    }
    return true;
  }

  bool add_member(StructLayout& layout, TypeLayout type, const Tokens& declarator,
                  const Attributes& attributes, bool packed, unsigned& bits) {
    size_t at = 0;
    const bool is_function = !declarator.empty() && declarator[0] == "(";
    if (is_function || (!declarator.empty() && declarator[0] == "*")) {
      type = TypeLayout{word_, word_, {}};
      while (at < declarator.size() && (declarator[at] == "*" || declarator[at] == "(")) ++at;
    }
    while (at < declarator.size() && declarator[at] == "const") ++at;
    if (at >= declarator.size() || type.size == 0) return false;
    FieldLayout field;
    field.name = declarator[at++];
    field.structure = type.structure;
    const bool is_bits = at < declarator.size() && declarator[at] == ":";
    if (is_bits) return add_bits(layout, field, slice(declarator, at + 1, declarator.size()), bits);
    bits = 0;
    while (!is_function && at < declarator.size() && declarator[at] == "[") {
      size_t close = at;
      while (close < declarator.size() && declarator[close] != "]") ++close;
      const auto count = value_of(slice(declarator, at + 1, close));
      if (!count || *count < 0 || static_cast<std::uint64_t>(*count) > most_elements) return false;
      field.count *= static_cast<std::uint64_t>(*count);
      if (field.count > most_elements) return false;
      at = close + 1;
    }
    std::uint64_t alignment = packed ? 1 : type.alignment;
    alignment = std::max(alignment, attributes.alignment);
    field.size = type.size * field.count;
    field.offset = round_up(layout.size, alignment);
    layout.size = field.offset + field.size;
    layout.alignment = std::max(layout.alignment, alignment);
    if (layout.size > most_elements) return false;
    layout.fields.push_back(std::move(field));
    return true;
  }

  /// Bit-fields of a char: those that fit share a byte.
  bool add_bits(StructLayout& layout, FieldLayout& field, const Tokens& width, unsigned& bits) {
    const auto count = value_of(width);
    constexpr unsigned byte = 8;
    if (!count || *count < 1 || *count > byte) return false;
    const auto wanted = static_cast<unsigned>(*count);
    if (bits == 0 || bits + wanted > byte) {
      ++layout.size;
      bits = 0;
    }
    bits += wanted;
    field.offset = layout.size - 1;
    field.size = 1;
    layout.fields.push_back(std::move(field));
    return true;
  }

  std::uint64_t word_;
  int nesting_ = 0;
  HeaderLayout layout_;
  std::set<std::string> files_;
};

}  // namespace

const FieldLayout* StructLayout::find(std::string_view name) const {
  for (const FieldLayout& field : fields)
    if (field.name == name) return &field;
  return nullptr;
}

HeaderLayout read_header_layout(const std::string& path, bool is_64bit) {
  HeaderReader reader(is_64bit);
  reader.read(path);
  return reader.result();
}

}  // namespace kbx::symbols
