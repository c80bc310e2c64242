# Expressions of linker scripts against GNU ld; run.py exits with 77 where it is missing.
add_executable(link-expressions ${CMAKE_CURRENT_LIST_DIR}/layout.cc)
target_link_libraries(link-expressions PRIVATE kbx_link)
add_test(NAME link-expressions
         COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/run.py --layout $<TARGET_FILE:link-expressions>)
set_tests_properties(link-expressions PROPERTIES LABELS differential SKIP_RETURN_CODE 77 TIMEOUT 300)
