# Writes OUTPUT: a C++ file with every file below DIRECTORY as a byte array (see embed.cmake).
file(GLOB_RECURSE files RELATIVE ${DIRECTORY} ${DIRECTORY}/*)
list(SORT files)
set(arrays "")
set(entries "")
set(index 0)
foreach(file IN LISTS files)
  file(READ ${DIRECTORY}/${file} hex HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${hex}")
  string(APPEND arrays "constexpr char file_${index}[] = {${bytes}'\\0'};\n")
  string(APPEND entries "    File{\"${file}\", std::string_view(file_${index}, sizeof(file_${index}) - 1)},\n")
  math(EXPR index "${index} + 1")
endforeach()
file(WRITE ${OUTPUT}.new "#include \"kbx/base/embedded.h\"

namespace kbx::embedded {
namespace {
${arrays}
constexpr File files[] = {
${entries}    File{\"\", \"\"},
};
}  // namespace

std::span<const File> ${NAME}() { return std::span<const File>(files).first(${index}); }
}  // namespace kbx::embedded
")
file(RENAME ${OUTPUT}.new ${OUTPUT})
