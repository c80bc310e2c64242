# Make's words and what takes them for others: kbx make, kbx shim and kbx dkms; one test for each file of cases.
file(GLOB make_cases CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/cases/*.py)
foreach(cases IN LISTS make_cases)
  get_filename_component(name ${cases} NAME_WE)
  if(name STREQUAL "common")
    continue()
  endif()
  add_test(NAME make-${name}
           COMMAND python3 ${CMAKE_CURRENT_LIST_DIR}/../harness/runner.py --kbx $<TARGET_FILE:kbx> ${cases}
                   --work ${CMAKE_CURRENT_BINARY_DIR}/make/${name})
  set_tests_properties(make-${name} PROPERTIES LABELS make SKIP_RETURN_CODE 77 TIMEOUT 1200)
endforeach()
