# `kbx genksyms` against the genksyms of the test kernel's headers; exit status 77 where there is none that runs.
set(run_symbols python3 ${CMAKE_CURRENT_LIST_DIR}/run.py --kbx $<TARGET_FILE:kbx>)
add_test(NAME symbols-genksyms COMMAND ${run_symbols})
set_tests_properties(symbols-genksyms PROPERTIES LABELS differential SKIP_RETURN_CODE 77 TIMEOUT 300)
add_test(NAME symbols-genksyms-mutants COMMAND ${run_symbols} --mutants 300)
set_tests_properties(symbols-genksyms-mutants PROPERTIES LABELS differential SKIP_RETURN_CODE 77 TIMEOUT 600)
add_test(NAME symbols-genksyms-mutants-long CONFIGURATIONS full COMMAND ${run_symbols} --mutants 10000 --seed 2)
set_tests_properties(symbols-genksyms-mutants-long PROPERTIES LABELS full SKIP_RETURN_CODE 77 TIMEOUT 7200)

# Every CRC of a kernel's own files, which needs its source, prepared: KBX_KERNEL_SOURCE names that folder.
add_test(NAME symbols-kernel-source CONFIGURATIONS full
         COMMAND python3 ${CMAKE_CURRENT_LIST_DIR}/kernel_source.py --kbx $<TARGET_FILE:kbx>)
set_tests_properties(symbols-kernel-source PROPERTIES LABELS full SKIP_RETURN_CODE 77 TIMEOUT 14400)

# The preprocessor of `kbx genksyms --preprocess` against GCC's.
add_test(NAME symbols-preprocess COMMAND python3 ${CMAKE_CURRENT_LIST_DIR}/preprocess.py --kbx $<TARGET_FILE:kbx>)
set_tests_properties(symbols-preprocess PROPERTIES LABELS differential SKIP_RETURN_CODE 77 TIMEOUT 300)

# `kbx modpost` against the kernel's: over modules that kbuild builds, and over objects for targets of all kinds.
add_test(NAME symbols-modpost COMMAND python3 ${CMAKE_CURRENT_LIST_DIR}/modpost.py --kbx $<TARGET_FILE:kbx>
                                      --work ${CMAKE_CURRENT_BINARY_DIR}/modpost)
add_test(NAME symbols-modpost-objects COMMAND python3 ${CMAKE_CURRENT_LIST_DIR}/modpost_objects.py
                                              --kbx $<TARGET_FILE:kbx>
                                              --work ${CMAKE_CURRENT_BINARY_DIR}/modpost-objects)
add_test(NAME symbols-modpost-lines COMMAND python3 ${CMAKE_CURRENT_LIST_DIR}/modpost_lines.py
                                            --kbx $<TARGET_FILE:kbx>
                                            --work ${CMAKE_CURRENT_BINARY_DIR}/modpost-lines)
add_test(NAME symbols-modpost-image COMMAND python3 ${CMAKE_CURRENT_LIST_DIR}/modpost_image.py
                                            --kbx $<TARGET_FILE:kbx> --every 10
                                            --work ${CMAKE_CURRENT_BINARY_DIR}/modpost-image)
set_tests_properties(symbols-modpost symbols-modpost-objects symbols-modpost-lines symbols-modpost-image
                     PROPERTIES LABELS differential SKIP_RETURN_CODE 77 TIMEOUT 900)
set_tests_properties(symbols-modpost symbols-modpost-image PROPERTIES RESOURCE_LOCK downloads)
add_test(NAME symbols-modpost-seeds CONFIGURATIONS full
         COMMAND python3 ${CMAKE_CURRENT_LIST_DIR}/modpost_objects.py --kbx $<TARGET_FILE:kbx> --seeds 50
                 --work ${CMAKE_CURRENT_BINARY_DIR}/modpost-seeds)
add_test(NAME symbols-modpost-image-all CONFIGURATIONS full
         COMMAND python3 ${CMAKE_CURRENT_LIST_DIR}/modpost_image.py --kbx $<TARGET_FILE:kbx>
                 --work ${CMAKE_CURRENT_BINARY_DIR}/modpost-image-all)
set_tests_properties(symbols-modpost-seeds symbols-modpost-image-all
                     PROPERTIES LABELS full SKIP_RETURN_CODE 77 TIMEOUT 14400)

# The modules of a distribution for eight architectures, against what each carries. By default a slice of amd64's, which
# other tests use too; all of them take 700 MB of packages.
add_test(NAME symbols-distribution-selftest
         COMMAND python3 ${CMAKE_CURRENT_LIST_DIR}/distribution_selftest.py --kbx $<TARGET_FILE:kbx>)
add_test(NAME symbols-distribution
         COMMAND python3 ${CMAKE_CURRENT_LIST_DIR}/distribution.py --kbx $<TARGET_FILE:kbx> --every 40 amd64)
set_tests_properties(symbols-distribution-selftest symbols-distribution
                     PROPERTIES LABELS differential SKIP_RETURN_CODE 77 TIMEOUT 900 RESOURCE_LOCK downloads)
add_test(NAME symbols-distribution-all CONFIGURATIONS full
         COMMAND python3 ${CMAKE_CURRENT_LIST_DIR}/distribution.py --kbx $<TARGET_FILE:kbx>)
set_tests_properties(symbols-distribution-all PROPERTIES LABELS full SKIP_RETURN_CODE 77 TIMEOUT 14400
                     RESOURCE_LOCK downloads)

# `kbx recordmcount` against the kernel's, built from its source, on objects for the machines that compilers here know.
add_test(NAME symbols-recordmcount COMMAND ${CMAKE_CURRENT_LIST_DIR}/recordmcount.py --kbx $<TARGET_FILE:kbx>
                                           --work ${CMAKE_CURRENT_BINARY_DIR}/recordmcount)
set_tests_properties(symbols-recordmcount PROPERTIES LABELS differential SKIP_RETURN_CODE 77 TIMEOUT 900)
