# What a kernel tree's top Makefile exports, in GNU make and in kbx make.
set(exports_run python3 ${CMAKE_CURRENT_LIST_DIR}/exports.py --kbx $<TARGET_FILE:kbx>)
add_test(NAME makelang-kernel-exports
         COMMAND ${exports_run} --work ${CMAKE_CURRENT_BINARY_DIR}/kernel-exports)
set_tests_properties(makelang-kernel-exports PROPERTIES LABELS differential SKIP_RETURN_CODE 77 TIMEOUT 1200)

add_test(NAME makelang-kernel-exports-all-architectures CONFIGURATIONS full
         COMMAND ${exports_run} --headers all --sources all --work ${CMAKE_CURRENT_BINARY_DIR}/kernel-exports-all)
set_tests_properties(makelang-kernel-exports-all-architectures PROPERTIES LABELS full SKIP_RETURN_CODE 77 TIMEOUT 3600)

# What make without M= does to a header tree, against kbx make.
add_test(NAME makelang-kernel-without-module
         COMMAND python3 ${CMAKE_CURRENT_LIST_DIR}/without_module.py --kbx $<TARGET_FILE:kbx>
                 --work ${CMAKE_CURRENT_BINARY_DIR}/kernel-without-module)
set_tests_properties(makelang-kernel-without-module PROPERTIES LABELS differential SKIP_RETURN_CODE 77 TIMEOUT 1200)
