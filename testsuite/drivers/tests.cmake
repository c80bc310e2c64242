# Drivers built by kbuild and by kbx and compared. Kernels and drivers are downloaded once; without them: skipped.
set(drivers_run ${CMAKE_CURRENT_LIST_DIR}/run.py --kbx $<TARGET_FILE:kbx>)

add_test(NAME drivers-comparison-notices COMMAND ${CMAKE_CURRENT_LIST_DIR}/selftest.py)
add_test(NAME drivers-ci COMMAND ${drivers_run} --slice ci --work ${CMAKE_CURRENT_BINARY_DIR}/drivers-ci)
add_test(NAME drivers-synthetic
         COMMAND ${drivers_run} --slice synthetic --parallel 2 --jobs 1 --work ${CMAKE_CURRENT_BINARY_DIR}/drivers-synthetic)
add_test(NAME drivers-build-command
         COMMAND ${drivers_run} --slice ci --mode build --work ${CMAKE_CURRENT_BINARY_DIR}/drivers-build)
set_tests_properties(drivers-comparison-notices drivers-ci drivers-synthetic drivers-build-command
                     PROPERTIES LABELS drivers SKIP_RETURN_CODE 77 TIMEOUT 1800)

add_test(NAME drivers-all CONFIGURATIONS full
         COMMAND ${drivers_run} --slice all --work ${CMAKE_CURRENT_BINARY_DIR}/drivers-all)
set_tests_properties(drivers-all PROPERTIES LABELS full SKIP_RETURN_CODE 77 TIMEOUT 7200)
