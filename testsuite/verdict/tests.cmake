# `kbx check` and `kbx diff`: the verdict on modules built for the test kernel and then altered; one test for each file
# of cases. What a booted kernel says of the same modules is compared in testsuite/boot.
file(GLOB verdict_cases CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/cases/*.py)
foreach(cases IN LISTS verdict_cases)
  get_filename_component(name ${cases} NAME_WE)
  if(name STREQUAL "common")
    continue()
  endif()
  add_test(NAME verdict-${name}
           COMMAND python3 ${CMAKE_CURRENT_LIST_DIR}/../harness/runner.py --kbx $<TARGET_FILE:kbx> ${cases}
                   --work ${CMAKE_CURRENT_BINARY_DIR}/verdict/${name})
  set_tests_properties(verdict-${name} PROPERTIES LABELS verdict SKIP_RETURN_CODE 77 TIMEOUT 600)
endforeach()

# Every module of a distribution's kernels, for eight architectures: each loads into the kernel that it came with.
add_test(NAME verdict-distribution CONFIGURATIONS full
         COMMAND ${CMAKE_CURRENT_LIST_DIR}/distribution.py --kbx $<TARGET_FILE:kbx>)
set_tests_properties(verdict-distribution PROPERTIES LABELS full SKIP_RETURN_CODE 77 TIMEOUT 3600
                     RESOURCE_LOCK downloads)
