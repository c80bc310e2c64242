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
