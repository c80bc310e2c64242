# `kbx matrix` against `kbx build`, cell by cell.
add_cases(matrix TIMEOUT 900)

# A matrix of real drivers against kbuild in a loop: cells that build and cells that do not.
add_test(NAME matrix-against-kbuild
         COMMAND ${CMAKE_CURRENT_LIST_DIR}/against_kbuild.py --kbx $<TARGET_FILE:kbx>
                 --work ${CMAKE_CURRENT_BINARY_DIR}/matrix/against-kbuild --cells bbswitch/6.1 bbswitch/6.12
                 v4l2loopback/6.1 v4l2loopback/6.12 ddcci/5.10)
set_tests_properties(matrix-against-kbuild PROPERTIES LABELS matrix SKIP_RETURN_CODE 77 TIMEOUT 1800)

# All of them, on all kernels and their flavours.
add_test(NAME matrix-against-kbuild-all CONFIGURATIONS full
         COMMAND ${CMAKE_CURRENT_LIST_DIR}/against_kbuild.py --kbx $<TARGET_FILE:kbx>
                 --work ${CMAKE_CURRENT_BINARY_DIR}/matrix/against-kbuild-all)
set_tests_properties(matrix-against-kbuild-all PROPERTIES LABELS full SKIP_RETURN_CODE 77 TIMEOUT 21600)
# Those of Linux 7, in a root where its tools run.
add_test(NAME matrix-against-kbuild-trixie CONFIGURATIONS full
         COMMAND ${CMAKE_CURRENT_LIST_DIR}/../drivers/trixie.py --matrix)
set_tests_properties(matrix-against-kbuild-trixie PROPERTIES LABELS full SKIP_RETURN_CODE 77 TIMEOUT 7200)
set_tests_properties(matrix-against-kbuild matrix-against-kbuild-all matrix-against-kbuild-trixie
                     PROPERTIES PROCESSORS 2 RESOURCE_LOCK downloads)
