# Linux with kbx as its linker: every link as GNU ld's, then booted. What is compiled is kept in the cache.
set(linux_run python3 ${CMAKE_CURRENT_LIST_DIR}/run.py --kbx $<TARGET_FILE:kbx>)
add_test(NAME link-linux-selftest COMMAND python3 ${CMAKE_CURRENT_LIST_DIR}/selftest.py)
set_tests_properties(link-linux-selftest PROPERTIES LABELS differential SKIP_RETURN_CODE 77 TIMEOUT 300)
add_test(NAME link-linux COMMAND ${linux_run} x86_64)
set_tests_properties(link-linux PROPERTIES LABELS boot SKIP_RETURN_CODE 77 TIMEOUT 3600 PROCESSORS 2 RESOURCE_LOCK downloads)
foreach(kernel IN ITEMS arm64 arm riscv64 x86_64_defconfig)
  add_test(NAME link-linux-${kernel} CONFIGURATIONS full COMMAND ${linux_run} ${kernel})
  set_tests_properties(link-linux-${kernel} PROPERTIES LABELS full SKIP_RETURN_CODE 77 TIMEOUT 28800 PROCESSORS 2
                       RESOURCE_LOCK downloads)
endforeach()
