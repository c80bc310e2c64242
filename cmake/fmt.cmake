# fmt's own code compiled once, where the distribution has it as headers and as a shared library only: the library
# would be felt at each start, and headers alone make many files take twice as long to compile. Other versions than the
# one that this was written for may want more of it compiled; then the headers do.
function(kbx_add_fmt)
  if(NOT TARGET fmt::fmt-header-only)
    set(KBX_FMT fmt::fmt PARENT_SCOPE)
    return()
  endif()
  get_target_property(include_folders fmt::fmt-header-only INTERFACE_INCLUDE_DIRECTORIES)
  try_compile(KBX_FMT_COMPILES_ONCE ${PROJECT_BINARY_DIR}/fmt
              SOURCES ${PROJECT_SOURCE_DIR}/cmake/fmt.cc ${PROJECT_SOURCE_DIR}/cmake/fmt_check.cc
              CMAKE_FLAGS -DINCLUDE_DIRECTORIES=${include_folders}
              CXX_STANDARD 20)
  if(NOT KBX_FMT_COMPILES_ONCE)
    set(KBX_FMT fmt::fmt-header-only PARENT_SCOPE)
    return()
  endif()
  add_library(kbx_fmt STATIC ${PROJECT_SOURCE_DIR}/cmake/fmt.cc)
  target_include_directories(kbx_fmt SYSTEM PUBLIC ${include_folders})
  target_link_libraries(kbx_fmt PRIVATE kbx_options)
  set(KBX_FMT kbx_fmt PARENT_SCOPE)
endfunction()
