# Bad input: what kbx says, how it ends, and that a good run follows; one test for each file of cases.
file(GLOB input_cases CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/cases/*.py)
foreach(cases IN LISTS input_cases)
  get_filename_component(name ${cases} NAME_WE)
  if(name STREQUAL "common")
    continue()
  endif()
  add_test(NAME input-${name}
           COMMAND python3 ${CMAKE_CURRENT_LIST_DIR}/../harness/runner.py --kbx $<TARGET_FILE:kbx> ${cases}
                   --work ${CMAKE_CURRENT_BINARY_DIR}/input/${name})
  set_tests_properties(input-${name} PROPERTIES LABELS input SKIP_RETURN_CODE 77 TIMEOUT 1200)
endforeach()
