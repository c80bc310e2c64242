# `kbx ld` against GNU ld; exit status 77 where that is missing.
set(link_run python3 ${CMAKE_CURRENT_LIST_DIR}/run.py --kbx $<TARGET_FILE:kbx>)
add_test(NAME link-selftest COMMAND python3 ${CMAKE_CURRENT_LIST_DIR}/selftest.py)
add_test(NAME link-cases COMMAND ${link_run} -v)
add_test(NAME link-command-line COMMAND python3 ${CMAKE_CURRENT_LIST_DIR}/command_line.py --kbx $<TARGET_FILE:kbx>)
add_test(NAME link-random-scripts COMMAND python3 ${CMAKE_CURRENT_LIST_DIR}/random_scripts.py --kbx $<TARGET_FILE:kbx>)
set(link_random_final python3 ${CMAKE_CURRENT_LIST_DIR}/random_final_scripts.py --kbx $<TARGET_FILE:kbx>)
add_test(NAME link-random-final-scripts CONFIGURATIONS full COMMAND ${link_random_final} --count 150)
set_tests_properties(link-random-final-scripts PROPERTIES LABELS full SKIP_RETURN_CODE 77 TIMEOUT 900)
add_test(NAME link-random-final-scripts-all CONFIGURATIONS full COMMAND ${link_random_final} --seed 1000 --count 5000)
set_tests_properties(link-random-final-scripts-all PROPERTIES LABELS full SKIP_RETURN_CODE 77 TIMEOUT 7200)
set(link_random_relaxation python3 ${CMAKE_CURRENT_LIST_DIR}/random_relaxation.py --kbx $<TARGET_FILE:kbx>)
add_test(NAME link-random-relaxation CONFIGURATIONS full COMMAND ${link_random_relaxation} --count 250)
set_tests_properties(link-random-relaxation PROPERTIES LABELS full SKIP_RETURN_CODE 77 TIMEOUT 1800 RESOURCE_LOCK downloads)
add_test(NAME link-page COMMAND python3 ${CMAKE_CURRENT_LIST_DIR}/page.py --kbx $<TARGET_FILE:kbx>)
add_test(NAME link-discarded COMMAND python3 ${CMAKE_CURRENT_LIST_DIR}/discarded.py --kbx $<TARGET_FILE:kbx> amd64)
set_tests_properties(link-discarded PROPERTIES LABELS differential SKIP_RETURN_CODE 77 TIMEOUT 300)
add_test(NAME link-discarded-all CONFIGURATIONS full
         COMMAND python3 ${CMAKE_CURRENT_LIST_DIR}/discarded.py --kbx $<TARGET_FILE:kbx>)
set_tests_properties(link-discarded-all PROPERTIES LABELS full SKIP_RETURN_CODE 77 TIMEOUT 1800 RESOURCE_LOCK downloads)
set_tests_properties(link-cases link-random-scripts PROPERTIES LABELS differential SKIP_RETURN_CODE 77 TIMEOUT 900)
# What reads no file of others, or does not run kbx: once, without sanitizers.
set_tests_properties(link-selftest link-command-line link-page PROPERTIES LABELS link SKIP_RETURN_CODE 77 TIMEOUT 900)

# Every module of Debian's kernels linked again, and every partial link of the driver cells. By default slices that need
# nothing but what other tests download.
set(link_relink python3 ${CMAKE_CURRENT_LIST_DIR}/relink.py --kbx $<TARGET_FILE:kbx>)
set(link_modules python3 ${CMAKE_CURRENT_LIST_DIR}/modules.py --kbx $<TARGET_FILE:kbx>)
add_test(NAME link-relink COMMAND ${link_relink} --every 40 amd64)
add_test(NAME link-modules COMMAND ${link_modules} --work ${CMAKE_CURRENT_BINARY_DIR}/link-modules
                                   --cells ddcci/5.10 evdi/6.1 dpdk-kmods@sid/6.12)
set_tests_properties(link-relink link-modules PROPERTIES LABELS differential SKIP_RETURN_CODE 77 TIMEOUT 1800
                     RESOURCE_LOCK downloads)
add_test(NAME link-relink-all CONFIGURATIONS full COMMAND ${link_relink})
add_test(NAME link-modules-all CONFIGURATIONS full COMMAND ${link_modules} --slice all
                                                           --work ${CMAKE_CURRENT_BINARY_DIR}/link-modules-all)
add_test(NAME link-modules-synthetic CONFIGURATIONS full
         COMMAND ${link_modules} --slice synthetic --work ${CMAKE_CURRENT_BINARY_DIR}/link-modules-synthetic)
set_tests_properties(link-relink-all link-modules-all link-modules-synthetic
                     PROPERTIES LABELS full SKIP_RETURN_CODE 77 TIMEOUT 14400 RESOURCE_LOCK downloads)

# C and C++ programs that gcc and clang link with kbx; kbx itself, linked by kbx.
add_test(NAME link-programs COMMAND python3 ${CMAKE_CURRENT_LIST_DIR}/programs.py --kbx $<TARGET_FILE:kbx>)
set_tests_properties(link-programs PROPERTIES LABELS differential SKIP_RETURN_CODE 77 TIMEOUT 900 PROCESSORS 2)
add_test(NAME link-itself CONFIGURATIONS full
         COMMAND python3 ${CMAKE_CURRENT_LIST_DIR}/itself.py --kbx $<TARGET_FILE:kbx> --build ${PROJECT_BINARY_DIR})
set_tests_properties(link-itself PROPERTIES LABELS full SKIP_RETURN_CODE 77 TIMEOUT 3600)

# The same bytes on any number of threads.
add_test(NAME link-threads COMMAND python3 ${CMAKE_CURRENT_LIST_DIR}/threads.py --kbx $<TARGET_FILE:kbx> --build ${PROJECT_BINARY_DIR})
set_tests_properties(link-threads PROPERTIES LABELS link SKIP_RETURN_CODE 77 TIMEOUT 1800 PROCESSORS 2)

# GNU ld's own tests, run from Debian's binutils-source under dejagnu.
add_test(NAME link-dejagnu CONFIGURATIONS full
         COMMAND python3 ${CMAKE_CURRENT_LIST_DIR}/dejagnu.py --kbx $<TARGET_FILE:kbx> --table
                 --work ${CMAKE_CURRENT_BINARY_DIR}/link-dejagnu)
set_tests_properties(link-dejagnu PROPERTIES LABELS full SKIP_RETURN_CODE 77 TIMEOUT 14400 RESOURCE_LOCK downloads)
