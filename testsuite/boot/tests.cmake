# Modules built by kbx, loaded into the kernel they were built for.
add_test(NAME boot-examples COMMAND ${CMAKE_CURRENT_LIST_DIR}/run.py --kbx $<TARGET_FILE:kbx>)
add_test(NAME boot-examples-of-build
         COMMAND ${CMAKE_CURRENT_LIST_DIR}/run.py --kbx $<TARGET_FILE:kbx> --mode build)
add_test(NAME boot-notices COMMAND ${CMAKE_CURRENT_LIST_DIR}/selftest.py)
# What kbx says of altered modules, and what the booted kernel does with them.
add_test(NAME boot-verdict COMMAND ${CMAKE_CURRENT_LIST_DIR}/verdict.py --kbx $<TARGET_FILE:kbx>)
set_tests_properties(boot-verdict PROPERTIES LABELS boot SKIP_RETURN_CODE 77 TIMEOUT 600)
add_test(NAME boot-verdict-6.12 CONFIGURATIONS full
         COMMAND ${CMAKE_CURRENT_LIST_DIR}/verdict.py --kbx $<TARGET_FILE:kbx> --series 6.12 --foreign 6.1)
set_tests_properties(boot-verdict-6.12 PROPERTIES LABELS full SKIP_RETURN_CODE 77 TIMEOUT 600)
set_tests_properties(boot-examples boot-examples-of-build boot-notices
                     PROPERTIES LABELS boot SKIP_RETURN_CODE 77 TIMEOUT 600)
# A kernel of its own with its boot sector, a blob, and a feature that is y, m or n.
add_test(NAME boot-images COMMAND ${CMAKE_CURRENT_LIST_DIR}/images.py --kbx $<TARGET_FILE:kbx>)
set_tests_properties(boot-images PROPERTIES LABELS boot SKIP_RETURN_CODE 77 TIMEOUT 600)
# Modules for kernels of other architectures, from their header packages: what runs, and whether they load.
set(foreign ${CMAKE_CURRENT_LIST_DIR}/foreign.py --kbx $<TARGET_FILE:kbx>)
add_test(NAME boot-foreign COMMAND ${foreign} --only-build arm64)
set_tests_properties(boot-foreign PROPERTIES LABELS boot SKIP_RETURN_CODE 77 TIMEOUT 900 RESOURCE_LOCK downloads)
add_test(NAME boot-foreign-all CONFIGURATIONS full COMMAND ${foreign})
# loong64, in a root that has a compiler and a firmware for it.
add_test(NAME boot-foreign-loong64 CONFIGURATIONS full COMMAND ${CMAKE_CURRENT_LIST_DIR}/../drivers/trixie.py --foreign)
set_tests_properties(boot-foreign-loong64 PROPERTIES LABELS full SKIP_RETURN_CODE 77 TIMEOUT 7200
                                                     RESOURCE_LOCK downloads)
set_tests_properties(boot-foreign-all PROPERTIES LABELS full SKIP_RETURN_CODE 77 TIMEOUT 7200 RESOURCE_LOCK downloads)
