# Modules built by kbx, loaded into the kernel they were built for.
add_test(NAME boot-examples COMMAND ${CMAKE_CURRENT_LIST_DIR}/run.py --kbx $<TARGET_FILE:kbx>)
add_test(NAME boot-examples-of-build
         COMMAND ${CMAKE_CURRENT_LIST_DIR}/run.py --kbx $<TARGET_FILE:kbx> --mode build)
add_test(NAME boot-notices COMMAND ${CMAKE_CURRENT_LIST_DIR}/selftest.py)
set_tests_properties(boot-examples boot-examples-of-build boot-notices
                     PROPERTIES LABELS boot SKIP_RETURN_CODE 77 TIMEOUT 600)
