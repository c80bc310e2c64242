# `kbx check` and `kbx diff`: the verdict on modules built for the test kernel and then altered.
# What a booted kernel says of the same modules is compared in testsuite/boot.
add_cases(verdict TIMEOUT 600)

# Every module of a distribution's kernels, for eight architectures: each loads into the kernel that it came with.
add_test(NAME verdict-distribution CONFIGURATIONS full
         COMMAND ${CMAKE_CURRENT_LIST_DIR}/distribution.py --kbx $<TARGET_FILE:kbx>)
set_tests_properties(verdict-distribution PROPERTIES LABELS full SKIP_RETURN_CODE 77 TIMEOUT 3600
                     RESOURCE_LOCK downloads)
