# `kbx conf` against the kernel's conf, built from the distribution's sources; exit status 77 where these cannot be had.
set(run_kconfig python3 ${CMAKE_CURRENT_LIST_DIR}/run.py --kbx $<TARGET_FILE:kbx>)
add_test(NAME kconfig-cases COMMAND ${run_kconfig})
add_test(NAME kconfig-tree COMMAND ${run_kconfig} --trees --arch x86_64 alldefconfig allmodconfig savedefconfig randconfig:1)
set(run_kernel_tests python3 ${CMAKE_CURRENT_LIST_DIR}/kernel_tests.py --kbx $<TARGET_FILE:kbx>)
add_test(NAME kconfig-kernel-tests COMMAND ${run_kernel_tests})
set_tests_properties(kconfig-cases kconfig-tree PROPERTIES LABELS differential SKIP_RETURN_CODE 77 TIMEOUT 900
                                                          RESOURCE_LOCK downloads)
# Not under the sanitizers: it fails where conf takes long to end, since it presses Enter until then.
set_tests_properties(kconfig-kernel-tests PROPERTIES LABELS integration SKIP_RETURN_CODE 77 TIMEOUT 900
                                                     RESOURCE_LOCK downloads)
add_test(NAME kconfig-trees CONFIGURATIONS full COMMAND ${run_kconfig} --trees --series 6.1 --series 6.12)
set_tests_properties(kconfig-trees PROPERTIES LABELS full SKIP_RETURN_CODE 77 TIMEOUT 14400 RESOURCE_LOCK downloads)
add_test(NAME kconfig-cases-all CONFIGURATIONS full COMMAND ${run_kconfig} --series all)
add_test(NAME kconfig-kernel-tests-all CONFIGURATIONS full COMMAND ${run_kernel_tests} --series all)
set_tests_properties(kconfig-cases-all kconfig-kernel-tests-all PROPERTIES LABELS full SKIP_RETURN_CODE 77 TIMEOUT 3600
                                                                          RESOURCE_LOCK downloads)

# Merged fragments, against the kernel's merge_config.sh.
set(run_fragments python3 ${CMAKE_CURRENT_LIST_DIR}/fragments.py --kbx $<TARGET_FILE:kbx>)
add_test(NAME kconfig-fragments COMMAND ${run_fragments})
set_tests_properties(kconfig-fragments PROPERTIES LABELS differential SKIP_RETURN_CODE 77 TIMEOUT 300
                                                  RESOURCE_LOCK downloads)
add_test(NAME kconfig-fragments-all CONFIGURATIONS full COMMAND ${run_fragments} --series all)
set_tests_properties(kconfig-fragments-all PROPERTIES LABELS full SKIP_RETURN_CODE 77 TIMEOUT 3600 RESOURCE_LOCK downloads)

add_test(NAME kconfig-remembering COMMAND python3 ${CMAKE_CURRENT_LIST_DIR}/remembering.py --kbx $<TARGET_FILE:kbx>)
set_tests_properties(kconfig-remembering PROPERTIES LABELS integration TIMEOUT 300)

# What conf itself does not do well: here kbx has to, and nothing is compared.
add_test(NAME kconfig-faults COMMAND python3 ${CMAKE_CURRENT_LIST_DIR}/faults.py --kbx $<TARGET_FILE:kbx>)
set_tests_properties(kconfig-faults PROPERTIES LABELS integration TIMEOUT 300)

# Every architecture; here the defconfigs of three.
set(run_architectures python3 ${CMAKE_CURRENT_LIST_DIR}/architectures.py --kbx $<TARGET_FILE:kbx>)
add_test(NAME kconfig-architectures COMMAND ${run_architectures} --presets --arch x86_64 --arch arm64 --arch riscv)
set_tests_properties(kconfig-architectures PROPERTIES LABELS differential SKIP_RETURN_CODE 77 TIMEOUT 1800
                                                      RESOURCE_LOCK downloads)
add_test(NAME kconfig-architectures-all CONFIGURATIONS full COMMAND ${run_architectures} --series all)
add_test(NAME kconfig-random CONFIGURATIONS full COMMAND ${run_architectures} --random 300)
set_tests_properties(kconfig-architectures-all kconfig-random PROPERTIES LABELS full SKIP_RETURN_CODE 77 TIMEOUT 28800
                                                                         RESOURCE_LOCK downloads)
