# kbx_embed(ROOM NAME DIRECTORY)
# Compiles every file below DIRECTORY into ROOM, readable as kbx::embedded::NAME(): pairs of relative path and content.
function(kbx_embed room name directory)
  file(GLOB_RECURSE files CONFIGURE_DEPENDS RELATIVE ${directory} ${directory}/*)
  set(output ${PROJECT_BINARY_DIR}/generated/embedded_${name}.cc)
  set(absolute ${files})
  list(TRANSFORM absolute PREPEND ${directory}/)
  add_custom_command(
    OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DNAME=${name} -DDIRECTORY=${directory} -DOUTPUT=${output}
            -P ${PROJECT_SOURCE_DIR}/cmake/embed_files.cmake
    DEPENDS ${absolute} ${PROJECT_SOURCE_DIR}/cmake/embed_files.cmake
    VERBATIM)
  set(kbx_embedded_${room} ${kbx_embedded_${room}} ${output} PARENT_SCOPE)
endfunction()
