# `kbx matrix` against `kbx build`, cell by cell; one test for each file of cases.
file(GLOB matrix_cases CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/cases/*.py)
foreach(cases IN LISTS matrix_cases)
  get_filename_component(name ${cases} NAME_WE)
  if(name STREQUAL "common")
    continue()
  endif()
  add_test(NAME matrix-${name}
           COMMAND python3 ${CMAKE_CURRENT_LIST_DIR}/../harness/runner.py --kbx $<TARGET_FILE:kbx> ${cases}
                   --work ${CMAKE_CURRENT_BINARY_DIR}/matrix/${name})
  set_tests_properties(matrix-${name} PROPERTIES LABELS matrix SKIP_RETURN_CODE 77 TIMEOUT 300)
endforeach()
