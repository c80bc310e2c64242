# Expressions of linker scripts against GNU ld; run.py exits with 77 where it is missing.
find_package(Python3 3.11 REQUIRED COMPONENTS Interpreter)
add_executable(link-expressions ${CMAKE_CURRENT_LIST_DIR}/layout.cc)
target_link_libraries(link-expressions PRIVATE kbx_link)
add_test(NAME link-expressions
         COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/run.py --layout $<TARGET_FILE:link-expressions>)
set_tests_properties(link-expressions PROPERTIES LABELS differential SKIP_RETURN_CODE 77 TIMEOUT 300)

# The same on expressions and scripts made by chance.
foreach(kind IN ITEMS random_expressions altered_scripts)
  set(command ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/${kind}.py --layout $<TARGET_FILE:link-expressions>)
  string(REPLACE _ - name link-${kind})
  add_test(NAME ${name} COMMAND ${command})
  add_test(NAME ${name}-long CONFIGURATIONS full COMMAND ${command} --seed 1000 --count 5000)
  set_tests_properties(${name} PROPERTIES LABELS differential SKIP_RETURN_CODE 77 TIMEOUT 300)
  set_tests_properties(${name}-long PROPERTIES LABELS full SKIP_RETURN_CODE 77 TIMEOUT 3600)
endforeach()
